"""S4, S5: the mirror table and the way from need to cost, recomputed by hand from the lists of hours."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import hours, steps
from tests.factories.hours import item, push
from tests.factories.places import got
from tests.factories.steps import ok

PATH = "/v1/mirror"
TWO = Decimal("0.01")
CASES = json.loads((Path(__file__).parents[2] / "cases" / "steering-figures.json").read_text(encoding="utf-8"))
WHOLE = {"from": "2022-01-01", "to": "2022-12-31"}
NAMES = iter(range(10_000))


async def people(api: Api, count: int) -> list[str]:
    """So many people."""
    return [await steps.participant(api, given_name=f"Deltakar {next(NAMES)}") for _ in range(count)]


async def lines(client: Any, period: str = "2022", **query: Any) -> dict[str, dict[str, Any]]:
    """The table's lines by their codes."""
    return {line["code"]: line for line in (await got(client, PATH, period=period, **query))["lines"]}


def rounded(number: Decimal) -> str:
    return str(number.quantize(TWO, ROUND_HALF_UP))


def average(rows: Iterable[dict[str, Any]], name: str, first: date, last: date) -> Decimal:
    """Hours a week of a period, by hand: the hours of each day of each row, over the days."""
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return sum(
        (
            Decimal(row[name])
            for row in rows
            for day in days
            if row[name] is not None and row["from"] <= day.isoformat() <= (row["to"] or "9999")
        ),
        Decimal(0),
    ) / len(days)


@pytest.mark.parametrize("case", CASES["mirror"], ids=lambda case: case["name"])
async def test_worked_cases(api: Api, case: dict[str, Any]) -> None:
    await hours.service_type(api)
    found = await people(api, len(case["persons"]))
    items = [
        item(id_, **WHOLE, assessed_hours=one["need_hours"], decided_hours=one["decided_hours"])
        for id_, one in zip(found, case["persons"], strict=True)
    ]
    if items:
        await push(api, *items)
    table = await lines(api.case_officer)
    need = table["decided_of_need"]
    assert (need["denominator"], need["numerator"]) == (case["need_hours"], case["decided_hours"])
    assert need["value"] == case["decided_of_need_percent"]
    assert need["people"] == len(items)
    for code, name in (("below", "below_90"), ("within", "within"), ("above", "above_110")):
        assert table[code]["numerator"] == case[name]
    assert table["without_need"]["numerator"] == case["without_need"]


async def test_every_line_is_recomputed_from_the_list(api: Api) -> None:
    await hours.service_type(api)
    await hours.service_type(api, "respite", name="Avlasting")
    a, b, c, d, e = await people(api, 5)
    await push(
        api,
        item(a, **WHOLE, assessed_hours="10.00", decided_hours="8.00", delivered_hours="6.00"),
        item(
            b, assessed_hours="3.33", decided_hours="3.33", delivered_hours=None, **{"from": "2022-03-15", "to": None}
        ),
        item(b, assessed_hours="1.00", decided_hours="7.00", service_type="respite", **WHOLE),
        item(c, assessed_hours=None, decided_hours="4.00", **WHOLE),
        item(d, decided_hours=None, delivered_hours=None, **WHOLE, assessed_on="2021-12-01"),
        item(e, assessed_hours=None, decided_hours=None, delivered_hours="2.00", assessed_on=None, **WHOLE),
        item(e, service_type="respite", **{"from": "2023-01-01", "to": None}),
    )
    rows = (await got(api.case_officer, "/v1/service-hours", limit=200))["items"]
    for period, first, last in (
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2022-T1", date(2022, 1, 1), date(2022, 4, 30)),
        ("2022-03", date(2022, 3, 1), date(2022, 3, 31)),
    ):
        table = await lines(api.case_officer, period)
        need, decided = (average(rows, name, first, last) for name in ("assessed_hours", "decided_hours"))
        assert table["decided_of_need"]["denominator"] == rounded(need)
        assert table["decided_of_need"]["numerator"] == rounded(decided)
        assert table["decided_of_need"]["value"] == rounded(decided / need * 100)
        assert (table["decided_of_need"]["people"], table["decided_of_need"]["missing"]) == (5, 2)
        both = [row for row in rows if row["decided_hours"] is not None and row["delivered_hours"] is not None]
        given = average(both, "delivered_hours", first, last), average(both, "decided_hours", first, last)
        line = table["delivered_of_decided"]
        assert (line["numerator"], line["denominator"]) == (rounded(given[0]), rounded(given[1]))
        counts = {code: table[code]["numerator"] for code in ("below", "within", "above")}
        assert counts == {"below": 1, "within": 0, "above": 1}
        assert (table["without_need"]["numerator"], table["without_decision"]["numerator"]) == (1, 1)
        assert table["below"]["value"] == "50.00"
    year = await lines(api.case_officer)
    assert (year["delivered_of_decided"]["people"], year["delivered_of_decided"]["missing"]) == (2, 1)
    # On the last day of 2022 the assessment of 1 December 2021 is more than 12 months old.
    assert (year["assessed_long_ago"]["numerator"], year["assessed_long_ago"]["denominator"]) == (1, 4)
    assert year["assessed_long_ago"]["missing"] == 1


