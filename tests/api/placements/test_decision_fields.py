"""What every decision says besides (D2, D3): its legal basis out of the guideline's, a reason, an archive reference."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.placements.helpers import count_rows, decide
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

KINDS = pytest.mark.parametrize("kind", ["grant", "reject", "change", "end"])
OTHER_LAW = "Helse- og omsorgstenestelova § 3-2"


async def body_of(api: Api, kind: str, **changes: Any) -> dict[str, Any]:
    """A decision of a kind that would be taken."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    if kind == "grant":
        return await steps.ready_to_grant(api, provider_id) | changes
    if kind == "reject":
        return steps.reject(await steps.application(api, await steps.participant(api)), **changes)
    placement_id = await steps.placed(api, provider_id)
    if kind == "end":
        return steps.end(placement_id, "2022-12-31", **changes)
    return steps.change(placement_id, valid_from="2022-09-01", share=60, **changes)


@KINDS
async def test_another_legal_basis_is_refused_with_those_allowed(
    api: Api, connection: AsyncConnection, kind: str
) -> None:
    """D2: at its field, and nothing is stored."""
    body = await body_of(api, kind, legal_basis="tull")
    before = await count_rows(connection)
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"] == "#/legal_basis"
    assert f"«{steps.LEGAL_BASIS}»" in error["detail"]
    assert await count_rows(connection) == before


async def test_the_legal_basis_is_of_the_version_in_force_on_the_day(api: Api) -> None:
    """D2: laws are renumbered, and a decision rests on the law of its day. The other kinds keep theirs."""
    body = await body_of(api, "grant", decided_on="2022-06-01", legal_basis=OTHER_LAW)
    refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")
    version = {"valid_from": "2022-06-01", "legal_bases": {"grant": [OTHER_LAW, "Forvaltningslova § 11"]}}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    refused(await api.case_officer.post("/v1/decisions", json=body | {"decided_on": "2022-05-31"}), 422, "validation")
    old = body | {"legal_basis": steps.LEGAL_BASIS}
    [error] = refused(await api.case_officer.post("/v1/decisions", json=old), 422, "validation")["errors"]
    assert f"«{OTHER_LAW}», «Forvaltningslova § 11»" in error["detail"]
    placement_id = (await decide(api, body))["placement_id"]
    await decide(api, steps.end(placement_id, "2022-12-31"))


async def test_a_decision_before_the_guideline_rests_on_its_law(api: Api) -> None:
    """D2: a legacy place may be changed by a decision from before the first version."""
    await steps.law(api)
    placement_id = await steps.recorded(api, await steps.provider(api))
    body = steps.end(placement_id, "2022-01-31", decided_on="2021-12-01")
    refused(await api.case_officer.post("/v1/decisions", json=body | {"legal_basis": OTHER_LAW}), 422, "validation")
    await decide(api, body)


@pytest.mark.parametrize("bases", [[], [""], ["a"] * 0, "a", [" "], ["x" * 501], [f"§ {n}" for n in range(21)]])
async def test_a_version_names_at_least_one_basis_of_each_kind(api: Api, bases: object) -> None:
    version = {"valid_from": "2022-01-01", "legal_bases": {"end": bases}}
    [error] = refused(await api.case_officer.post("/v1/guideline-versions", json=version), 422, "validation")["errors"]
    assert error["pointer"].startswith("#/legal_bases/end")


async def test_a_version_names_no_basis_of_an_unknown_kind(api: Api) -> None:
    version = {"valid_from": "2022-01-01", "legal_bases": {"postpone": ["§ 1"]}}
    [error] = refused(await api.case_officer.post("/v1/guideline-versions", json=version), 422, "validation")["errors"]
    assert error["pointer"] == "#/legal_bases/postpone"


@pytest.mark.parametrize("reason", [None, "", " "])
async def test_a_rejection_without_reason_is_refused(api: Api, reason: str | None) -> None:
    """D3 (forvaltningslova § 24)."""
    body = await body_of(api, "reject", reason=reason)
    for faulty in (body, {name: value for name, value in body.items() if name != "reason"}):
        [error] = refused(await api.case_officer.post("/v1/decisions", json=faulty), 422, "validation")["errors"]
        assert error["pointer"] == "#/reason"


@KINDS
async def test_every_decision_may_have_reason_and_archive_reference(api: Api, kind: str) -> None:
    """D3: read as they were recorded, by the EPJ too."""
    body = await body_of(api, kind, reason="Vurdert i møte 3. januar.", archive_reference="2022/117-4")
    made = await decide(api, body)
    read = ok(await api.epj.get(f"/v1/decisions/{made['id']}"), 200)
    assert (read["reason"], read["archive_reference"]) == ("Vurdert i møte 3. januar.", "2022/117-4")
    assert (made["reason"], made["archive_reference"]) == (read["reason"], read["archive_reference"])


@pytest.mark.parametrize("reference", ["", " ", "x" * 501, 117])
async def test_an_archive_reference_is_one_line_of_text(api: Api, reference: object) -> None:
    body = await body_of(api, "grant", archive_reference=reference)
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"] == "#/archive_reference"
