"""T3, T4, T6, T8, T9, T13–T15, T22: what a trip would cost, through HTTP; the paper's examples and every refusal."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.steps import ok, refused

SCHEMES, ESTIMATE = "/v1/trip-schemes", "/v1/trips/estimate"
TRIAL = {"valid_from": "2021-01-01", "valid_to": "2022-12-31", "source": "Prøveordning"}
CASES = json.loads((Path(__file__).parents[2] / "cases" / "trips-2.json").read_text(encoding="utf-8"))


async def record(api: Api, **changes: Any) -> dict[str, Any]:
    return ok(await api.case_officer.post(SCHEMES, json=TRIAL | changes))


def shift(day: str | None = "2022-06-20", **changes: Any) -> dict[str, Any]:
    return {"on": day, "parts": [{"from": "08:00", "to": "20:00"}]} | changes


def line(reference: str = "A1", *shifts: dict[str, Any]) -> dict[str, Any]:
    return {"reference": reference, "shifts": list(shifts or [shift()])}


def estimate(**changes: Any) -> dict[str, Any]:
    """Two nights, one staff member, three participants, 12 hours of them extra."""
    return {
        "starts_on": "2022-06-20",
        "ends_on": "2022-06-22",
        "participants": 3,
        "hourly_rate": "400.00",
        "allowance_per_day": "440.00",
        "diet_per_staff": "3427.00",
        "staff": [line()],
    } | changes


async def compute(api: Api, **changes: Any) -> dict[str, Any]:
    return ok(await api.case_officer.post(ESTIMATE, json=estimate(**changes)), 200)


async def refuse(api: Api, code: str, pointer: str, **changes: Any) -> dict[str, Any]:
    problem = refused(await api.case_officer.post(ESTIMATE, json=estimate(**changes)), 422, code)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    return problem


def alike(rows: list[dict[str, int]]) -> list[dict[str, Any]]:
    return [
        {"staff": row["staff"], "days": row["days"], "counted_minutes": row["minutes"], "reason": "Turnusen"}
        for row in rows
    ]


def days_of_example(number: int) -> tuple[str, str, str]:
    """First and last day, and what allowance is paid for: the paper's second example pays nights."""
    return (
        ("2022-06-20", "2022-06-26", "calendar_days"),
        ("2022-06-21", "2022-06-24", "nights"),
        ("2022-06-20", "2022-06-26", "calendar_days"),
    )[number]


AMOUNTS = (
    "wage", "allowance", "diet", "staff_cost", "participants_part", "fund_part", "each_of_staff_cost",
    "each_of_staff_travel", "each_in_all",
)  # fmt: skip


@pytest.mark.parametrize(("number", "cost"), [(0, 0), (1, 2), (2, 4)], ids=["first", "second", "third"])
async def test_paper_examples_from_their_shifts(api: Api, number: int, cost: int) -> None:
    """T3, T13–T15: exact where the paper carries the rounding of 5.67."""
    plan, expected = CASES["staffing"][number], CASES["cost"][cost]
    starts_on, ends_on, allowance_days = days_of_example(number)
    await record(api, allowance_days=allowance_days)
    first = int(starts_on[-2:])
    staff = [
        line(
            f"A{number_of_staff}",
            *(
                {"on": f"2022-06-{first + day:02}", "counted_minutes": minutes, "reason": "Tabellen"}
                for day, minutes in enumerate(shifts)
            ),
        )
        for number_of_staff, shifts in enumerate(plan["trip_minutes_by_staff"], start=1)
    ]
    found = await compute(
        api,
        starts_on=starts_on,
        ends_on=ends_on,
        participants=expected["participants"],
        diet_per_staff=expected["diet_per_staff"],
        staff=staff,
        home_shifts=alike(plan["home_shifts"]),
        ordinary_shifts=alike(plan["ordinary_shifts"]),
        trip_hours=plan["trip_hours"],
        staff_count=expected["staff"],
    )
    assert (found["staff_count"], found["extra_minutes"]) == (expected["staff"], str(plan["extra_minutes"]))
    hours = ("trip_hours", "home_hours", "ordinary_hours", "extra_hours")
    assert [found[name] for name in hours] == [plan[name] for name in hours]
    assert [found[name] for name in AMOUNTS] == [expected[name] for name in AMOUNTS]