async def test_a_place_counts_by_its_days(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    await steps.placed(api, provider_id)
    line = (await lines(api.case_officer))["used_of_planned"]
    figures = await got(
        api.case_officer,
        "/v1/figures",
        code="used_percent",
        period="year",
        **{"from": "2022-01-01", "to": "2022-12-31"},
    )
    [figure] = figures["items"]
    assert [line[name] for name in ("numerator", "denominator", "value")] == [
        figure[name] for name in ("numerator", "denominator", "value")
    ]
    assert line["people"] == 1
    assert (await lines(api.finance))["used_of_planned"]["suppressed"] is True


async def test_thresholds_are_the_guidelines(api: Api) -> None:
    version = {"valid_from": "2021-01-01", "mirror_lower_percent": 50, "mirror_upper_percent": 200, "least_count": 1}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version | {"reassessment_months": 3}))
    await hours.service_type(api)
    [person] = await people(api, 1)
    await push(api, item(person, decided_hours="5.00", assessed_hours="10.00", assessed_on="2022-06-01", **WHOLE))
    table = await got(api.manager, PATH, period="2022")
    assert (table["lower_percent"], table["upper_percent"], table["reassessment_months"]) == (50, 200, 3)
    found = {line["code"]: line["numerator"] for line in table["lines"]}
    assert (found["within"], found["assessed_long_ago"]) == (1, 1)


async def test_management_and_finance_see_no_small_counts(api: Api) -> None:
    await hours.service_type(api)
    found = await people(api, 12)
    await push(
        api,
        *(item(one, **WHOLE, assessed_hours="10.00", decided_hours="10.00") for one in found[:9]),
        *(item(one, **WHOLE, assessed_hours="10.00", decided_hours="5.00") for one in found[9:]),
    )
    for client in (api.manager, api.finance):
        table = await lines(client)
        for code in ("below", "within"):
            assert (table[code]["numerator"], table[code]["suppressed"]) == (None, True)
            assert table[code]["value"] is None
        assert (table["above"]["numerator"], table["above"]["suppressed"]) == (0, False)
        # Twelve people's sums tell of nobody.
        assert table["decided_of_need"]["numerator"] == "105.00"
        assert table["decided_of_need"]["people"] == 12
    assert (await lines(api.case_officer))["below"]["numerator"] == 3


async def test_a_month_of_few_is_not_worked_out_from_the_year(api: Api) -> None:
    """S6: the months add up to the year, so the sums of a year with a small month are hidden."""
    await hours.service_type(api)
    found = await people(api, 6)
    await push(
        api,
        *(item(one, **{"from": "2022-02-01", "to": "2022-12-31"}) for one in found[:5]),
        item(found[5], **WHOLE),
    )
    for period in ("2022-01", "2022-T1", "2022"):
        assert (await lines(api.manager, period))["decided_of_need"]["suppressed"] is True
    assert (await lines(api.manager, "2022-T2"))["decided_of_need"]["suppressed"] is False
    assert (await lines(api.case_officer, "2022-01"))["decided_of_need"]["numerator"] == "9.00"


