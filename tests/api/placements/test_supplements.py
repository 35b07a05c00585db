"""Supplements: agreed and ended by three parties, and their cost (L6, C4, C7)."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.placements.helpers import count_rows, decide, list_events
from tests.api.providers.test_competence import AREAS
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused
from tests.factories.tokens import person_claims, signed


def end_body(valid_to: str, **changes: Any) -> dict[str, Any]:
    """The body of an end."""
    body = {
        "valid_to": valid_to,
        "reason": "Arbeidet er tilrettelagt på annan måte.",
        "agreed_by": ["service", "case_office", "provider"],
        "agreed_on": "2022-09-01",
    }
    return body | changes


async def add_supplement(api: Api, valid_from: str = "2022-08-01", **changes: Any) -> str:
    """The address of a supplement without a last day, at a fresh place from 1 July 2022."""
    placement_id = await steps.placed(api, await steps.provider(api))
    path = f"/v1/placements/{placement_id}/supplements"
    made = ok(await api.case_officer.post(path, json=steps.supplement(valid_from, **changes)))
    return f"{path}/{made['id']}"


async def test_supplement_is_added_to_the_price(api: Api) -> None:
    """L6, C4: by the day, to the place's last day, rounded once with the place's month."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api), share=50)
    path = f"/v1/placements/{placement_id}/supplements"
    assert await steps.forecast(api) == "66951.00"
    body = steps.supplement("2022-08-16", valid_to="2022-10-31", agreed_on="2022-08-10")
    made = ok(await api.case_officer.post(path, json=body))
    # 3 000 x 16 / 31 = 1 548.387…, with 11 158.50 in August; then two whole months.
    assert await steps.forecast(api) == "74499.39"
    assert await steps.forecast(api, on="2022-08-09") == "66951.00"
    assert ok(await api.finance.get(f"{path}/{made['id']}"), 200) == made | {"reason": None}
    assert made["monthly_amount"] == "3000.00"
    await decide(api, steps.end(placement_id, "2022-09-15"))
    # 11 158.50; 12 706.89; September (11 158.50 + 3 000) / 2.
    assert await steps.forecast(api) == "30944.64"
    assert ok(await api.finance.get(path), 200)["items"] == [made | {"reason": None}]


async def test_supplement_requires_three_parties_and_a_day_of_the_placement(
    api: Api, connection: AsyncConnection
) -> None:
    """L6: fewer than three are refused, and so is a day outside the place."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api), ends_on="2022-12-31")
    path = f"/v1/placements/{placement_id}/supplements"
    before = await count_rows(connection)
    for parties in ([], ["service", "provider"], ["case_office", "case_office", "provider"]):
        body = steps.supplement("2022-08-01", agreed_by=parties)
        refused(await api.case_officer.post(path, json=body), 422, "supplement-not-agreed")
    for day in ("2022-06-30", "2023-01-01"):
        refused(await api.case_officer.post(path, json=steps.supplement(day)), 409, "change-outside-place")
    backwards = steps.supplement("2022-08-01", valid_to="2022-07-31")
    refused(await api.case_officer.post(path, json=backwards), 422, "validation")
    assert await count_rows(connection) == before
    for client in (api.provider("310300403"), api.epj, api.service("habilitation")):
        refused(await client.post(path, json=steps.supplement("2022-08-01")), 403, "role-required")
    for client in (api.provider("310300403"), api.epj):
        refused(await client.get(path), 403, "role-required")


async def test_supplement_of_an_ended_placement(api: Api) -> None:
    """L6: what was agreed while the place ran is written down afterwards, and never for a day after the last."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    await decide(api, steps.end(placement_id, "2022-09-30"))
    assert ok(await api.case_officer.get(f"/v1/placements/{placement_id}"), 200)["state"] == "ended"
    path = f"/v1/placements/{placement_id}/supplements"
    refused(await api.case_officer.post(path, json=steps.supplement("2022-10-01")), 409, "change-outside-place")
    ok(await api.case_officer.post(path, json=steps.supplement("2022-08-01")))
    # Three months of 22 317, and two of 3 000.
    assert await steps.forecast(api) == "72951.00"


