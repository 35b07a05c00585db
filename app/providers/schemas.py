"""A provider, its capacity over time (P1, P2), its competence statements, absence routines and deviations (P4–P7)."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, WithJsonSchema, model_validator
from pydantic import Field as Limits

from app.http.schemas import (
    INTEGER,
    ONCE_EACH,
    TWO_DECIMALS,
    Count,
    Day,
    FieldFault,
    Line,
    MunicipalityNumber,
    Name,
    OrganisationNumber,
    PastDay,
    Shape,
    Stored,
)
from app.rules.capacity import Vacancy
from app.rules.competence import Area, DeviationKind, UniversalDesign

_FTE = re.compile(r"(0|[1-9][0-9]{0,3})(\.[0-9]{1,2})?", re.ASCII)


def _full_time_equivalents(value: object) -> Decimal:
    if isinstance(value, float) and abs(value - round(value, 2)) < 1e-9:
        value = round(value, 2)  # 57 hundredths may come as 0.5700000000000001
    written = str(value) if isinstance(value, str | Decimal | int | float) and not isinstance(value, bool) else ""
    if not _FTE.fullmatch(written):
        raise ValueError("må vere årsverk frå 0 til 9999,99, til dømes «2.50», med høgst to desimalar")
    return Decimal(written)


FullTimeEquivalents = Annotated[
    Decimal,
    BeforeValidator(_full_time_equivalents),
    TWO_DECIMALS,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_FTE.pattern}$"},
                {"type": "number", "minimum": 0, "maximum": 9999.99, "multipleOf": 0.01},
            ],
            "examples": ["2.50"],
        },
        mode="validation",
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_FTE.pattern}$", "examples": ["2.50"]}, mode="serialization"),
]
"""Full-time equivalents, as text with up to two decimals; a JSON number is taken too."""
Summed = Annotated[
    Decimal,
    TWO_DECIMALS,
    WithJsonSchema({"type": "string", "pattern": r"^(0|[1-9][0-9]*)\.[0-9]{2}$", "examples": ["2.50"]}),
]
"""Staff or certificates as counted by the service: a sum may be larger than any single statement."""


Places = Annotated[
    Decimal,
    TWO_DECIMALS,
    WithJsonSchema({"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$", "examples": ["2.50"]}),
]
"""A number of places, with two digits: a part place is less than one (P2)."""


def _to_decimal(places: Fraction) -> Decimal:
    """Exact: shares are whole percent."""
    return Decimal(places.numerator) / places.denominator


class VacancyOut(BaseModel):
    """A provider's places on a day (P2). A part place counts its share, or one (`share_counts` of the guideline)."""

    provider_id: UUID
    capacity: Annotated[Places, Limits(description="Places the provider has on the day.")]
    active: Annotated[Places, Limits(description="Places taken on the day.")]
    promised: Annotated[Places, Limits(description="Requests accepted that no decision has followed yet.")]
    free: Annotated[
        Places, Limits(description="Capacity less active and promised; below zero where more is promised than free.")
    ]
    free_changes_on: Annotated[
        date | None, Limits(description="The next day with another number of free places; null where none is known.")
    ]

    @classmethod
    def of(cls, provider_id: UUID, vacancy: Vacancy) -> Self:
        return cls(
            provider_id=provider_id,
            capacity=_to_decimal(vacancy.capacity),
            active=_to_decimal(vacancy.active),
            promised=_to_decimal(vacancy.promised),
            free=_to_decimal(vacancy.free),
            free_changes_on=vacancy.free_changes_on,
        )


class ProviderIn(Shape):
    """A provider to register."""

    name: Annotated[Name, Limits(examples=["Gløde AS"])]
    organisation_number: OrganisationNumber
    municipality_number: MunicipalityNumber


class ProviderPatch(Shape):
    """Changes to a provider; a field left out is unchanged. The organisation number cannot be changed."""

    name: Annotated[Name, Limits(examples=["Gløde AS"])] = Limits(default_factory=str)
    municipality_number: MunicipalityNumber = Limits(default_factory=str)


class ProviderOut(Stored):
    """A provider."""

    name: str
    organisation_number: str
    municipality_number: str


class CapacityIn(Shape):
    """A number of places from a day on (P2)."""

    valid_from: Day
    places: Annotated[Count, Limits(examples=[12])]


class CapacityOut(Stored):
    """A number of places from a day on, until the next capacity (P2)."""

    provider_id: UUID
    valid_from: Day
    places: int


class Premises(Shape):
    """How far the premises are universally designed (P6)."""

    universal_design: UniversalDesign
    text: Annotated[Line, Limits(examples=["Trinnfri inngang; heis til verkstaden i andre høgda."])]


class CompetenceStatementIn(Shape):
    """What a provider states about its staff and premises (P4–P6)."""

    stated_on: PastDay
    employees: Annotated[Count, Limits(examples=[5])]
    police_certificates: Annotated[Count, Limits(description="How many of them hold one.", examples=[5])]
    full_time_equivalents: FullTimeEquivalents
    areas: Annotated[
        list[Area],
        Limits(
            max_length=4,
            description="The areas of competence that are covered.",
            examples=[["facilitation", "guidance", "health_and_care_act", "health_and_social_tasks"]],
        ),
        ONCE_EACH,
    ]
    police_certificates_not_required: Annotated[
        Count,
        Limits(
            description="How many of those without a certificate the law does not ask for one: employed before 2017.",
            examples=[0],
        ),
    ] = 0
    premises: Premises | None = None

    @model_validator(mode="after")
    def _require_employees_for_certificates(self) -> Self:
        if self.police_certificates > self.employees:
            raise FieldFault("police_certificates", "kan ikkje vere fleire enn «employees»")
        if self.police_certificates + self.police_certificates_not_required > self.employees:
            raise FieldFault(
                "police_certificates_not_required",
                "kan saman med «police_certificates» ikkje vere fleire enn «employees»",
            )
        return self


class CompetenceStatementOut(Stored):
    """A provider's statement about its staff and premises, valid until the next one (P4–P6)."""

    provider_id: UUID
    stated_on: date
    employees: int
    police_certificates: int
    full_time_equivalents: FullTimeEquivalents
    areas: list[Area]
    police_certificates_not_required: int
    premises: Premises | None


class AbsenceRoutineIn(Shape):
    """What is agreed with a provider about unexcused absence (P7)."""

    agreed_on: PastDay
    contact_after_days: Annotated[
        int,
        Limits(
            ge=1,
            le=60,
            description="After so many planned days of unexcused absence in a row somebody is contacted.",
            examples=[3],
        ),
        INTEGER,
    ]
    contact: Annotated[Line, Limits(description="Who is contacted.", examples=["Pårørande, så Habilitering"])]
    reference: Annotated[Line, Limits(description="Where the agreement is filed.", examples=["Sak 2022/145"])]


class AbsenceRoutineOut(Stored):
    """What is agreed with a provider about unexcused absence, until the next routine (P7)."""

    provider_id: UUID
    agreed_on: date
    contact_after_days: int
    contact: str
    reference: str


class DeviationOut(Shape):
    """Something a provider must have and lacks (P4–P7), until it is corrected."""

    provider_id: UUID
    kind: DeviationKind
    area: Area | None
    since: Annotated[date, Limits(description="The first day on which it was missing.")]
    mended_on: Annotated[
        date | None, Limits(description="First day on which it was no longer missing; null while it is missing.")
    ]
    required: Annotated[Summed | None, Limits(description="What is required, on the last day it was missing.")]
    stated: Annotated[Summed | None, Limits(description="What was stated, on the last day it was missing.")]
