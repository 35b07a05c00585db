"""The paper's three examples as trips of 2022 in the demo (003 § 6), and a weekend in autumn that is planned."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from app.database.unit_of_work import UnitOfWork
from app.http.openapi_examples import demo_id
from app.security.roles import Actor
from app.trips import decisions, fund, plans, settlements, trips
from app.trips.fund_schemas import TripFundEntryIn
from app.trips.staffing_schemas import WEEKEND_EXAMPLE
from app.trips.trip_schemas import StaffingPlanIn, TripAcceptanceIn, TripGrantIn, TripIn, TripSettlementIn

_VOLUNTEERED_ON, _ACCEPTED_ON, _DECIDED_ON = date(2022, 3, 1), date(2022, 4, 22), date(2022, 5, 2)
_SETTLED_ON = date(2022, 7, 18)
_RATES = {"hourly_rate": "400.00", "allowance_per_day": "440.00", "staff_travel_and_lodging": "0.00"}


class _Example(NamedTuple):
    """A trip of the paper: the minutes of each of the staff by day, and alike shifts as (staff, minutes, days)."""

    applications: range
    starts_on: date
    ends_on: date
    trip: Sequence[Sequence[int]]
    home: Sequence[tuple[int, int, int]]
    ordinary: Sequence[tuple[int, int, int]]
    diet_per_staff: str
    allowance_days: int | None = None
    settled: bool = True


_EXAMPLES = (
    _Example(
        range(1, 4),
        date(2022, 6, 20),
        date(2022, 6, 26),
        (
            (720, 340, 810, 810, 540),
            (720, 810, 810, 340, 540),
            (660, 340, 810, 810, 540),
            (180, 810, 810, 810, 340, 210),
            (180, 810, 810, 340, 810, 210),
            (640, 810, 810, 810, 210),
        ),
        ((2, 450, 7), (2, 450, 7), (1, 540, 7)),
        ((3, 450, 7), (4, 450, 4), (3, 450, 3), (1, 540, 7)),
        "4987.00",
    ),
    _Example(
        range(4, 7),
        date(2022, 6, 21),
        date(2022, 6, 24),
        ((600, 870, 870, 540), (900, 870, 820, 270), (900, 940, 330, 540), (820, 330, 870, 540)),
        ((2, 450, 4), (2, 450, 3), (1, 540, 3)),
        ((3, 450, 4), (4, 450, 3), (1, 540, 3)),
        "3427.00",
        # The paper writes seven days beside the amount of three.
        allowance_days=3,
    ),
    _Example(
        range(7, 12),
        date(2022, 6, 20),
        date(2022, 6, 26),
        ((750, 750, 750, 750), (750, 750, 750)),
        (),
        ((2, 450, 5),),
        "3427.00",
        settled=False,
    ),
)
_WEEKEND = range(13, 14)


async def add_trips(unit: UnitOfWork, actor: Actor, municipality_number: str) -> None:
    """The fund, three trips that were granted, two of them settled, and one that is planned."""
    allocated = TripFundEntryIn(
        kind="allocation", amount=Decimal("150000.00"), on=date(2022, 1, 20), reason="Budsjett 2022"
    )
    given = TripFundEntryIn(
        year=2023, kind="gift", amount=Decimal("2500.00"), on=date(2022, 8, 15), reason="Til turane neste år"
    )
    await fund.record_entry(unit, actor, allocated)
    await fund.record_entry(unit, actor, given)
    for number, example in enumerate(_EXAMPLES, start=1):
        body = TripIn(
            starts_on=example.starts_on,
            ends_on=example.ends_on,
            application_ids=[demo_id("trip_application", one) for one in example.applications],
        )
        await trips.record_trip(unit, actor, body)
        trip_id, staffing = demo_id("trip", number), _make_staffing(example)
        await plans.replace_plan(
            unit, actor, await trips.lock_trip(unit, trip_id), StaffingPlanIn.model_validate(staffing)
        )
        for one in example.applications:
            accepted = TripAcceptanceIn(
                participant_id=demo_id("participant", one),
                accepted_on=_ACCEPTED_ON,
                accepted_by="participant" if one % 2 else "guardian",
            )
            await decisions.accept_price(unit, await trips.lock_trip(unit, trip_id), accepted)
        granted = TripGrantIn(kind="grant", decided_on=_DECIDED_ON)
        record = await trips.lock_trip(unit, trip_id)
        await decisions.decide_trip(unit, actor, record, granted, municipality_number)
        if example.settled:
            settled = TripSettlementIn.model_validate(staffing | {"settled_on": f"{_SETTLED_ON}"})
            await settlements.settle_trip(unit, actor, await trips.lock_trip(unit, trip_id), settled)
    weekend = TripIn(
        starts_on=date(2022, 9, 16),
        ends_on=date(2022, 9, 18),
        application_ids=[demo_id("trip_application", one) for one in _WEEKEND],
    )
    trip = await trips.record_trip(unit, actor, weekend)
    planned = StaffingPlanIn.model_validate(WEEKEND_EXAMPLE)
    await plans.replace_plan(unit, actor, await trips.lock_trip(unit, trip.id), planned)


def _make_staffing(example: _Example) -> dict[str, Any]:
    return _RATES | {
        "staff": [
            {
                "reference": f"A{number}",
                "volunteered_on": f"{_VOLUNTEERED_ON}",
                "shifts": [
                    {
                        "on": f"{example.starts_on + timedelta(days=day)}",
                        "counted_minutes": minutes,
                        "reason": "Tabellen i saka",
                    }
                    for day, minutes in enumerate(shifts)
                ],
            }
            for number, shifts in enumerate(example.trip, start=1)
        ],
        "home_shifts": _make_alike(example.home),
        "ordinary_shifts": _make_alike(example.ordinary),
        "diet_per_staff": example.diet_per_staff,
        "allowance_days": example.allowance_days,
    }


def _make_alike(rows: Sequence[tuple[int, int, int]]) -> list[dict[str, Any]]:
    return [
        {"staff": staff, "counted_minutes": minutes, "days": days, "reason": "Turnusen"}
        for staff, minutes, days in rows
    ]