async def test_supplement_raises_the_flag(api: Api, connection: AsyncConnection) -> None:
    """C7: the flag is looked at by every act that moves money."""
    await steps.law(api, frame="140000.00")
    placement_id = await steps.placed(api, await steps.provider(api))
    path = f"/v1/placements/{placement_id}/supplements"
    ok(await api.case_officer.post(path, json=steps.supplement("2022-07-01")))
    assert ("budget.overrun", "/v1/budgets/2022/position") in await list_events(connection)


async def test_end_of_supplement_lowers_the_cost_from_its_agreement(api: Api) -> None:
    """L6, C4, C6: its cost goes with it, from the day on which that was agreed; what was agreed first is kept."""
    await steps.law(api)
    path = await add_supplement(api)
    # 6 x 22 317 and five months of 3 000.
    assert await steps.forecast(api) == "148902.00"
    first = ok(await api.case_officer.get(path), 200)
    answer = await api.case_officer.post(f"{path}/end", json=end_body("2022-10-15"))
    ended = ok(answer, 200)
    # Of October 15 / 31 of 3 000: 1 451.61.
    assert await steps.forecast(api) == "141353.61"
    assert await steps.forecast(api, on="2022-08-31") == "148902.00"
    assert await steps.forecast(api, on="2022-09-01") == "141353.61"
    [end] = ended["ends"]
    said = {name: end[name] for name in ("valid_to", "replaced_valid_to", "reason", "agreed_by", "agreed_on")}
    assert said == end_body("2022-10-15") | {"replaced_valid_to": None}
    assert ended | {"ends": [], "valid_to": None} == first
    assert ended["valid_to"] == "2022-10-15"
    read = await api.case_officer.get(path)
    assert ok(read, 200) == ended
    assert read.headers["etag"] == answer.headers["etag"]
    assert ok(await api.case_officer.get(path.rsplit("/", 1)[0]), 200)["items"] == [ended]
    # Earlier still, and both stand.
    again = end_body("2022-09-30", agreed_on="2022-09-20")
    ended = ok(await api.case_officer.post(f"{path}/end", json=again), 200)
    assert [(end["replaced_valid_to"], end["valid_to"]) for end in ended["ends"]] == [
        (None, "2022-10-15"),
        ("2022-10-15", "2022-09-30"),
    ]
    assert await steps.forecast(api) == "139902.00"
    assert await steps.forecast(api, on="2022-09-19") == "141353.61"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"agreed_by": ["service", "provider"]}, 422, "supplement-not-agreed"),
        ({"agreed_by": ["service", "service", "case_office"]}, 422, "supplement-not-agreed"),
        ({"agreed_by": []}, 422, "supplement-not-agreed"),
        ({"valid_to": None}, 422, "validation"),
        ({"reason": ""}, 422, "validation"),
        ({"agreed_on": None}, 422, "validation"),
        ({"monthly_amount": "1.00"}, 422, "validation"),
        ({"valid_to": "2022-07-31"}, 409, "supplement-not-shortened"),
        ({"valid_to": "2022-11-30"}, 409, "supplement-not-shortened"),
        ({"valid_to": "2022-12-24"}, 409, "supplement-not-shortened"),
        ({"agreed_on": "2022-07-14"}, 409, "supplement-agreed-later"),
    ],
)
async def test_end_of_supplement_is_refused(
    api: Api, connection: AsyncConnection, changes: dict[str, Any], status: int, code: str
) -> None:
    """L6: fewer than three, a day before the supplement began or not before it ends anyway."""
    await steps.law(api)
    path = await add_supplement(api, valid_to="2022-11-30", agreed_on="2022-07-15")
    before = ok(await api.case_officer.get(path), 200), await count_rows(connection)
    refused(await api.case_officer.post(f"{path}/end", json=end_body("2022-10-15") | changes), status, code)
    assert (ok(await api.case_officer.get(path), 200), await count_rows(connection)) == before


