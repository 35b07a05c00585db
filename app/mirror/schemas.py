"""The mirror table and the services of a period as they go out (S4, S5)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits

from app.http.schemas import Amount, Shape

LineCode = Literal[
    "decided_of_need",
    "below",
    "within",
    "above",
    "without_need",
    "without_decision",
    "delivered_of_decided",
    "assessed_long_ago",
    "used_of_planned",
]
Number = Annotated[
    int | str | None,
    Limits(description="Counts are numbers; hours a week, days and percents strings with two decimals."),
]
Suppressed = Annotated[bool, Limits(description="Null since few people could be worked out from it (S6).")]


class MirrorLine(Shape):
    """One line of the table, with what it is made of, whom it is about and what is missing."""

    code: LineCode
    label: Annotated[str, Limits(description="In nynorsk.", examples=["Vedteke av behovet"])]
    formula: Annotated[str, Limits(description="In words.", examples=["vedtekne timar / timar etter behov x 100"])]
    unit: Annotated[str, Limits(examples=["prosent"])]
    numerator: Number
    denominator: Number
    value: Annotated[Number, Limits(description="Null too where nothing is in the denominator.")]
    people: Annotated[int | None, Limits(description="How many people the line is about.")]
    missing: Annotated[int | None, Limits(description="People of whom it is not recorded, so that they are left out.")]
    suppressed: Suppressed


class MirrorOut(Shape):
    """S4: an indicator table, not a verdict."""

    period: Annotated[str, Limits(examples=["2022-08"])]
    from_: Annotated[date, Limits(serialization_alias="from", description="Its first day.")]
    to: Annotated[date, Limits(description="Its last day, or the day that it is seen on.")]
    on: Annotated[date, Limits(description="The day that it is seen on.")]
    people: Annotated[int | None, Limits(description="People with hours in the period. Null where they are few.")]
    lower_percent: Annotated[int, Limits(examples=[90])]
    upper_percent: Annotated[int, Limits(examples=[110])]
    reassessment_months: Annotated[int, Limits(examples=[12])]
    least_count: Annotated[int, Limits(description="The smallest count that is shown (S6).", examples=[5])]
    lines: list[MirrorLine]


class MirrorPeriods(Shape):
    """S4: the table of several periods."""

    items: list[MirrorOut]
    next: str | None = None


class NormOfDays(Shape):
    """Norms of a kind of service, and the days of a period that they hold (S8)."""

    valid_from: Annotated[date | None, Limits(description="Null: every day before the first that has norms.")]
    from_: Annotated[date, Limits(serialization_alias="from", description="The first day of the period with them.")]
    to: Annotated[date, Limits(description="The last one.")]
    hours_per_full_time_equivalent: Amount | None
    norm_source: str | None
    cost_per_hour: Amount | None
    cost_source: str | None


class _Sums(Shape):
    service_type: Annotated[
        str | None,
        Limits(description="Null: all of them. `sheltered_place`: a place at a provider.", examples=["home_help"]),
    ]
    name: Annotated[str | None, Limits(examples=["Heimehjelp"])]
    assessed_hours: Annotated[Amount | None, Limits(description="The need, in hours a week of the period.")]
    decided_hours: Amount | None
    delivered_hours: Amount | None
    places: Annotated[
        Amount | None,
        Limits(description="Whole places, on average over the days of the period. Null of what is decided in hours."),
    ]
    planned_days: Annotated[Amount | None, Limits(description="Planned days of places (A3).")]
    used_days: Annotated[Amount | None, Limits(description="Planned days of places less absent ones (A3).")]
    full_time_equivalents: Annotated[
        Amount | None,
        Limits(
            description="Decided hours by the norm of each day, and what places require on average over the days (P5,"
            " L6). Null: of some of the hours no norm is stated (S5)."
        ),
    ]
    cost: Annotated[
        Amount | None,
        Limits(
            description="What the decided hours and the places (C4) cost in the period. Null: of some of them no cost"
            " or rate is stated."
        ),
    ]
    norms: Annotated[
        list[NormOfDays] | None,
        Limits(
            description="The norms that were used of hours, in order (S8). Null of places, of all kinds together, and"
            " where hidden."
        ),
    ]


class ServiceRow(_Sums):
    """A kind of service of a period, or all of them."""

    count: Annotated[
        int | None, Limits(description="Pairs of a person and a service; of one kind of service that is people.")
    ]
    without_need: Annotated[
        int | None, Limits(description="Those of whom no need in hours is recorded. Null of places.")
    ]
    without_decision: int | None
    without_delivery: int | None
    suppressed: Suppressed


class MirrorServices(Shape):
    """S5: need, decision, extent, staff and cost, by kind of service."""

    period: str
    from_: Annotated[date, Limits(serialization_alias="from")]
    to: date
    on: date
    items: list[ServiceRow]
    total: ServiceRow
    next: str | None = None


class PersonServiceRow(_Sums):
    """One person and service of a period."""

    participant_id: UUID
    assessed_on: Annotated[date | None, Limits(description="The last assessment of the need.")]


class MirrorPeople(Shape):
    """S5: a row for each person and service, of the case office alone."""

    period: str
    from_: Annotated[date, Limits(serialization_alias="from")]
    to: date
    on: date
    items: list[PersonServiceRow]
    next: str | None
