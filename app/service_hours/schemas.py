"""Service types and hours as they come in and go out (S3, S5)."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, StrictBool, StringConstraints, WithJsonSchema, model_validator
from pydantic import Field as Limits

from app.http.schemas import (
    TWO_DECIMALS,
    Day,
    FieldFault,
    Line,
    Money,
    Name,
    PastDay,
    Revision,
    Shape,
    Stored,
    describe_pattern,
    text,
)
from app.participants.schemas import ExternalSystem, ExternalValue

NeedGrade = Literal["limited", "moderate", "extensive"]
HOURS_A_WEEK = 168
NORM_FIELDS = {"hours_per_full_time_equivalent", "norm_source", "cost_per_hour", "cost_source"}
NORM_OF_A_DAY = "er dagen ei norm eller ein pris gjeld frå; send dei òg"

_HOURS = r"(0|[1-9][0-9]|[1-9]|1[0-5][0-9]|16[0-7])\.[0-9]{2}|168\.00"


def _parse_hours(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and re.fullmatch(_HOURS, value, re.ASCII):
        return Decimal(value)
    raise ValueError(f"må vere timar i veka frå 0.00 til {HOURS_A_WEEK}.00, som tekst med to desimalar: «12.50»")


def _more_than_nothing(hours: Decimal) -> Decimal:
    if hours < 1:
        raise ValueError("må vere minst 1.00")
    return hours


WeeklyHours = Annotated[
    Decimal,
    BeforeValidator(_parse_hours),
    TWO_DECIMALS,
    WithJsonSchema({"type": "string", "pattern": f"^({_HOURS})$", "examples": ["12.50"]}),
]
Norm = Annotated[
    WeeklyHours,
    AfterValidator(_more_than_nothing),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(([1-9][0-9]?|1[0-5][0-9]|16[0-7])\.[0-9]{2}|168\.00)$",
            "examples": ["35.50"],
        }
    ),
]
Cost = Annotated[
    Money,
    AfterValidator(_more_than_nothing),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,7}\.[0-9]{2}$", "examples": ["450.00"]}),
]
ServiceTypeCode = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=50,
        pattern=describe_pattern(
            r"^[a-z][a-z0-9_]*$", "må vere små bokstavar frå a til z, siffer og «_», og byrje med ein bokstav"
        ),
    ),
    Limits(description="The code of a service type.", examples=["home_help"]),
]
NormSource = Annotated[Line | None, Limits(description="Where the norm is stated.", examples=["Arbeidstidsavtalen"])]
CostSource = Annotated[Line | None, Limits(description="Where the cost is stated.", examples=["Budsjett 2022"])]


class ServiceTypeIn(Shape):
    """A kind of service (S3), with the norms by which hours become staff and cost (S5)."""

    code: Annotated[ServiceTypeCode, Limits(examples=["respite"])]
    name: Annotated[Name, Limits(description="In nynorsk.", examples=["Avlasting"])]
    hours_per_full_time_equivalent: Annotated[
        Norm | None,
        Limits(description="Hours a week of one full-time equivalent. Null: not stated.", examples=["35.50"]),
    ] = None
    norm_source: NormSource = None
    cost_per_hour: Annotated[Cost | None, Limits(description="Null: not stated.", examples=["450.00"])] = None
    cost_source: CostSource = None
    valid_from: Annotated[
        Day | None,
        Limits(description="The first day that the norms hold (S8). Null: they hold of every day.", examples=[None]),
    ] = None

    @model_validator(mode="after")
    def _norm_has_a_day(self) -> Self:
        if self.valid_from is not None and not self.model_dump(include=NORM_FIELDS, exclude_none=True):
            raise FieldFault("valid_from", NORM_OF_A_DAY)
        return self


class ServiceTypePatch(Shape):
    """Changes to a kind of service. Only the fields that are sent are changed; a norm and its source go together."""

    name: Name = Limits(default_factory=str, examples=["Avlasting"])
    hours_per_full_time_equivalent: Annotated[Norm | None, Limits(examples=["35.50"])] = None
    norm_source: NormSource = None
    cost_per_hour: Annotated[Cost | None, Limits(examples=["450.00"])] = None
    cost_source: CostSource = None
    valid_from: Annotated[
        Day | None,
        Limits(
            description="The first day that the norms hold (S8). Left out: today. Null: of every day before the first"
            " that has norms.",
            examples=["2023-01-01"],
        ),
    ] = None

    @model_validator(mode="after")
    def _norm_has_a_day(self) -> Self:
        if "valid_from" in self.model_fields_set and not self.model_fields_set & NORM_FIELDS:
            raise FieldFault("valid_from", NORM_OF_A_DAY)
        return self


class _Norms(Stored):
    hours_per_full_time_equivalent: WeeklyHours | None
    norm_source: str | None
    cost_per_hour: Money | None
    cost_source: str | None


class ServiceTypeOut(_Norms):
    """A kind of service (S3), with its norms of today (S8)."""

    code: str
    name: str


class ServiceTypeNormOut(_Norms):
    """Norms of a kind of service, which hold from a day until the next that has norms (S8)."""

    service_type: str
    valid_from: Annotated[date | None, Limits(description="Null: every day before the first that has norms.")]
    recorded_at: Annotated[datetime, Limits(description="Of one day the last recorded counts.")]


class ServiceHoursItem(Shape):
    """Hours a week of one person and service in a period, as the EPJ pushes them (S3).

    (`external_system`, `external_id`) is the identity, and its highest revision wins (A2).
    """

    external_system: ExternalSystem = "profil"
    external_id: Annotated[
        ExternalValue, Limits(description="The row's id in that system. Never an identity number.", examples=["T-1"])
    ]
    revision: Annotated[Revision, Limits(description="The highest revision wins (A2).", examples=[1])]
    participant_id: UUID
    service_type: ServiceTypeCode
    starts_on: Annotated[Day, Limits(alias="from", description="The first day.", examples=["2022-07-01"])]
    ends_on: Annotated[
        Day | None,
        Limits(alias="to", description="The last day, which counts. Null: until further notice.", examples=[None]),
    ] = None
    assessed_hours: Annotated[
        WeeklyHours | None, Limits(description="The need, in hours a week. Null: not recorded.", examples=["12.50"])
    ] = None
    decided_hours: Annotated[
        WeeklyHours | None, Limits(description="What is decided. Null: no decision.", examples=["10.00"])
    ] = None
    delivered_hours: Annotated[
        WeeklyHours | None, Limits(description="What was delivered. Null: not recorded.", examples=["9.50"])
    ] = None
    need_grade: Annotated[
        NeedGrade | None, Limits(description="The grade of need, never the scores.", examples=["moderate"])
    ] = None
    tool: Annotated[
        Annotated[str, text(100)] | None, Limits(description="How the need was found.", examples=["IPLOS"])
    ] = None
    assessed_on: Annotated[PastDay | None, Limits(description="When the need was found.", examples=["2022-06-15"])] = (
        None
    )
    cancelled: Annotated[StrictBool, Limits(description="Cancelled permanently.")] = False

    @model_validator(mode="after")
    def _says_something_of_a_period(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise FieldFault("to", "er før «from»")
        said = (self.assessed_hours, self.decided_hours, self.delivered_hours, self.need_grade)
        if not self.cancelled and all(one is None for one in said):
            raise FieldFault("assessed_hours", "manglar, og det gjer vedtekne og leverte timar og grad av behov òg")
        return self


class _Hours(Stored):
    participant_id: UUID
    revision: int
    service_type: str
    starts_on: Annotated[date, Limits(serialization_alias="from")]
    ends_on: Annotated[date | None, Limits(serialization_alias="to")]
    assessed_hours: WeeklyHours | None
    decided_hours: WeeklyHours | None
    delivered_hours: WeeklyHours | None
    need_grade: NeedGrade | None
    tool: str | None
    assessed_on: date | None
    cancelled: bool
    recorded_at: Annotated[datetime, Limits(description="When this revision was stored (S8).")]


class ServiceHoursOut(_Hours):
    """Hours in their highest revision (S3)."""

    external_system: str
    external_id: str


class ServiceHoursRevisionOut(_Hours):
    """An earlier revision, which stood from `recorded_at` until it was replaced (`created_at`)."""


class ServiceHoursBatchItemOut(Shape):
    """The result of one item. `index` is its position in the body, from 0."""

    index: int
    external_id: Annotated[str | None, Limits(description="Null if the item has no valid external id.")]
    status: Literal["created", "updated", "unchanged", "cancelled", "conflict", "rejected"]
    service_hours_id: UUID | None
    problem: Annotated[
        dict[str, str | int | list[dict[str, str]]] | None,
        Limits(description="Problem details (RFC 9457) of a `conflict` or `rejected`, otherwise null."),
    ]


class ServiceHoursBatchOut(Shape):
    """The result of a batch. `accepted` counts `created`, `updated`, `unchanged` and `cancelled`."""

    accepted: int
    rejected: int
    items: list[ServiceHoursBatchItemOut]