async def test_end_of_supplement_names_its_placement(api: Api) -> None:
    await steps.law(api)
    path = await add_supplement(api)
    for client in (api.provider("310300403"), api.epj, api.service("habilitation"), api.finance):
        refused(await client.post(f"{path}/end", json=end_body("2022-10-15")), 403, "role-required")
    other = await steps.placed(api, await steps.provider(api, organisation_number="310300411", name="KIM AS"))
    elsewhere = f"/v1/placements/{other}/supplements/{path.rsplit('/', 1)[1]}/end"
    refused(await api.case_officer.post(elsewhere, json=end_body("2022-10-15")), 404, "not-found")
    nowhere = f"/v1/placements/{other}/supplements/{other}/end"
    refused(await api.case_officer.post(nowhere, json=end_body("2022-10-15")), 404, "not-found")
    assert ok(await api.case_officer.get(path), 200)["ends"] == []


async def test_flag_rises_again_after_end_of_supplement(api: Api, connection: AsyncConnection) -> None:
    """C7: and the event has ids only."""
    await steps.law(api, frame="145000.00")
    path = await add_supplement(api, valid_from="2022-07-01")
    risen = ("budget.overrun", "/v1/budgets/2022/position")
    assert (await list_events(connection)).count(risen) == 1
    ok(await api.case_officer.post(f"{path}/end", json=end_body("2022-07-31")), 200)
    placement = path.split("/supplements")[0]
    assert (await list_events(connection))[-1] == ("placement.supplement_ended", placement)
    ok(await api.case_officer.post(f"{placement}/supplements", json=steps.supplement("2022-08-01")))
    assert (await list_events(connection)).count(risen) == 2


async def test_end_counts_for_a_protected_address(api: Api, connection: AsyncConnection) -> None:
    """C6: finance sees no such place, and what it costs all the same, from the day its end was agreed."""
    await steps.law(api)
    path = await add_supplement(api)
    ok(await api.case_officer.post(f"{path}/end", json=end_body("2022-10-15")), 200)
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    await connection.execute(text("update participant set address_protection = true"))
    assert (await api.finance.get(path)).status_code == 404
    assert await steps.forecast(api) == "141353.61"
    assert await steps.forecast(api, on="2022-08-31") == "148902.00"


async def test_finance_pays_without_a_reason(api: Api) -> None:
    """Why a person needs more is for the case office and the service of the area, which in turn sees no amount."""
    await steps.law(api)
    path = await add_supplement(api)
    ended = ok(await api.case_officer.post(f"{path}/end", json=end_body("2022-10-15")), 200)
    both = [
        signed(person_claims("finance", "service", service_area=area)) for area in ("habilitation", "mental_health")
    ]
    clients = [
        api.finance,
        api.service("habilitation"),
        *(api.client({"Authorization": f"Bearer {one}"}) for one in both),
    ]
    seen = [(False, True), (True, False), (True, True), (False, True)]
    for client, (has_reasons, has_amount) in zip(clients, seen, strict=True):
        one = ok(await client.get(path), 200)
        assert ok(await client.get(path.rsplit("/", 1)[0]), 200)["items"] == [one]
        shown = [one["reason"], one["ends"][0]["reason"]]
        assert shown == ([ended["reason"], end_body("2022-10-15")["reason"]] if has_reasons else [None, None])
        assert ("monthly_amount" in one) is has_amount
        assert {**one, "reason": "", "ends": []}.items() <= {**ended, "reason": "", "ends": []}.items()