@pytest.mark.parametrize(("number", "cost"), [(0, 1), (1, 3)], ids=["first", "second"])
async def test_paper_examples_with_their_rounded_hours(api: Api, number: int, cost: int) -> None:
    """T13: hours with two decimals, as counted elsewhere."""
    paper, expected = CASES["staffing"][number]["paper"], CASES["cost"][cost]
    starts_on, ends_on, _ = days_of_example(number)
    await record(api)
    found = await compute(
        api,
        starts_on=starts_on,
        ends_on=ends_on,
        participants=expected["participants"],
        diet_per_staff=expected["diet_per_staff"],
        staff=None,
        staff_count=expected["staff"],
        allowance_days=expected["days"],
        **{name: paper[name] for name in ("trip_hours", "home_hours", "ordinary_hours")},
    )
    assert found["extra_hours"] == expected["extra_hours"]
    assert [found[name] for name in AMOUNTS] == [expected[name] for name in AMOUNTS]


@pytest.mark.parametrize("name", ["trip_hours", "home_hours", "ordinary_hours"])
async def test_total_that_its_parts_do_not_make_is_refused(api: Api, name: str) -> None:
    """T13: naming both."""
    await record(api)
    shifts = [{"parts": [{"from": "08:00", "to": "20:00"}]}]
    problem = await refuse(
        api, "sum-differs", f"#/{name}", home_shifts=shifts, ordinary_shifts=shifts, **{name: "12.02"}
    )
    assert (problem["stated"], problem["sum"]) == ("12.02", "12.00")


async def test_minutes_count_by_what_is_done_in_them(api: Api) -> None:
    """T13: 1 h + 8 h at a third + 2 h are 5 h 40 min, by the version's own weights."""
    await record(api)
    night = [
        {"from": "22:00", "to": "23:00"},
        {"from": "23:00", "to": "07:00", "kind": "passive"},
        {"from": "07:00", "to": "09:00"},
    ]
    staff = [line("A1", shift(parts=night))]
    found = await compute(api, staff=staff)
    assert (found["extra_minutes"], found["extra_hours"], found["wage"]) == ("340", "5.67", "2266.67")
    assert found["warnings"] == []
    await record(api, valid_from="2022-01-01", passive_night_weight="1/4", passive_night_to="06:00")
    found = await compute(api, staff=staff)
    assert found["extra_minutes"] == "300"
    assert [one["code"] for one in found["warnings"]] == ["passive_by_day"]


async def test_travel_is_the_participants_and_the_percent_the_versions(api: Api) -> None:
    """T4: 45 000 of travel are theirs; of the rest 40 percent."""
    await record(api, participant_percent=40)
    found = await compute(api, staff_travel_and_lodging="45000.00")
    assert (found["staff_cost"], found["participants_part"], found["fund_part"]) == ("9547.00", "3818.80", "5728.20")
    assert found["each_in_all"] == ["16272.94", "16272.93", "16272.93"]


async def test_rests_are_told_and_refuse_nothing(api: Api) -> None:
    """T22: a night, then the journey home at once; the version's limits are its own."""
    await record(api)
    case = CASES["working_time"][2]
    rows = [shift(one["from"][:10], parts=[{"from": one["from"][11:], "to": one["to"][11:]}]) for one in case["shifts"]]
    found = await compute(api, ends_on="2022-06-26", staff=[line("A4", *rows)])
    (rests,) = found["working_time"]
    assert rests["rests_hours"] == case["rests_hours"]
    assert (rests["rests_below_11_hours"], rests["rests_below_8_hours"]) == (3, 1)
    warnings = {one["code"]: one for one in found["warnings"]}
    assert {"rest_below_daily", "rest_below_agreed"} <= set(warnings)
    assert warnings["rest_below_daily"]["paragraph"] == "arbeidsmiljølova § 10-8 (1)"
    assert warnings["rest_below_daily"]["reference"] == "A4"
    for unknown in (shift("2022-06-26", parts=None, counted_minutes=60, reason="Tabellen"), shift(None)):
        found = await compute(api, ends_on="2022-06-26", staff=[line("A4", *rows, unknown)])
        assert (found["working_time"], found["warnings"]) == ([], [])
    limits = {"daily_rest_minutes": 0, "agreed_rest_minutes": 0, "weekly_rest_minutes": 0}
    await record(api, valid_from="2022-01-01", longest_shift_minutes=10_080, **limits)
    assert (await compute(api, ends_on="2022-06-26", staff=[line("A4", *rows)]))["warnings"] == []


async def test_length_and_notice(api: Api) -> None:
    """T2, T9: a long trip four months before, a short one two; both are parameters, and so is what is long."""
    await record(api)
    short, long = await compute(api), await compute(api, ends_on="2022-06-24")
    assert (short["length"], short["nights"], short["last_notice_on"]) == ("short", 2, "2022-04-20")
    assert (long["length"], long["days"], long["last_notice_on"]) == ("long", 5, "2022-02-20")
    norms = {"long_from_nights": 2, "notice_months_long": 6, "notice_months_short": 0, "most_nights": 2}
    await record(api, valid_from="2022-06-01", **norms)
    short, long = await compute(api, ends_on="2022-06-21"), await compute(api)
    assert (short["length"], short["last_notice_on"]) == ("short", "2022-06-20")
    assert (long["length"], long["last_notice_on"]) == ("long", "2021-12-20")
    await refuse(api, "longer-needs-reason", "#/longer_reason", ends_on="2022-06-23")


