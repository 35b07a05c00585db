"""What a decision would do to the year's budget, before it is made (C7, C9): as if it were made, and nothing stored."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.placements.helpers import count_rows, decide
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

PATH = "/v1/decisions/effects"
ON = {"on": "2022-12-31"}


async def compute(api: Api, body: dict[str, Any], **query: str) -> dict[str, Any]:
    return ok(await api.case_officer.post(PATH, json=body, params=ON | query), 200)


async def read_position(api: Api, year: int = 2022, on: str = "2022-12-31") -> dict[str, Any]:
    return ok(await api.finance.get(f"/v1/budgets/{year}/position", params={"on": on}), 200)


async def legacy_place(api: Api) -> str:
    """A place with its own price, a supplement, and a change of it after half a year."""
    await steps.law(api)
    body = steps.legacy(await steps.participant(api), await steps.provider(api), starts_on="2021-06-01")
    id_: str = ok(await api.case_officer.post("/v1/placements", json=body))["id"]
    ok(await api.case_officer.post(f"/v1/placements/{id_}/supplements", json=steps.supplement("2022-03-01")))
    price = steps.change(id_, decided_on="2022-05-01", valid_from="2022-07-01", monthly_price="19500.00")
    await decide(api, price)
    return id_


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": "2022-08-01", "share": 60},
        {"valid_from": "2022-08-01", "monthly_price": "21000.00"},
        {"kind": "end", "ends_on": "2022-09-30"},
    ],
)
async def test_effect_is_the_position_once_the_decision_is_made(
    api: Api, connection: AsyncConnection, changes: dict[str, Any]
) -> None:
    """To the øre, also of a place with an own price, a supplement and earlier changes; and nothing is stored."""
    body = steps.change(await legacy_place(api), decided_on="2022-06-01") | changes
    rows, before = await count_rows(connection), await read_position(api)
    effect = await compute(api, body)
    assert (effect["year"], effect["before"]) == (2022, before)
    assert await count_rows(connection) == rows
    assert await read_position(api) == before
    await decide(api, body)
    assert effect["after"] == await read_position(api)
    assert effect["after"]["forecast"] != effect["before"]["forecast"]


async def test_effect_of_mending(api: Api) -> None:
    """D8: a correction of a place with a supplement and later changes, and an annulment."""
    await steps.law(api)
    place = await steps.placed(api, await steps.provider(api), starts_on="2022-02-01")
    ok(await api.case_officer.post(f"/v1/placements/{place}/supplements", json=steps.supplement("2022-03-01")))
    await decide(api, steps.change(place, decided_on="2022-05-01", valid_from="2022-06-01", share=50))
    [grant, _] = ok(await api.case_officer.get("/v1/decisions", params={"placement_id": place}), 200)["items"]
    body = steps.correct(place, grant["id"], decided_on="2022-06-01", starts_on="2022-03-01")
    annulment = steps.annul(place, grant["id"], decided_on="2022-06-01")
    corrected, annulled = await compute(api, body), await compute(api, annulment)
    assert annulled["after"]["forecast"] == "0.00"
    await decide(api, body)
    assert corrected["after"] == await read_position(api)


async def test_effect_of_a_grant_is_of_its_first_year(api: Api) -> None:
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api)) | {"starts_on": "2023-07-01"}
    effect = await compute(api, body)
    assert (effect["year"], effect["before"]["forecast"], effect["after"]["forecast"]) == (2023, "0.00", "133902.00")


async def test_effect_of_a_rejection_is_none(api: Api) -> None:
    await steps.law(api)
    application = await steps.application(api, await steps.participant(api))
    effect = await compute(api, steps.reject(application))
    assert effect["before"] == effect["after"]


async def test_what_may_not_be_decided_has_no_effect(api: Api, connection: AsyncConnection) -> None:
    """Refused as the decision would be, at the same field."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api, places=0))
    rows = await count_rows(connection)
    for wrong, status, code in (
        (body, 409, "capacity-exceeded"),
        (body | {"legal_basis": "Ingen"}, 422, "validation"),
        (body | {"starts_on": None}, 422, "validation"),
        (body | {"application_id": "01901f2e-0000-7000-8000-000000000000"}, 404, "not-found"),
    ):
        decided = await api.case_officer.post("/v1/decisions", json=wrong)
        problem = refused(await api.case_officer.post(PATH, json=wrong), status, code)
        assert problem["detail"] == decided.json()["detail"]
    refused(await api.case_officer.post(PATH, json=body, params={"on": "i dag"}), 422, "validation")
    assert await count_rows(connection) == rows


async def test_a_look_at_an_effect_is_in_the_log(api: Api) -> None:
    await steps.law(api)
    person = await steps.participant(api)
    application = await steps.application(api, person)
    await compute(api, steps.reject(application))
    rows = ok(await api.auditor.get("/v1/access-log", params={"participant_id": person}), 200)["items"]
    assert "create_decision" not in {row["action"] for row in rows}
    assert "compute_decision_effect" in {row["action"] for row in rows}
