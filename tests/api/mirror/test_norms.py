"""S5, S8: staff and cost by the norm of each day, recomputed by hand from the lists of hours and of norms."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.rules.figures import format_two_decimals
from tests.api.mirror.test_mirror import PATH, WHOLE, people
from tests.conftest import Api
from tests.factories import hours
from tests.factories.hours import item, push
from tests.factories.places import got
from tests.factories.steps import ok

TYPES = "/v1/service-types"
NORM = {"hours_per_full_time_equivalent": "35.50", "norm_source": "Avtalen"}
COST = {"cost_per_hour": "500.00", "cost_source": "Budsjett 2022"}
JULY = {
    "hours_per_full_time_equivalent": "37.50",
    "norm_source": "Ny avtale",
    "cost_per_hour": "600.00",
    "cost_source": "Budsjett 2023",
}


async def change(api: Api, kind: Mapping[str, Any], **changes: Any) -> None:
    ok(await api.case_officer.patch(f"{TYPES}/{kind['id']}", json=changes, headers={"If-Match": "*"}), 200)


async def figures(api: Api, period: str, **query: Any) -> tuple[Any, ...]:
    """Staff and cost of the one kind of service."""
    [row] = (await got(api.case_officer, f"{PATH}/services", period=period, **query))["items"]
    return row["full_time_equivalents"], row["cost"]


async def by_hand(api: Api, kind: Mapping[str, Any], first: date, last: date, person: str | None = None) -> Any:
    """Day by day: each row's hours by the last norm that began, staff over the days, cost a seventh a day."""
    rows = (await got(api.case_officer, "/v1/service-hours", limit=200))["items"]
    norms = (await got(api.case_officer, f"{TYPES}/{kind['id']}/norms", limit=200))["items"]
    norms.sort(key=lambda one: (one["valid_from"] or "", one["recorded_at"]))
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    staff = cost = Fraction(0)
    for row in rows:
        for day in (one.isoformat() for one in days):
            if row["from"] <= day <= (row["to"] or "9999") and person in (None, row["participant_id"]):
                norm = [one for one in norms if (one["valid_from"] or "") <= day][-1]
                decided = Fraction(row["decided_hours"])
                staff += decided / Fraction(norm["hours_per_full_time_equivalent"]) / len(days)
                cost += decided * Fraction(norm["cost_per_hour"]) / 7
    return format_two_decimals(staff), format_two_decimals(cost)


async def test_a_norm_changes_no_figure_before_its_day(api: Api) -> None:
    """S8: what earlier months say stays, and each period is weighed by its days."""
    kind = await hours.service_type(api, **NORM, **COST)
    a, b = await people(api, 2)
    await push(
        api,
        item(a, **WHOLE, decided_hours="20.00"),
        item(b, decided_hours="11.25", **{"from": "2022-05-20", "to": None}),
    )
    before = {period: await figures(api, period) for period in ("2022-01", "2022-T1", "2022-06", "2022-07", "2022")}
    await change(api, kind, **JULY, valid_from="2022-07-11")
    await change(api, kind, cost_per_hour="650.00", valid_from="2022-11-01")
    for period in ("2022-01", "2022-T1", "2022-06"):
        assert await figures(api, period) == before[period]
    for period, first, last in (
        ("2022-06", date(2022, 6, 1), date(2022, 6, 30)),
        ("2022-07", date(2022, 7, 1), date(2022, 7, 31)),
        ("2022-T3", date(2022, 9, 1), date(2022, 12, 31)),
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
    ):
        assert await figures(api, period) == await by_hand(api, kind, first, last)
        for row in (await got(api.case_officer, f"{PATH}/people", period=period))["items"]:
            found = await by_hand(api, kind, first, last, row["participant_id"])
            assert (row["full_time_equivalents"], row["cost"]) == found
    assert await figures(api, "2022-07") != before["2022-07"]
    # By hand: July has 10 days of the first norm and 21 of the second.
    assert (await figures(api, "2022-07"))[0] == format_two_decimals(
        Fraction("31.25") * (10 / Fraction("35.5") + 21 / Fraction("37.5")) / 31
    )


async def test_a_row_says_which_norms_were_used_on_which_days(api: Api) -> None:
    kind = await hours.service_type(api, **NORM, **COST)
    [person] = await people(api, 1)
    await push(api, item(person, **WHOLE))
    await change(api, kind, **JULY, valid_from="2022-07-11")
    used = [
        {"valid_from": None, "from": "2022-07-01", "to": "2022-07-10"} | NORM | COST,
        {"valid_from": "2022-07-11", "from": "2022-07-11", "to": "2022-07-31"} | JULY,
    ]
    found = await got(api.case_officer, f"{PATH}/services", period="2022-07")
    assert found["items"][0]["norms"] == used
    assert found["total"]["norms"] is None
    [row] = (await got(api.case_officer, f"{PATH}/people", period="2022-07"))["items"]
    assert row["norms"] == used
    [row] = (await got(api.case_officer, f"{PATH}/people", period="2022-08"))["items"]
    assert [(norm["from"], norm["to"]) for norm in row["norms"]] == [("2022-08-01", "2022-08-31")]


