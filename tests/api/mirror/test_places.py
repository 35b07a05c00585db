"""S5: places at providers are a service too: rows recomputed by hand from placements, decisions, absences and costs."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.rules.figures import format_two_decimals
from tests.api.figures.test_figures import planned
from tests.api.mirror.test_mirror import PATH, WHOLE, people
from tests.conftest import Api
from tests.factories import hours, steps
from tests.factories.hours import item, push
from tests.factories.places import got, place, prices
from tests.factories.steps import ok

PLACE = "sheltered_place"
OWN = ("places", "planned_days", "used_days", "full_time_equivalents", "cost")
SUPPLEMENT = {
    "monthly_amount": "3000.00", "full_time_equivalents": "0.25", "valid_from": "2022-08-10", "valid_to": None,
    "reason": "Treng meir støtte.", "heard": ["service", "case_office", "provider"],
    "agreed_by": ["service", "case_office", "provider"], "agreed_on": "2022-07-20",
}  # fmt: skip


async def load_year(api: Api) -> list[str]:
    """Four people's places of 2022: one is cut in September and has absence, one has more staff and ends, one begins in
    the autumn, and one is a legacy place with its own price."""
    await steps.law(api)
    first, second = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="Ulv AS")
    cut = await steps.placed(api, first)
    ended = await steps.placed(api, second, share=60)
    later = await steps.placed(api, second, starts_on="2022-10-12")
    legacy = await steps.recorded(api, first)
    decide = "/v1/decisions"
    ok(await api.case_officer.post(decide, json=steps.change(cut, valid_from="2022-09-16", share=50)))
    ok(await api.case_officer.post(f"/v1/placements/{ended}/supplements", json=SUPPLEMENT))
    ok(await api.case_officer.post(decide, json=steps.end(ended, "2022-11-20", destination="vta")))
    absence = {
        "external_id": "F-1", "revision": 1, "placement_id": cut, "provider_id": first, "kind": "sick",
        "from": "2022-08-29", "to": "2022-09-02", "percent": 100, "note": None, "cancelled": False,
    }  # fmt: skip
    assert (await api.case_officer.post("/v1/absences/batch", json={"items": [absence]})).status_code == 200
    return [cut, ended, later, legacy]


async def shares_by_day(api: Api, placement: dict[str, Any]) -> dict[date, int]:
    """The share of each day of 2022, by the placement and its decisions."""
    decided = (await got(api.case_officer, "/v1/decisions", placement_id=placement["id"]))["items"]
    changes = {
        decision["valid_from"] or decision["starts_on"]: decision["share"]
        for decision in decided
        if decision["share"] is not None
    } or {placement["starts_on"]: placement["share"]}
    found = {}
    for step in range(365):
        day = date(2022, 1, 1) + timedelta(days=step)
        if placement["starts_on"] <= day.isoformat() <= (placement["ends_on"] or "9999"):
            found[day] = changes[max(begin for begin in changes if begin <= day.isoformat())]
    return found


async def by_hand(api: Api, first: date, last: date) -> dict[str, dict[str, str]]:
    """Each person's columns of whole months, by what the API's own lists say."""
    placements = (await got(api.case_officer, "/v1/placements", limit=200))["items"]
    absences = (await got(api.case_officer, "/v1/absences", limit=200))["items"]
    costs = (await got(api.case_officer, "/v1/budgets/2022/costs", by="month,placement", limit=200))["items"]
    days = (last - first).days + 1
    sums: defaultdict[str, dict[str, Fraction]] = defaultdict(lambda: dict.fromkeys(OWN, Fraction(0)))
    for placement in placements:
        of_day = await shares_by_day(api, placement)
        supplements = (await got(api.case_officer, f"/v1/placements/{placement['id']}/supplements"))["items"]
        for day, share in of_day.items():
            if not first <= day <= last:
                continue
            row = sums[placement["participant_id"]]
            row["places"] += Fraction(share, 100) / days
            row["full_time_equivalents"] += Fraction(share, 100) / 5 / days
            for one in supplements:
                if one["valid_from"] <= day.isoformat() <= (one["valid_to"] or "9999"):
                    row["full_time_equivalents"] += Fraction(one["full_time_equivalents"]) / days
            if planned(day, day):
                row["planned_days"] += Fraction(share, 100)
                is_absent = any(
                    one["placement_id"] == placement["id"] and one["from"] <= day.isoformat() <= one["to"]
                    for one in absences
                )
                row["used_days"] += 0 if is_absent else Fraction(share, 100)
    owner = {placement["id"]: placement["participant_id"] for placement in placements}
    for cost in costs:
        if first.isoformat()[:7] <= cost["month"] <= last.isoformat()[:7]:
            sums[owner[cost["placement_id"]]]["cost"] += Fraction(cost["amount"])
    return {person: {name: format_two_decimals(amount) for name, amount in row.items()} for person, row in sums.items()}


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2022-T2", date(2022, 5, 1), date(2022, 8, 31)),
        ("2022-09", date(2022, 9, 1), date(2022, 9, 30)),
        ("2022-06", date(2022, 6, 1), date(2022, 6, 30)),
    ],
)
async def test_every_row_is_recomputed_from_the_lists(api: Api, period: str, first: date, last: date) -> None:
    """A3, C4, L6, P5."""
    await load_year(api)
    expected = await by_hand(api, first, last)
    rows = (await got(api.case_officer, f"{PATH}/people", period=period))["items"]
    assert {row["participant_id"]: {name: row[name] for name in OWN} for row in rows} == expected
    assert {row["service_type"] for row in rows} == {PLACE}
    for row in rows:
        others = {value for name, value in row.items() if name not in (*OWN, "participant_id", "service_type", "name")}
        assert others == {None}
    found = await got(api.case_officer, f"{PATH}/services", period=period)
    [service] = found["items"]
    assert service["count"] == found["total"]["count"] == len(expected)
    for name in ("planned_days", "used_days", "cost"):
        total = sum((Fraction(row[name]) for row in expected.values()), Fraction(0))
        assert service[name] == found["total"][name] == format_two_decimals(total)


async def test_days_and_costs_are_those_of_the_figures(api: Api) -> None:
    """C4, S2: the row of a period is the figure of the same name, also on a day within it."""
    await load_year(api)
    for period, kind, day in (("2022", "year", "2022-12-31"), ("2022-09", "month", "2022-09-20")):
        [row] = (await got(api.case_officer, f"{PATH}/services", period=period, on=day))["items"]
        figures = await got(
            api.case_officer,
            "/v1/figures",
            code="cost_per_used_day",
            period=kind,
            on=day,
            **{"from": f"{day[:7]}-01", "to": day},
        )
        [figure] = [one for one in figures["items"] if one["period"] == period]
        assert (row["cost"], row["used_days"]) == (figure["numerator"], figure["denominator"])


async def test_a_person_has_a_row_for_each_service_and_one_for_all_places(api: Api) -> None:
    await load_year(api)
    await hours.service_type(
        api, hours_per_full_time_equivalent="35.50", norm_source="Avtalen", cost_per_hour="500.00", cost_source="Satsen"
    )
    placement = (await got(api.case_officer, "/v1/placements"))["items"][0]
    person = placement["participant_id"]
    await push(api, item(person, **WHOLE, decided_hours="35.50"))
    rows = (await got(api.case_officer, f"{PATH}/people", period="2022"))["items"]
    assert [row["service_type"] for row in rows if row["participant_id"] == person] == ["home_help", PLACE]
    first = await got(api.case_officer, f"{PATH}/people", period="2022", limit=3)
    rest = await got(api.case_officer, f"{PATH}/people", period="2022", limit=3, after=first["next"])
    assert ([*first["items"], *rest["items"]], rest["next"]) == (rows, None)
    found = await got(api.case_officer, f"{PATH}/services", period="2022")
    help_, places = found["items"]
    total = found["total"]
    assert total["count"] == help_["count"] + places["count"] == 5
    assert total["decided_hours"] == help_["decided_hours"] == "35.50"
    assert Fraction(total["cost"]) == Fraction(help_["cost"]) + Fraction(places["cost"])
    # Rounded once: 1 and the places' own.
    assert total["full_time_equivalents"] == format_two_decimals(1 + Fraction(places["full_time_equivalents"]))
    log = (await got(api.auditor, "/v1/access-log", participant_id=person))["items"]
    assert "list_mirror_people" in {line["action"] for line in log}


async def test_a_day_knows_no_later_decision(api: Api, connection: AsyncConnection) -> None:
    """S8."""
    await prices(api)
    await place(connection, 6, decided_on="2021-12-01")
    await place(connection, 6, decided_on="2022-05-02")
    for on, count in (("2022-05-01", 6), ("2022-05-02", 12)):
        [row] = (await got(api.finance, f"{PATH}/services", period="2022", on=on))["items"]
        assert (row["count"], row["places"]) == (count, f"{count}.00")
        last = date.fromisoformat(on)
        assert row["planned_days"] == f"{count * planned(date(2022, 1, 1), last)}.00"
    assert (await got(api.finance, f"{PATH}/services", period="2022-06", on="2022-05-02"))["items"] == []


async def test_a_price_that_is_not_known_leaves_the_cost_out_alone(api: Api, connection: AsyncConnection) -> None:
    """S5: what is not stated is not computed; the rest does not wait for it."""
    await place(connection, 6)
    [row] = (await got(api.finance, f"{PATH}/services", period="2022-01", on="2022-12-31"))["items"]
    assert (row["cost"], row["places"], row["full_time_equivalents"]) == (None, "6.00", "1.20")
    await prices(api)
    [row] = (await got(api.finance, f"{PATH}/services", period="2022-01", on="2022-12-31"))["items"]
    assert row["cost"] == format_two_decimals(Fraction(6 * 22317))


async def test_places_of_few_people_are_hidden_with_what_would_tell_them(api: Api, connection: AsyncConnection) -> None:
    """S6: in the month that has few and in what it adds up to; the hours of others do not tell them."""
    await prices(api)
    await place(connection, 3)
    await place(connection, 6, "2022-02-01")
    await hours.service_type(
        api, hours_per_full_time_equivalent="35.50", norm_source="Avtalen", cost_per_hour="500.00", cost_source="Satsen"
    )
    await push(api, *(item(one, **WHOLE) for one in await people(api, 7)))
    for period, is_hidden in (
        ("2022-01", True),
        ("2022-02", False),
        ("2022-T1", True),
        ("2022-T2", False),
        ("2022", True),
    ):
        for client in (api.finance, api.manager):
            found = await got(client, f"{PATH}/services", period=period)
            help_, places = found["items"]
            total = found["total"]
            assert (help_["suppressed"], places["suppressed"]) == (False, is_hidden)
            assert {places[name] is None for name in (*OWN, "count")} == {is_hidden}
            hidden = (*OWN, "count")
            assert {total[name] is None for name in hidden} == {is_hidden}
            assert total["decided_hours"] == help_["decided_hours"] == "63.00"
    [_, places] = (await got(api.case_officer, f"{PATH}/services", period="2022-01"))["items"]
    assert (places["count"], places["suppressed"]) == (3, False)


async def test_a_month_with_days_of_few_people_is_hidden(api: Api, connection: AsyncConnection) -> None:
    """S6: to and with the 19th there are three, and on the 20th nine less these three are known."""
    await prices(api)
    await place(connection, 3)
    await place(connection, 6, "2022-01-20")
    for on, is_hidden in (("2022-01-19", True), ("2022-01-20", True), ("2022-02-01", False)):
        [row] = (await got(api.manager, f"{PATH}/services", period=on[:7], on=on))["items"]
        assert row["suppressed"] is is_hidden


async def test_how_few_came_or_left_is_not_worked_out_from_the_places_of_a_day(
    api: Api, connection: AsyncConnection
) -> None:
    """S6: `places_active` shows how many there are on each day."""
    await prices(api)
    await place(connection, 8)
    await place(connection, 2, ends_on="2022-01-30")
    await place(connection, 3, "2022-04-20")
    await place(connection, 5, "2022-05-02", "2022-05-20")
    # Two left in January, three came in April, five did both in May.
    expected = {"2022-01": None, "2022-02": 8, "2022-04": None, "2022-05": 16, "2022-T1": None, "2022-T3": 11}
    for period, count in expected.items():
        found = await got(api.manager, f"{PATH}/services", period=period)
        [row] = found["items"]
        assert (row["count"], found["total"]["count"], row["suppressed"]) == (count, count, False)
        assert row["cost"] is not None
    [row] = (await got(api.case_officer, f"{PATH}/services", period="2022-01"))["items"]
    assert row["count"] == 10


async def test_nobody_pushes_hours_of_places_or_records_them_as_another_kind(api: Api) -> None:
    """S5: they come from the placements, and are not typed in twice."""
    answer = await api.case_officer.post("/v1/service-types", json={"code": PLACE, "name": "Plass"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/service-type-exists")
    assert answer.json()["errors"][0]["pointer"] == "#/code"
    [person] = await people(api, 1)
    [refused] = await push(api, item(person, service_type=PLACE), status=207)
    assert refused["problem"]["type"] == "/problems/service-type-unknown"