async def test_a_day_in_the_past_is_as_it_was_known(api: Api, connection: AsyncConnection) -> None:
    """S8: what was pushed later, changed later or cancelled later was not known then."""
    await hours.service_type(api)
    a, b = await people(api, 2)
    first = item(a, external_id="T-1", **WHOLE, decided_hours="8.00")
    await push(api, first)
    await connection.execute(text("update service_hours set recorded_at = '2022-03-01 12:00+00'"))
    await push(api, first | {"revision": 2, "decided_hours": "9.00"}, item(b, **WHOLE, decided_hours="1.00"))
    assert (await lines(api.case_officer))["decided_of_need"]["numerator"] == "10.00"
    known = (await lines(api.case_officer, on="2022-03-01"))["decided_of_need"]
    assert (known["numerator"], known["people"]) == ("8.00", 1)
    assert (await lines(api.case_officer, on="2022-02-28"))["decided_of_need"]["people"] == 0
    table = await got(api.case_officer, PATH, period="2022", on="2022-03-01")
    assert (table["from"], table["to"], table["on"]) == ("2022-01-01", "2022-03-01", "2022-03-01")
    await push(api, first | {"revision": 3, "cancelled": True})
    assert (await lines(api.case_officer))["decided_of_need"]["numerator"] == "1.00"


async def test_services_lead_from_need_to_staff_and_cost(api: Api) -> None:
    """S5: by the stated norm and cost alone."""
    norm = {"hours_per_full_time_equivalent": "35.50", "norm_source": "Avtalen"}
    cost = {"cost_per_hour": "500.00", "cost_source": "Budsjett 2022"}
    await hours.service_type(api, **norm, **cost)
    await hours.service_type(api, "respite", name="Avlasting")
    a, b = await people(api, 2)
    await push(
        api,
        item(a, **WHOLE, assessed_hours="20.00", decided_hours="15.50", delivered_hours="10.00"),
        item(b, **WHOLE, assessed_hours=None, decided_hours="20.00", delivered_hours=None),
        item(b, **WHOLE, service_type="respite", assessed_hours="4.00", decided_hours="3.00", delivered_hours="3.00"),
    )
    found = await got(api.case_officer, f"{PATH}/services", period="2022")
    by_type = {row["service_type"]: row for row in found["items"]}
    help_ = by_type["home_help"]
    assert [help_[name] for name in ("assessed_hours", "decided_hours", "delivered_hours")] == [
        "20.00",
        "35.50",
        "10.00",
    ]
    assert help_["full_time_equivalents"] == "1.00"
    assert help_["cost"] == rounded(Decimal("35.50") * 365 / 7 * 500)
    assert (help_["count"], help_["without_need"], help_["without_delivery"]) == (2, 1, 1)
    assert (by_type["respite"]["full_time_equivalents"], by_type["respite"]["cost"]) == (None, None)
    total = found["total"]
    assert (total["decided_hours"], total["count"], total["full_time_equivalents"]) == ("38.50", 3, None)
    rows = (await got(api.case_officer, f"{PATH}/people", period="2022"))["items"]
    assert [(row["participant_id"], row["service_type"]) for row in rows] == sorted(
        [(a, "home_help"), (b, "home_help"), (b, "respite")]
    )
    for code, row in by_type.items():
        own = [one for one in rows if one["service_type"] == code]
        for name in ("assessed_hours", "decided_hours", "delivered_hours"):
            assert Decimal(row[name]) == sum(Decimal(one[name]) for one in own if one[name] is not None)
    assert {one["full_time_equivalents"] for one in rows} == {
        rounded(Decimal("15.50") / Decimal("35.50")),
        rounded(Decimal("20.00") / Decimal("35.50")),
        None,
    }