@pytest.mark.parametrize("case", CASES["scheme"], ids=lambda case: str(case["starts_on"]))
async def test_the_first_day_of_a_trip_decides_which_version_holds(api: Api, case: dict[str, Any]) -> None:
    """T6: a trip may last longer than its version."""
    await record(api, **case["scheme"])
    starts_on = date.fromisoformat(case["starts_on"])
    days = {"starts_on": case["starts_on"], "ends_on": f"{starts_on + timedelta(days=6)}"}
    staff = [line("A1", shift(case["starts_on"]))]
    if case["outcome"] == "ok":
        assert (await compute(api, staff=staff, **days))["scheme_valid_from"] == case["scheme"]["valid_from"]
    else:
        await refuse(api, case["outcome"], "#/starts_on", staff=staff, **days)


def staff_of(*shifts: dict[str, Any]) -> dict[str, Any]:
    return {"staff": [line("A1", *shifts)]}


LONG_DAY = [{"from": "09:00", "to": "21:30"}]
HOURS = {"staff": None, "staff_count": 1, "trip_hours": "12.00"}


@pytest.mark.parametrize(
    ("code", "pointer", "changes"),
    [
        ("no-scheme-in-force", "#/starts_on", {"starts_on": "2020-12-31", "ends_on": "2021-01-02"}),
        ("no-scheme-in-force", "#/starts_on", {"starts_on": "2023-01-01", "ends_on": "2023-01-02"}),
        ("no-night", "#/ends_on", {"ends_on": "2022-06-20"}),
        ("validation", "#/ends_on", {"ends_on": "2022-06-19"}),
        ("longer-needs-reason", "#/longer_reason", {"ends_on": "2022-06-27"}),
        ("working-time-not-settled", "#/working_time_agreed_on", {"ends_on": "2022-06-27", "longer_reason": "Langt"}),
        ("validation", "#/participants", {"participants": 0}),
        ("validation", "#/staff", {"staff": []}),
        ("validation", "#/staff", {"staff": [line(), line()]}),
        ("validation", "#/staff", {"staff": [{"reference": "A1", "shifts": []}]}),
        ("validation", "#/staff", {"staff": None}),
        ("validation", "#/staff_count", HOURS | {"staff_count": None}),
        ("validation", "#/staff_count", HOURS | {"staff_count": 0}),
        ("validation", "#/staff_count", {"staff_count": 2}),
        ("validation", "#/trip_hours", HOURS | {"trip_hours": "72.01"}),
        ("validation", "#/hourly_rate", {"hourly_rate": "-1.00"}),
        ("validation", "#/staff/0/shifts/0/on", staff_of(shift("2022-06-23"))),
        ("validation", "#/staff/0/shifts/1", staff_of(shift(), shift(parts=[{"from": "19:00", "to": "22:00"}]))),
        ("validation", "#/staff/0/shifts/1", staff_of(shift(), shift(parts=[{"from": "20:00", "to": "09:00"}]))),
        ("validation", "#/staff/0/shifts/0/parts", staff_of(shift(counted_minutes=60, reason="Tabellen"))),
        ("validation", "#/staff/0/shifts/0/parts", staff_of(shift(parts=None))),
        ("validation", "#/staff/0/shifts/0/reason", staff_of(shift(parts=None, counted_minutes=60))),
        (
            "validation",
            "#/staff/0/shifts/0/counted_minutes",
            staff_of(shift(parts=None, counted_minutes=1441, reason="x")),
        ),
        ("validation", "#/staff/0/shifts/0/parts/0/from", staff_of(shift(parts=[{"from": "24:00", "to": "09:00"}]))),
        (
            "validation",
            "#/staff/0/shifts/0/parts/0/kind",
            staff_of(shift(parts=[{"from": "1", "to": "2", "kind": "x"}])),
        ),
        ("validation", "#/staff/0/reference", {"staff": [line("Kari Nordmann")]}),
        ("validation", "#/home_shifts/0/staff", {"home_shifts": [{"staff": 0, "counted_minutes": 1, "reason": "x"}]}),
        ("validation", "#/home_shifts/0/days", {"home_shifts": [{"days": 4, "parts": LONG_DAY}]}),
        (
            "validation",
            "#/ordinary_shifts/1/days",
            {"ordinary_shifts": [{"parts": LONG_DAY}, {"days": 4, "parts": LONG_DAY}]},
        ),
        (
            "validation",
            "#/staff/0/shifts/0/parts",
            staff_of(shift(parts=[*LONG_DAY, {"from": "21:29", "to": "23:00"}])),
        ),
        (
            "validation",
            "#/staff/0/shifts/0/parts",
            staff_of(shift(parts=[*LONG_DAY, {"from": "21:30", "to": "09:01"}])),
        ),
        ("validation", "#/ordinary_shifts/0/parts", {"ordinary_shifts": [{"parts": [*LONG_DAY, *LONG_DAY]}]}),
        ("validation", "#/staff/0/shifts/3", staff_of(*[shift(None, parts=[{"from": "09:00", "to": "09:00"}])] * 4)),
        ("validation", "#/hourly_rate", {"hourly_rate": "99999999.99"}),
        ("validation", "#/hourly_rate", {"home_hours": "99999999.99"}),
        ("validation", "#/allowance_per_day", {"allowance_per_day": "33333333.33"}),
        ("validation", "#/diet_per_staff", {"diet_per_staff": "99999999.99"}),
        ("validation", "#/staff_travel_and_lodging", {"staff_travel_and_lodging": "99999999.99"}),
    ],
)
async def test_bad_input_is_refused_at_its_field(api: Api, code: str, pointer: str, changes: dict[str, Any]) -> None:
    """T8, T13, T21: a staff member is a reference and no name."""
    await record(api)
    problem = refused(await api.case_officer.post(ESTIMATE, json=estimate(**changes)), 422, code)
    assert pointer in [error["pointer"] for error in problem["errors"]]


