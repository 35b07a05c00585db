"""No operation shows a person's data without a row in the access log: asked of every one in the OpenAPI."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.world import build
from tests.http.operations import operations
from tests.security.test_matrix import address, path_ids

# Ids that are about one person. A provider's is not, and an invoice's or a settlement's lines are the accounts'.
PERSONAL = (
    "participant_id", "placement_id", "application_id", "request_id", "decision_id", "consent_id", "absence_id",
    "meeting_id", "plan_id", "evaluation_id", "notice_id",
)  # fmt: skip
# What names a place by its id alone, and why that is no look at a person.
APART = {
    "GET /v1/events": "thin: ids alone, and whoever follows one up is logged there",
    "GET /v1/events/stream": "likewise",
}


async def test_every_answer_about_a_person_is_logged(api: Api, connection: AsyncConnection) -> None:
    world = await build(api)
    missing: list[str] = []
    looked = 0
    for operation in operations():
        if operation.method != "GET" or not operation.path.startswith("/v1/") or operation.name in APART:
            continue
        ids = {kind: world.ids["a"][kind] for kind in path_ids(operation) if kind in world.ids["a"]}
        for caller in ("officer", "provider_a", "finance"):
            before = await _rows(connection)
            answer = await world.callers[caller].get(address(operation, ids))
            shown = answer.status_code == 200 and any(world.ids["a"][kind] in answer.text for kind in PERSONAL)
            if shown:
                looked += 1
                if await _rows(connection) == before:
                    missing.append(f"{operation.name} as {caller}")
    assert missing == []
    assert looked > 30


async def _rows(connection: AsyncConnection) -> int:
    await connection.execute(text("select set_config('app.roles', 'auditor', true)"))
    return int(await connection.scalar(text("select count(*) from access_log")) or 0)