async def test_staff_of_an_ended_supplement_is_not_required(api: Api) -> None:
    """P5, L6: places / 5 alone again, the day after."""
    await steps.law(api)
    path = await add_supplement(api, full_time_equivalents="0.40")
    stated = {
        "stated_on": "2022-07-01",
        "employees": 5,
        "police_certificates": 5,
        "full_time_equivalents": "0.50",
        "areas": AREAS,
    }
    placement = ok(await api.case_officer.get(path.split("/supplements")[0]), 200)
    provider = f"/v1/providers/{placement['provider_id']}"
    ok(await api.case_officer.post(f"{provider}/competence-statements", json=stated))
    ok(await api.case_officer.post(f"{path}/end", json=end_body("2022-10-15")), 200)
    [found] = ok(await api.provider("310300403").get(f"{provider}/deviations"), 200)["items"]
    assert (found["kind"], found["since"], found["mended_on"]) == ("staffing", "2022-08-01", "2022-10-16")


async def test_ended_supplement_frees_a_place_among_the_limited_terms(api: Api) -> None:
    """C4: the forty that touch one year are counted to their last day."""
    await steps.law(api)
    path = await add_supplement(api, valid_from="2022-07-01")
    several = path.rsplit("/", 1)[0]
    for _ in range(38):
        body = steps.supplement("2022-12-01", valid_to="2022-12-31", monthly_amount="1.00")
        ok(await api.case_officer.post(several, json=body))
    later = steps.supplement("2023-06-01", valid_to="2023-06-30")
    for _ in range(38):
        ok(await api.case_officer.post(several, json=later))
    refused(await api.case_officer.post(several, json=later), 409, "too-many-terms")
    ok(await api.case_officer.post(f"{path}/end", json=end_body("2022-12-31")), 200)
    ok(await api.case_officer.post(several, json=later))


async def test_number_of_terms_in_a_year_is_limited(api: Api) -> None:
    """C4: so that every sum stays exact in 64 bits."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    path = f"/v1/placements/{placement_id}/supplements"
    for _ in range(39):
        ok(await api.case_officer.post(path, json=steps.supplement("2022-07-01", monthly_amount="10000000.00")))
    more = steps.supplement("2022-12-31")
    refused(await api.case_officer.post(path, json=more), 409, "too-many-terms")
    ok(await api.case_officer.get("/v1/budgets/2022/position"), 200)


@pytest.mark.parametrize(
    ("heard", "agreed_by"),
    [
        (["service", "case_office", "provider"], []),
        (["provider"], ["service", "case_office"]),
        ([], ["service", "case_office", "provider"]),
    ],
)
async def test_three_are_heard_and_some_agree(api: Api, heard: list[str], agreed_by: list[str]) -> None:
    """L6: who agrees counts as heard, in a supplement and in its end."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    path = f"/v1/placements/{placement_id}/supplements"
    body = steps.supplement("2022-08-01", agreed_by=agreed_by, heard=heard)
    made = ok(await api.case_officer.post(path, json=body))
    assert (made["heard"], made["agreed_by"]) == (["service", "case_office", "provider"], agreed_by)
    end = {"valid_to": "2022-08-31", "reason": "Meistrar det.", "agreed_on": "2022-08-20"}
    ended = ok(
        await api.case_officer.post(f"{path}/{made['id']}/end", json=end | {"heard": heard, "agreed_by": agreed_by}),
        200,
    )
    assert ended["ends"][0]["heard"] == ["service", "case_office", "provider"]


async def test_supplement_with_fewer_than_three_heard_is_refused_at_the_hearing(api: Api) -> None:
    """L6."""
    await steps.law(api)
    path = f"/v1/placements/{await steps.placed(api, await steps.provider(api))}/supplements"
    body = steps.supplement("2022-08-01", agreed_by=["case_office"], heard=["case_office", "service"])
    problem = refused(await api.case_officer.post(path, json=body), 422, "supplement-not-agreed")
    assert problem["errors"][0]["pointer"] == "#/heard"
    assert ok(await api.case_officer.get(path), 200)["items"] == []