async def test_whole_days_and_the_largest_amounts_are_taken(api: Api) -> None:
    """T13, T15: 24 hours a day are not too many, and what comes of the largest cost adds up too."""
    await record(api)
    whole = [shift(None, parts=[{"from": "09:00", "to": "21:30"}, {"from": "21:30", "to": "09:00"}])] * 3
    assert (await compute(api, **staff_of(*whole)))["trip_hours"] == "72.00"
    found = await compute(
        api, hourly_rate="0.00", allowance_per_day="0.00", diet_per_staff="99999999.98", staff_travel_and_lodging="0.01"
    )
    assert (found["participants_part"], found["fund_part"]) == ("49999999.99", "49999999.99")
    assert found["each_in_all"] == ["16666666.68", "16666666.66", "16666666.66"]


async def test_longer_trip_with_reason_and_settled_working_time(api: Api) -> None:
    """T8: a norm and no wall."""
    await record(api)
    days = {"ends_on": "2022-06-27", "longer_reason": "Lang reiseveg", "working_time_agreed_on": "2022-03-01"}
    assert (await compute(api, **days))["nights"] == 7


async def test_nothing_is_stored_and_nobody_named(api: Api, connection: AsyncConnection) -> None:
    await record(api)
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    before = await connection.scalar(text("select count(*) from event"))
    await compute(api)
    assert await connection.scalar(text("select count(*) from event")) == before
    assert ok(await api.auditor.get("/v1/access-log"), 200)["items"] == []


async def test_versions_of_the_scheme(api: Api) -> None:
    """T6: the next version takes over, a second one from the same day is refused, and none is edited."""
    made = await record(api)
    assert (made["most_nights"], made["travel_weight"], made["participant_percent"]) == (6, "1/2", 50)
    refused(await api.case_officer.post(SCHEMES, json=TRIAL), 409, "trip-scheme-exists")
    await record(api, valid_from="2022-06-21", valid_to=None, most_nights=7)
    service = api.service("habilitation")
    listed = ok(await service.get(SCHEMES), 200)["items"]
    assert [one["valid_from"] for one in listed] == ["2021-01-01", "2022-06-21"]
    assert (await compute(api))["scheme_valid_from"] == "2021-01-01"
    later = await compute(api, starts_on="2030-01-01", ends_on="2030-01-08", staff=[line("A1", shift("2030-01-02"))])
    assert (later["scheme_valid_from"], later["nights"]) == ("2022-06-21", 7)
    assert (await service.post(SCHEMES, json=TRIAL)).status_code == 403
    assert (await service.post(ESTIMATE, json=estimate())).status_code == 200
    assert (await api.provider("310300403").post(ESTIMATE, json=estimate())).status_code == 403


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("valid_to", "2020-12-31"),
        ("participant_percent", 51),
        ("most_nights", 0),
        ("travel_weight", "3/2"),
        ("passive_night_weight", "1/0"),
        ("passive_night_from", "24:00"),
        ("daily_rest_minutes", 10_081),
        ("allowance_days", "weekdays"),
        ("source", ""),
    ],
)
async def test_bad_version_is_refused_at_its_field(api: Api, name: str, value: object) -> None:
    problem = refused(await api.case_officer.post(SCHEMES, json=TRIAL | {name: value}), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [f"#/{name}"]
