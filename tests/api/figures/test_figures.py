"""S: every figure is recomputed by hand from what the API's own lists say."""

from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps
from tests.factories.places import got, place, prices
from tests.factories.steps import ok, refused

PATH = "/v1/figures"
YEAR = {"from": "2022-01-01", "to": "2022-12-31", "on": "2022-12-31"}
TWO = Decimal("0.01")


async def figures(client: Any, **query: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows by code and period."""
    rows = (await got(client, PATH, **(YEAR | query)))["items"]
    return {(row["code"], row["period"]): row for row in rows}


def value(found: dict[tuple[str, str], dict[str, Any]], code: str, period: str = "2022") -> Any:
    return found[code, period]["value"]


def planned(first: date, last: date) -> int:
    """Weekdays of 2022 that are no public holiday, counted by hand."""
    holidays = {
        date(2022, *day)
        for day in (
            (1, 1),
            (4, 14),
            (4, 15),
            (4, 17),
            (4, 18),
            (5, 1),
            (5, 17),
            (5, 26),
            (6, 5),
            (6, 6),
            (12, 25),
            (12, 26),
        )
    }
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return sum(day.weekday() < 5 and day not in holidays for day in days)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (24, {"cost": "6427296.00", "planned_days": "6072.00", "required_staff": "4.80"}),
        (5, {"cost": "1339020.00", "planned_days": "1265.00", "required_staff": "1.00"}),
    ],
)
async def test_whole_places_of_a_year(
    api: Api, connection: AsyncConnection, places: int, expected: dict[str, str]
) -> None:
    """S2, A3, C4, P5: the worked cases of 2022, for those who are shown no small counts too."""
    await prices(api)
    await place(connection, places)
    for client in (api.case_officer, api.finance):
        found = await figures(client, period="year")
        assert {code: value(found, code) for code in expected} == expected
        assert value(found, "places_active") == places
        assert value(found, "used_days") == expected["planned_days"]
        assert value(found, "used_percent") == "100.00"
        assert value(found, "cost_per_planned_day") == value(found, "cost_per_used_day") == "1058.51"


async def test_a_tenth_absent(api: Api) -> None:
    """A3: absence lowers the days that are used, and raises what a used day costs."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    placement_id = await steps.placed(api, provider_id)
    absence = {"external_id": "F-1", "revision": 1, "placement_id": placement_id, "kind": "sick", "note": None}
    absence |= {
        "provider_id": provider_id,
        "from": "2022-10-03",
        "to": "2022-10-07",
        "percent": 100,
        "cancelled": False,
    }
    assert (await api.case_officer.post("/v1/absences/batch", json={"items": [absence]})).status_code == 200
    days = planned(date(2022, 7, 1), date(2022, 12, 31))
    found = await figures(api.case_officer, period="year")
    assert value(found, "planned_days") == f"{days}.00"
    assert value(found, "absent_days") == "5.00"
    assert value(found, "used_days") == f"{days - 5}.00"
    assert value(found, "used_percent") == str((Decimal(100 * (days - 5)) / days).quantize(TWO, ROUND_HALF_UP))
    cost = Decimal(6 * 22317)
    assert value(found, "cost_per_used_day") == str((cost / (days - 5)).quantize(TWO, ROUND_HALF_UP))
    months = await figures(api.case_officer, period="month")
    assert value(months, "absent_days", "2022-10") == "5.00"
    assert value(months, "absent_days", "2022-09") == "0.00"


async def test_costs_are_those_of_the_budget(api: Api, connection: AsyncConnection) -> None:
    """C4: each month, tertial and year, in all and by provider, from the list of costs."""
    await prices(api)
    await place(connection, 6)
    await place(connection, 7, "2022-03-15", "2022-11-09", share=37, organisation_number="310300411")
    months = (await got(api.finance, "/v1/budgets/2022/costs", on="2022-12-31"))["items"]
    amounts = [Decimal(row["amount"]) for row in months]
    found = await figures(api.finance, code="cost")
    assert [Decimal(value(found, "cost", row["month"])) for row in months] == amounts
    found = await figures(api.finance, code="cost", period="tertial")
    assert [Decimal(row["value"]) for row in found.values()] == [sum(amounts[at : at + 4]) for at in (0, 4, 8)]
    by_provider = (await got(api.finance, "/v1/budgets/2022/costs", by="provider", on="2022-12-31"))["items"]
    rows = (await got(api.finance, PATH, **YEAR, code="cost", period="year", by="provider"))["items"]
    assert {row["by"]["provider_id"]: row["value"] for row in rows} == {
        row["provider_id"]: row["amount"] for row in by_provider
    }


async def test_places_staff_and_capacity(api: Api) -> None:
    """L1, P2, P5, L6: on the last day of each month."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=8)
    ids = [await steps.placed(api, provider_id) for _ in range(3)]
    statement = {
        "stated_on": "2022-09-10", "employees": 4, "police_certificates": 4, "full_time_equivalents": "2.50",
        "areas": [],
    }  # fmt: skip
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/competence-statements", json=statement))
    supplement = {
        "monthly_amount": "3000.00", "full_time_equivalents": "0.25", "valid_from": "2022-08-01", "valid_to": None,
        "reason": "Treng meir støtte.", "heard": ["service", "case_office", "provider"],
        "agreed_by": ["service", "case_office", "provider"], "agreed_on": "2022-07-20",
    }  # fmt: skip
    ok(await api.case_officer.post(f"/v1/placements/{ids[0]}/supplements", json=supplement))
    found = await figures(api.case_officer, by="provider")
    active = await got(api.case_officer, "/v1/placements", provider_id=provider_id, active_on="2022-07-31")
    assert value(found, "places_active", "2022-07") == len(active["items"]) == 3
    assert value(found, "places_active", "2022-06") == 0
    assert value(found, "capacity", "2022-07") == 8
    assert value(found, "occupancy", "2022-07") == "37.50"
    assert value(found, "required_staff", "2022-07") == "0.60"
    assert value(found, "required_staff", "2022-08") == "0.85"
    assert value(found, "supplement_share", "2022-08") == "33.33"
    assert value(found, "stated_staff", "2022-08") == "0.00"
    assert value(found, "stated_staff", "2022-09") == "2.50"


async def test_applications_answers_and_decisions(api: Api) -> None:
    """D4, D6, L5, P3: each from the list that it is counted from."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=9)
    granted = [await steps.placed(api, provider_id) for _ in range(2)]
    ok(await api.case_officer.post("/v1/decisions", json=steps.end(granted[0], "2022-09-30", destination="vta")))
    waiting = await steps.application(api, await steps.participant(api), received_on="2022-03-01")
    decline = {"answer": "declined", "reason": "no_capacity", "answered_on": "2022-03-20"}
    sent = await steps.request(api, waiting, provider_id, answer=None, sent_on="2022-03-10")
    ok(await api.case_officer.post(f"/v1/requests/{sent}/answer", json=decline), 200)
    decisions = (await got(api.case_officer, "/v1/decisions"))["items"]
    months = await figures(api.case_officer)
    for kind, code in (("grant", "granted"), ("end", "ended")):
        by_month: dict[str, int] = {}
        for decision in decisions:
            if decision["kind"] == kind:
                month = decision["decided_on"][:7]
                by_month[month] = by_month.get(month, 0) + 1
        counted = {period: row["numerator"] for (of, period), row in months.items() if of == code}
        assert {period: number for period, number in counted.items() if number} == by_month
    year = await figures(api.case_officer, period="year")
    # Two places from 1 July, one of them to 30 September.
    assert year["granted", "2022"]["denominator"] == "9.00"
    assert value(year, "granted") == "22.22"
    assert value(year, "turnover") == "11.11"
    received = (await got(api.case_officer, "/v1/applications"))["items"]
    days = {one["id"]: date.fromisoformat(one["received_on"]) for one in received}
    waits = [
        date.fromisoformat(one["decided_on"]) - days[one["application_id"]]
        for one in decisions
        if one["kind"] == "grant"
    ]
    assert year["processing_days", "2022"]["numerator"] == sum(wait.days for wait in waits)
    assert (value(months, "waiting", "2022-02"), value(months, "waiting", "2022-03")) == (0, 1)
    assert value(months, "waiting_days", "2022-03") == "30.00"
    assert months["declined_no_capacity", "2022-03"]["numerator"] == 1
    requests = (await got(api.case_officer, "/v1/requests"))["items"]
    answered = [one for one in requests if one["answered_on"].startswith("2022")]
    assert year["declined_no_capacity", "2022"]["denominator"] == len(answered) >= 1


async def test_a_day_knows_no_later_decision(api: Api, connection: AsyncConnection) -> None:
    """S8: last year's report can be made again."""
    await prices(api)
    await place(connection, 6, decided_on="2021-12-01")
    await place(connection, 6, decided_on="2022-05-02")
    for on, places in (("2022-05-01", 6), ("2022-05-02", 12)):
        found = await figures(api.finance, on=on, code="places_active", period="year")
        assert value(found, "places_active") == places
    found = await figures(api.finance, on="2022-05-15")
    assert ("waiting", "2022-05") in found
    assert ("waiting", "2022-06") not in found
    assert ("places_active", "2022-12") in found


async def test_small_counts_are_hidden_and_what_tells_them(api: Api, connection: AsyncConnection) -> None:
    """S6: three places of one provider take those of the next with them, and their money; the case office sees all."""
    await prices(api)
    await place(connection, 3)
    await place(connection, 6, organisation_number="310300411")
    await place(connection, 9, organisation_number="310300420")
    rows = (await got(api.finance, PATH, **YEAR, period="year", by="provider"))["items"]
    for code in ("places_active", "cost", "planned_days", "cost_per_planned_day", "occupancy", "required_staff"):
        of_code = [row for row in rows if row["code"] == code]
        assert sorted(row["suppressed"] for row in of_code) == [False, True, True], code
        for row in of_code:
            hidden = (row["numerator"], row["denominator"], row["value"]) == (None, None, None)
            assert hidden == row["suppressed"]
    assert value(await figures(api.finance, period="year"), "places_active") == 18
    rows = (await got(api.case_officer, PATH, **YEAR, period="year", by="provider"))["items"]
    assert not any(row["suppressed"] for row in rows)


async def test_a_month_is_not_worked_out_from_the_year(api: Api, connection: AsyncConnection) -> None:
    """S6: few are there in March alone; neither the year less the other months tells what they cost, nor the other."""
    await prices(api)
    await place(connection, 8)
    await place(connection, 2, "2022-03-01", "2022-03-31", organisation_number="310300411")
    await place(connection, 7, "2022-04-01", organisation_number="310300411")
    hidden = set()
    for period in ("month", "tertial", "year"):
        rows = (await got(api.finance, PATH, **YEAR, period=period, by="provider", code="cost"))["items"]
        hidden |= {row["period"] for row in rows if row["suppressed"]}
        assert all(row["suppressed"] for row in rows if row["period"] in hidden)
        totals = (await got(api.finance, PATH, **YEAR, period=period, code="cost"))["items"]
        assert not any(row["suppressed"] for row in totals)
    assert hidden == {"2022-03", "2022-T1", "2022"}


async def test_protected_places_have_no_provider_but_for_the_case_office(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api, places=40)
    for protected in (True,) * 6 + (False,) * 7:
        person = await steps.participant(api, address_protection=protected)
        ok(await api.case_officer.post("/v1/decisions", json=await steps.ready_to_grant(api, provider_id, person)))
    query = YEAR | {"code": "places_active", "period": "year", "by": "provider,service_area"}
    rows = (await got(api.finance, PATH, **query))["items"]
    assert {(row["by"]["provider_id"], row["value"]) for row in rows if row["value"]} == {(provider_id, 7), (None, 6)}
    rows = (await got(api.case_officer, PATH, **query))["items"]
    assert [(row["by"], row["value"]) for row in rows if row["value"]] == [
        ({"provider_id": provider_id, "service_area": "habilitation"}, 13)
    ]


async def test_files_and_etag(api: Api, connection: AsyncConnection) -> None:
    """S9: the same rows as CSV and XLSX, and nothing again that has not changed."""
    await prices(api)
    await place(connection, 6)
    query = YEAR | {"by": "provider"}
    rows = (await got(api.finance, PATH, **query))["items"]
    answer = await api.finance.get(PATH, params=query, headers={"Accept": "text/csv"})
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert len(lines) == len(rows) + 1
    assert lines[0].startswith("Kode;Styringstal;Periode;Vekstbedrift")
    assert any(line.startswith("cost;Kostnad;2022-01;Gløde AS;") and ";133902,00;" in line for line in lines)
    again = await api.finance.get(
        PATH, params=query, headers={"If-None-Match": (await api.finance.get(PATH, params=query)).headers["etag"]}
    )
    assert again.status_code == 304
    workbook = await api.finance.get(
        PATH, params=query, headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    )
    assert workbook.content.startswith(b"PK")
    assert refused(await api.finance.get(PATH, headers={"Accept": "image/png"}), 406, "not-acceptable")


async def test_definitions_are_data(api: Api) -> None:
    """S1: no figure without a definition, and each says what it is made of."""
    items = (await got(api.finance, "/v1/figure-definitions"))["items"]
    found = (await got(api.finance, PATH, **YEAR))["items"]
    assert {row["code"] for row in found} <= {one["code"] for one in items}
    assert all(one["label"] and one["formula"] and one["unit"] and one["source"] and one["rule"] for one in items)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"by": "person"}, "#/query/by"),
        ({"by": "provider,provider"}, "#/query/by"),
        ({"code": "happiness"}, "#/query/code"),
        ({"period": "week"}, "#/query/period"),
        ({"from": "2022-02-30"}, "#/query/from"),
        ({"from": "2022-03-01", "to": "2022-02-01"}, "#/query/to"),
        ({"from": "2012-12-31", "to": "2022-01-01"}, "#/query/to"),
        ({"name": "Kari"}, "#/query/name"),
    ],
)
async def test_what_cannot_be_asked_for(api: Api, query: dict[str, str], pointer: str) -> None:
    problem = refused(await api.finance.get(PATH, params=query), 422, "validation")
    assert problem["errors"][0]["pointer"].startswith(pointer)