async def test_decided_hours_before_the_first_norm_are_not_weighed(api: Api) -> None:
    await hours.service_type(api, **NORM, valid_from="2022-03-01")
    [person] = await people(api, 1)
    await push(api, item(person, **WHOLE, decided_hours="35.50"))
    assert await figures(api, "2022-02") == (None, None)
    assert await figures(api, "2022-03") == ("1.00", None)
    assert await figures(api, "2022") == (None, None)


async def test_a_day_in_the_past_uses_the_norms_that_were_known(api: Api, connection: AsyncConnection) -> None:
    """S8: a norm that is corrected later does not change the report that was made with the first."""
    kind = await hours.service_type(api, **NORM, **COST)
    [person] = await people(api, 1)
    await push(api, item(person, **WHOLE, decided_hours="35.50"))
    await connection.execute(text("update service_hours set recorded_at = '2022-02-01 12:00+00'"))
    # Rows are only added, also by the test: those that were known then are recorded as the case office.
    await got(api.case_officer, TYPES)
    await connection.execute(
        text(
            "insert into service_type_norm (id, service_type, valid_from, hours_per_full_time_equivalent, norm_source,"
            " recorded_at) select gen_random_uuid(), 'home_help', cast(day as date), hours, 'Avtalen',"
            " cast(known as timestamptz) from (values ('2022-01-01', 35.50, '2022-01-15 12:00+00'),"
            " ('2022-01-01', 71.00, '2022-05-31 22:30+00')) as norm (day, hours, known)"
        )
    )
    assert await figures(api, "2022-01", on="2022-02-01") == ("1.00", None)
    # 31 May 22:30 in UTC is 1 June in Oslo.
    assert await figures(api, "2022-01", on="2022-05-31") == ("1.00", None)
    assert await figures(api, "2022-01", on="2022-06-01") == ("0.50", None)
    assert await figures(api, "2022-01") == ("0.50", None)
    await change(api, kind, hours_per_full_time_equivalent="142.00", valid_from="2022-01-01")
    assert await figures(api, "2022-01") == ("0.25", None)
    assert await figures(api, "2022-01", on="2022-06-01") == ("0.50", None)


async def test_the_days_of_few_people_are_not_worked_out_from_the_month(api: Api) -> None:
    """S6: hours and staff of a month with two norms are two equations of the hours on each side of the day; and the
    month to and with that day tells them alone."""
    for code in ("home_help", "respite"):
        await hours.service_type(api, code, **NORM)
    [kind, _] = (await got(api.case_officer, TYPES))["items"]
    await change(api, kind, **JULY, valid_from="2022-07-11")
    found = await people(api, 8)
    await push(
        api,
        *(item(one, **WHOLE) for one in found[:2]),
        *(item(one, **{"from": "2022-07-11", "to": None}) for one in found[2:]),
        *(item(one, **WHOLE, service_type="respite") for one in found),
    )

    async def hidden(period: str) -> list[bool]:
        return [row["suppressed"] for row in (await got(api.manager, f"{PATH}/services", period=period))["items"]]

    assert await hidden("2022-07") == [True, True]
    assert (await got(api.manager, f"{PATH}/services", period="2022-07"))["items"][0]["norms"] is None
    assert await hidden("2022-08") == await hidden("2022-T3") == [False, False]
    assert await hidden("2022") == [True, True]
    total = (await got(api.case_officer, f"{PATH}/services", period="2022-07"))["total"]
    assert Decimal(total["full_time_equivalents"]) > 0


async def test_a_month_to_and_with_two_days_does_not_tell_the_days_between(
    api: Api, connection: AsyncConnection
) -> None:
    """S6: six until the 10th and two more weeks of two of them: the whole month less the first days is theirs."""
    await hours.service_type(api, **NORM)
    found = await people(api, 6)
    await push(
        api,
        *(item(one, **{"from": "2022-06-01", "to": "2022-07-10"}) for one in found[2:]),
        *(item(one, **{"from": "2022-06-01", "to": "2022-07-24"}) for one in found[:2]),
    )
    await connection.execute(text("update service_hours set recorded_at = '2022-05-01 12:00+00'"))
    for day, is_hidden in (("2022-06-30", False), ("2022-07-10", False), ("2022-07-11", True), ("2022-07-31", True)):
        for path in ("", "/services"):
            body = await got(api.manager, f"{PATH}{path}", period=day[:7], on=day)
            if path:
                shown = body["items"][0]["suppressed"]
            else:
                shown = next(line for line in body["lines"] if line["code"] == "decided_of_need")["suppressed"]
            assert shown is is_hidden, (path, day)
