"""What comes in and goes out of the stairs (K1–K7)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Strict, StringConstraints, model_validator
from pydantic import Field as Limits

from app.http.schemas import (
    INTEGER,
    TWO_DECIMALS,
    Count,
    Day,
    FieldFault,
    Line,
    Name,
    PastDay,
    Prose,
    Shape,
    Stored,
    Year,
    describe_pattern,
)
from app.rules.stairs import Area, GapState, ServiceKind, Stair

Address = Annotated[
    str,
    StringConstraints(
        min_length=12,
        max_length=500,
        pattern=describe_pattern(
            "^https?://[!#-;=?-~]+$", "må vere ei adresse på nettet, til dømes «https://www.alver.kommune.no/»"
        ),
    ),
    Limits(description="Where more information is, on the web.", examples=["https://www.alver.kommune.no/helse"]),
]
Flag = Annotated[bool, Strict()]
StepNumber = Annotated[int, Limits(ge=1, le=100), INTEGER]
Category = Annotated[int, Limits(ge=1, le=4), INTEGER]
StateYear = Annotated[Year, INTEGER]
Scenario = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=100,
        pattern=describe_pattern(
            "^[0-9A-Za-zÆØÅæøå][0-9A-Za-zÆØÅæøå ._-]*$",
            "byrjar med bokstav eller siffer, og kan ha mellomrom, punktum og bindestrek",
        ),
    ),
]
Place = Annotated[Area, Limits(examples=["Knarvik"])]
MOST_ROWS = 100


class StepIn(Shape):
    """A step of a stair (K1)."""

    number: Annotated[StepNumber, Limits(description="Its place in the order of the stair.", examples=[2])]
    category: Annotated[
        Category | None,
        Limits(
            description="Of the activity stair, and of no other: 1 early effort and prevention, 2 mastery in work,"
            " housing and activity, 3 health care at home, 4 care and treatment (004 § 4.1.1–4.1.4)."
        ),
    ] = None
    name: Annotated[Name, Limits(examples=["Eigen bustad med tenester"])]
    description: Annotated[Prose | None, Limits(description="What the step is, for everybody.")] = None


class StepPatch(Shape):
    """Changes to a step; a field left out is unchanged."""

    number: Annotated[StepNumber, Limits(examples=[2])] = Limits(default_factory=int)
    name: Annotated[Name, Limits(examples=["Eigen bustad med tenester"])] = Limits(default_factory=str)
    description: Annotated[Prose | None, Limits(examples=["Du bur i eigen bustad og får hjelp heime."])] = None


class StepOut(Stored):
    """A step of a stair (K1)."""

    stair: Stair
    number: int
    category: int | None
    name: str
    description: str | None


class ServiceIn(Shape):
    """A service on a step (K2)."""

    step_id: UUID
    kind: Annotated[
        ServiceKind,
        Limits(
            description="`nursing_home` counts in the coverage (K7), on the housing stair. `sheltered_enterprise` has"
            " its places from the providers (K5), on a step of category 2, and stands there once."
        ),
    ] = "other"
    name: Annotated[Name, Limits(examples=["Heimehjelp"])]
    for_whom: Annotated[Line, Limits(examples=["Vaksne som treng hjelp til det daglege"])]
    provided_by: Annotated[Line, Limits(examples=["Heimetenesta"])]
    requires_decision: Annotated[
        Flag, Limits(description="Whether it takes a decision by the municipality.", examples=[True])
    ]
    place: Annotated[Area | None, Limits(description="Null: in all of the municipality.")] = None
    how_to_apply: Annotated[
        Line | None, Limits(description="How to ask for it, for everybody.", examples=["Søk på skjemaet på nettet."])
    ] = None
    address: Address | None = None
    valid_from: Day
    valid_to: Annotated[Day | None, Limits(description="The last day; null: none is known.")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise FieldFault("valid_to", "«valid_to» er før «valid_from»")
        return self


class ServicePatch(Shape):
    """Changes to a service; a field left out is unchanged. Its step and its kind cannot be changed."""

    name: Annotated[Name, Limits(examples=["Heimehjelp"])] = Limits(default_factory=str)
    for_whom: Annotated[Line, Limits(examples=["Vaksne som treng hjelp til det daglege"])] = Limits(default_factory=str)
    provided_by: Annotated[Line, Limits(examples=["Heimetenesta"])] = Limits(default_factory=str)
    requires_decision: Annotated[Flag, Limits(examples=[True])] = Limits(default_factory=bool)
    place: Area | None = None
    how_to_apply: Line | None = None
    address: Address | None = None
    valid_from: Day = Limits(default_factory=lambda: date.min)
    valid_to: Day | None = None


class ServiceOut(Stored):
    """A service on a step (K2)."""

    step_id: UUID
    kind: ServiceKind
    name: str
    for_whom: str
    provided_by: str
    requires_decision: bool
    place: Area | None
    how_to_apply: str | None
    address: str | None
    valid_from: Day
    valid_to: Day | None


class StairCapacityIn(Shape):
    """A number of places, counted on a day (K3)."""

    step_id: UUID
    service_id: Annotated[UUID | None, Limits(description="The service of the step that has the places.")] = None
    place: Place
    number: Annotated[Count, Limits(examples=[27])]
    as_of: Annotated[PastDay, Limits(description="The day of the count.", examples=["2022-08-01"])]
    source: Annotated[Line, Limits(examples=["Teljing av bustadar 2022"])]


class StairCapacityPatch(Shape):
    """What a count is mended to; a field left out is unchanged."""

    number: Annotated[Count, Limits(examples=[27])] = Limits(default_factory=int)
    source: Annotated[Line, Limits(examples=["Teljing av bustadar 2022"])] = Limits(default_factory=str)


class StairCapacityOut(Stored):
    """A number of places, counted on a day (K3). The last count on or before a day is in force."""

    step_id: UUID
    service_id: UUID | None
    table_id: Annotated[UUID | None, Limits(description="The published table that it is a cell of.")]
    place: Area
    number: int
    as_of: Day
    source: str


class NeedIn(Shape):
    """How many places a source says are needed in a year (K4)."""

    step_id: UUID
    service_id: Annotated[UUID | None, Limits(description="The service of the step that is needed.")] = None
    place: Annotated[Area | None, Limits(description="Null: all places together.")] = None
    number: Annotated[Count, Limits(examples=[100])]
    year: Annotated[StateYear, Limits(examples=[2030])]
    scenario: Annotated[Scenario, Limits(examples=["Hovudalternativ"])]
    source: Annotated[Line, Limits(examples=["Framskriving 2022"])]


class NeedPatch(Shape):
    """What a need is mended to; a field left out is unchanged."""

    number: Annotated[Count, Limits(examples=[100])] = Limits(default_factory=int)
    source: Annotated[Line, Limits(examples=["Framskriving 2022"])] = Limits(default_factory=str)


class NeedOut(Stored):
    """How many places a source says are needed in a year (K4)."""

    step_id: UUID
    service_id: UUID | None
    place: Area | None
    number: int
    year: int
    scenario: str
    source: str


class CellIn(Shape):
    """A number of a published table."""

    place: Place
    number: Annotated[Count, Limits(examples=[27])]


class TableRowIn(Shape):
    """A row of a published table: its cells, and the total that was printed at its end."""

    step_id: UUID
    service_id: UUID | None = None
    cells: Annotated[list[CellIn], Limits(min_length=1, max_length=6)]
    printed_total: Count | None = None


class TableIn(Shape):
    """A table of places as it was published (K3, K6). Its cells become capacities; its printed totals stand beside."""

    as_of: Annotated[PastDay, Limits(description="The day of the count.", examples=["2022-08-01"])]
    source: Annotated[Line, Limits(examples=["Planutkast 2022, kap. 4.2"])]
    target_group: Annotated[Line | None, Limits(examples=["Hovudsakleg eldre"])] = None
    rows: Annotated[list[TableRowIn], Limits(min_length=1, max_length=MOST_ROWS)]
    printed_place_totals: Annotated[list[CellIn], Limits(max_length=6)] = []
    printed_total: Count | None = None
    totals_from: Annotated[
        Literal["cells"], Limits(description="What counts where cells and printed totals differ: the cells, always.")
    ] = "cells"


class TotalOut(BaseModel):
    """What cells add up to, beside what was printed as their total."""

    sum: int
    printed: int | None
    difference: Annotated[int | None, Limits(description="Printed less sum.")]


class RowTotalOut(TotalOut):
    """The total of a row: a step, or a service of it."""

    step_id: UUID
    service_id: UUID | None
    step_number: int
    name: str
    cells: list[CellIn]


class PlaceTotalOut(TotalOut):
    """The total of a place."""

    place: Area


class GrandTotalOut(TotalOut):
    """The total of the table, and what its printed totals add up to."""

    sum_of_printed_rows: int | None
    sum_of_printed_places: int | None


class TableOut(Stored):
    """A published table with its totals, summed and printed (K3, K6). A cell that was mended since is as mended."""

    stair: Stair
    as_of: Day
    source: str
    target_group: str | None
    rows: list[RowTotalOut]
    places: list[PlaceTotalOut]
    total: GrandTotalOut


class PopulationIn(Shape):
    """How many people of 80 and over live in the municipality (K7)."""

    year: Annotated[StateYear, Limits(examples=[2022])]
    people_80_plus: Annotated[Count, Limits(examples=[1056])]
    source: Annotated[Line, Limits(examples=["Folketal 1. januar"])]


class PopulationOut(Stored):
    """How many people of 80 and over live in the municipality (K7). Of one year the last recorded counts."""

    year: int
    people_80_plus: int
    source: str


class GapOut(BaseModel):
    """Need less capacity of a step, or of a service of it, in a place or in all (K4)."""

    step_id: UUID
    step_number: int
    service_id: UUID | None
    name: str
    place: Annotated[Area | None, Limits(description="Null: all places together.")]
    capacity: Annotated[int | None, Limits(description="Null: nobody has stated it.")]
    need: Annotated[int | None, Limits(description="Null: nobody has stated it.")]
    need_source: str | None
    gap: Annotated[int | None, Limits(description="Below zero where there is more than the need; null: unknown.")]
    state: GapState


class CoverageOut(BaseModel):
    """People of 80 and over per nursing home place (K7)."""

    people_80_plus: int
    places: int
    people_per_place: Annotated[Decimal, TWO_DECIMALS] | None
    source: str


class GapsOut(BaseModel):
    """What is missing on a stair in a year, by a scenario (K4), and how far its nursing homes reach (K7)."""

    stair: Stair
    year: int
    scenario: str
    capacity_on: Annotated[date, Limits(description="The day whose capacities are compared.")]
    items: list[GapOut]
    next: Annotated[str | None, Limits(description="Null: all are on one page.")] = None
    coverage: Annotated[CoverageOut | None, Limits(description="Null where the year's number of people is unknown.")]


class ReviewIn(Shape):
    """That somebody has gone through what both stairs say (K2)."""

    reviewed_on: Annotated[PastDay, Limits(examples=["2022-08-30"])]
    note: Annotated[Line | None, Limits(examples=["Tenestene er gått gjennom med leiarane."])] = None


class ReviewOut(Stored):
    """A review of both stairs (K2)."""

    reviewed_on: Day
    note: str | None