async def test_services_of_few_people_are_hidden_with_what_would_tell_them(api: Api) -> None:
    norm = {"hours_per_full_time_equivalent": "35.50", "norm_source": "Avtalen"}
    for code in ("home_help", "respite", "support"):
        await hours.service_type(api, code, **norm)
    found = await people(api, 12)
    await push(
        api,
        *(item(one, **WHOLE) for one in found),
        *(item(one, **WHOLE, service_type="respite") for one in found[:3]),
        *(item(one, **WHOLE, service_type="support") for one in found[:7]),
    )
    table = await got(api.manager, f"{PATH}/services", period="2022")
    assert {row["service_type"]: row["suppressed"] for row in table["items"]} == {
        "home_help": False,
        "respite": True,
        "support": True,
    }
    hidden = table["items"][1]
    assert {value for name, value in hidden.items() if name not in ("service_type", "name", "suppressed")} == {None}
    total = table["total"]
    assert (total["count"], total["decided_hours"]) == (22, rounded(Decimal(22 * 9)))
    # Their sum with another weight would tell both.
    assert total["full_time_equivalents"] is None
    assert (await got(api.case_officer, f"{PATH}/services", period="2022"))["total"][
        "full_time_equivalents"
    ] == rounded(Decimal(22 * 9) / Decimal("35.50"))


async def test_people_come_in_pages_and_are_in_the_access_log(api: Api) -> None:
    await hours.service_type(api)
    found = sorted(await people(api, 3))
    await push(api, *(item(one, **WHOLE) for one in found))
    first = await got(api.case_officer, f"{PATH}/people", period="2022", limit=2)
    rest = await got(api.case_officer, f"{PATH}/people", period="2022", limit=2, after=first["next"])
    assert [row["participant_id"] for page in (first, rest) for row in page["items"]] == found
    assert rest["next"] is None
    log = (await got(api.auditor, "/v1/access-log", participant_id=found[0]))["items"]
    assert "list_mirror_people" in {line["action"] for line in log}


@pytest.mark.parametrize(
    "period", ["", "22", "2022-13", "2022-00", "2022-T4", "2022-T0", "2022-1", "1850", "2022-08-01"]
)
async def test_a_period_that_is_none_is_refused(api: Api, period: str) -> None:
    answer = await api.case_officer.get(PATH, params={"period": period})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/query/period"


async def test_several_periods_are_answered_as_each_alone(api: Api) -> None:
    await hours.service_type(api)
    found = await people(api, 12)
    await push(api, *(item(id_, **WHOLE, assessed_hours="10.00", decided_hours="5.00") for id_ in found[:6]))
    late = {"from": "2022-09-01", "to": "2022-12-31"}
    await push(api, *(item(id_, **late, assessed_hours="10.00", decided_hours="10.00") for id_ in found[6:]))
    periods = ["2022-T3", "2021", "2022", "2022-01", "2022-12"]
    for client in (api.case_officer, api.finance, api.manager):
        for day in ({"on": "2022-10-15"}, {}):
            several = ok(await client.get(f"{PATH}/periods", params={"period": periods, **day}), 200)
            assert several["next"] is None
            assert several["items"] == [await got(client, PATH, period=one, **day) for one in periods]
            assert day or len({json.dumps(one["lines"]) for one in several["items"]}) > 2


@pytest.mark.parametrize(
    "periods",
    [[], [""], ["2022", "2022-13"], ["2022-08-01"], ["1850"], [f"{year}" for year in range(2010, 2023)]],
    ids=["none", "empty", "one of two", "a day", "too early", "too many"],
)
async def test_periods_that_are_none_or_too_many_are_refused(api: Api, periods: list[str]) -> None:
    answer = await api.case_officer.get(f"{PATH}/periods", params={"period": periods})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/query/period"


async def test_nobody_else_sees_the_table(api: Api) -> None:
    for client in (api.epj, api.auditor, api.grants_officer, api.service("habilitation"), api.provider("310300454")):
        for address in (PATH, f"{PATH}/periods"):
            assert (await client.get(address, params={"period": "2022"})).status_code == 403
    for client in (api.manager, api.finance):
        assert (await client.get(f"{PATH}/people", params={"period": "2022"})).status_code == 403