async def test_a_cost_without_a_rate_is_refused_and_the_rest_is_not(api: Api, connection: AsyncConnection) -> None:
    """C1."""
    await place(connection, 6)
    refused(await api.finance.get(PATH, params=YEAR), 409, "rate-missing")
    found = await figures(api.finance, period="year", code="planned_days")
    assert value(found, "planned_days") == "1518.00"


async def test_rejections_and_changes_are_the_decisions(api: Api) -> None:
    """D6, D4: each month's from the list of decisions, and the days from the applications'."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=9)
    place_id = await steps.placed(api, provider_id)
    ok(await api.case_officer.post("/v1/decisions", json=steps.change(place_id, valid_from="2022-09-01", share=60)))
    for received_on, decided_on in (("2022-02-01", "2022-03-15"), ("2022-03-01", "2022-03-20")):
        applied = await steps.application(api, await steps.participant(api), received_on=received_on)
        ok(await api.case_officer.post("/v1/decisions", json=steps.reject(applied, decided_on=decided_on)))
    decisions = (await got(api.case_officer, "/v1/decisions"))["items"]
    applications = {one["id"]: one for one in (await got(api.case_officer, "/v1/applications"))["items"]}
    months = await figures(api.case_officer)
    for kind, code in (("reject", "rejected"), ("change", "changed")):
        counted = {period: row["numerator"] for (of, period), row in months.items() if of == code and row["numerator"]}
        assert counted == Counter(one["decided_on"][:7] for one in decisions if one["kind"] == kind), code
        assert counted
    year = await figures(api.case_officer, period="year")
    waits = [
        (
            date.fromisoformat(one["decided_on"])
            - date.fromisoformat(applications[one["application_id"]]["received_on"])
        ).days
        for one in decisions
        if one["kind"] in ("grant", "reject")
    ]
    row = year["processing_days", "2022"]
    assert (row["numerator"], row["denominator"]) == (sum(waits), len(waits))
