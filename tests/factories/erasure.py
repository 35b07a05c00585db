"""A person's erasure: asked for by one case officer, approved by another."""

from typing import Any

from tests.conftest import Api
from tests.factories.steps import ok

REASON = {"reason": "Lagringstida er over."}


async def erase(api: Api, participant_id: str) -> dict[str, Any]:
    """What the approval answers."""
    path = f"/v1/participants/{participant_id}/erasure"
    ok(await api.person("case_officer", "kari").post(path, json=REASON), 202)
    return ok(await api.case_officer.post(f"{path}/approval", json={"approved": True}), 200)
