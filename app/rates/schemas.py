"""NAV's rates (C1) and the guideline's versions with their parameters (C2, C3, C7, C10, D2, D11, L3, P5, A3, M).

Rows are never changed."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic import Field as Limits

from app.http.names import format_amount
from app.http.schemas import ONCE_EACH, TWO_DECIMALS, Count, Day, Line, Money, Percent, Prose, Shape, Stored
from app.rules.absence import AbsenceKind
from app.rules.capacity import ShareCounts
from app.rules.position import OverFrame
from app.rules.prices import Proration
from app.rules.process import LEGAL_BASES

# Up to this amount per month the rules count exactly (`rules.prices`).
_MONTHLY = re.compile(r"([1-9][0-9]{0,6}\.[0-9]{2}|0\.(0[1-9]|[1-9][0-9])|10000000\.00)", re.ASCII)


def _monthly_amount(value: object) -> Decimal:
    if isinstance(value, str | Decimal) and _MONTHLY.fullmatch(str(value)):
        return Decimal(value)
    raise ValueError(
        f"må vere eit beløp over 0 og opp til {format_amount(Decimal(10_000_000))}, som tekst med to desimalar, til"
        " dømes «14878.00»"
    )


MonthlyAmount = Annotated[
    Decimal,
    BeforeValidator(_monthly_amount),
    WithJsonSchema({"type": "string", "pattern": f"^{_MONTHLY.pattern}$", "examples": ["14878.00"]}),
]
"""A price, rate or supplement per month, in requests."""
_TO_100 = re.compile(r"([1-9]?[0-9]\.[0-9]{2}|100\.00)", re.ASCII)
_TO_200 = re.compile(r"(1?[1-9]?[0-9]\.[0-9]{2}|10[0-9]\.[0-9]{2}|200\.00)", re.ASCII)


def _percent(pattern: re.Pattern[str], highest: str) -> BeforeValidator:
    def read(value: object) -> Decimal:
        if isinstance(value, Decimal):
            return value
        if isinstance(value, str) and pattern.fullmatch(value):
            return Decimal(value)
        raise ValueError(f"må vere ein prosent frå 0 til {highest}, som tekst med to desimalar, til dømes «50.00»")

    return BeforeValidator(read)


PercentTo100 = Annotated[
    Decimal,
    _percent(_TO_100, "100"),
    TWO_DECIMALS,
    WithJsonSchema({"type": "string", "pattern": f"^{_TO_100.pattern}$", "examples": ["95.00"]}),
]
PercentTo200 = Annotated[
    Decimal,
    _percent(_TO_200, "200"),
    TWO_DECIMALS,
    WithJsonSchema({"type": "string", "pattern": f"^{_TO_200.pattern}$", "examples": ["50.00"]}),
]
# The bounds are written twice because pydantic cannot show a bound that follows a validator.
Months = Annotated[Count, Limits(le=24), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 24})]
DaysDue = Annotated[Count, Limits(le=366), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 366})]
DaysBack = Annotated[Count, Limits(ge=1, le=366), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 366})]
MonthsTo120 = Annotated[Count, Limits(ge=1, le=120), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 120})]
Weeks = Annotated[Count, Limits(ge=1, le=52), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 52})]
PerYear = Annotated[Count, Limits(le=52), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 52})]
From100To1000 = Annotated[
    Count, Limits(ge=100, le=1000), WithJsonSchema({"type": "integer", "minimum": 100, "maximum": 1000})
]
From1To100 = Annotated[Count, Limits(ge=1, le=100), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100})]


class RateIn(Shape):
    """A rate published by NAV. A correction is a new rate that became known later (C1)."""

    valid_from: Annotated[Day, Limits(description="The first day it applies.", examples=["2027-01-01"])]
    known_from: Annotated[Day, Limits(description="The day it became known.", examples=["2026-10-12"])]
    monthly_amount: Annotated[MonthlyAmount, Limits(examples=["17997.00"])]
    source: Annotated[Line, Limits(examples=["Statsbudsjettet 2027"])]


class RateOut(Stored):
    """A rate (C1)."""

    valid_from: Day
    known_from: Day
    monthly_amount: Money
    source: str


BasisList = Annotated[list[Line], Limits(min_length=1, max_length=20), ONCE_EACH]


class LegalBases(Shape):
    """The legal bases that a decision of each kind may have (D2)."""

    grant: BasisList = LEGAL_BASES["grant"]
    reject: BasisList = LEGAL_BASES["reject"]
    change: BasisList = LEGAL_BASES["change"]
    end: BasisList = LEGAL_BASES["end"]
    correct: BasisList = LEGAL_BASES["correct"]
    annul: BasisList = LEGAL_BASES["annul"]


class LetterTitles(Shape):
    """The heading of the letter about a decision of each kind."""

    grant: Line = "Vedtak om plass i vekstbedrift"
    reject: Line = "Avslag på søknad om plass i vekstbedrift"
    change: Line = "Vedtak om endring av plass i vekstbedrift"
    end: Line = "Vedtak om opphør av plass i vekstbedrift"
    correct: Line = "Retting av vedtak om plass i vekstbedrift"
    annul: Line = "Oppheving av vedtak om plass i vekstbedrift"


class LetterOpenings(Shape):
    """What is decided, in a sentence or two, before its days and extent."""

    grant: Prose = "Du får plass i vekstbedrift."
    reject: Prose = "Du får ikkje plass i vekstbedrift."
    change: Prose = "Vi har endra vedtaket om plassen din."
    end: Prose = "Plassen i vekstbedrifta tek slutt."
    correct: Prose = "Det var ein feil i eit vedtak om plassen din. Slik er det retta:"
    annul: Prose = "Vedtaket om plass i vekstbedrift er oppheva og gjeld ikkje."


class LetterTexts(Shape):
    """What the letter about a decision says to the participant (D3). A text left out has its value from 2022.

    The municipality's lawyers decide which appeal holds: the law gives no individual right to a place (D2).
    """

    sender: Line = "Alver kommune"
    office: Line = "Forvaltningskontoret"
    titles: LetterTitles = LetterTitles()
    decided: LetterOpenings = LetterOpenings()
    legal_basis_note: Annotated[Prose | None, Limits(description="Said after the legal basis (D2).")] = (
        "Tilbodet gjev ingen individuell rett."
    )
    case_access: Annotated[Prose, Limits(description="The right to see the case.")] = (
        "Du har rett til å sjå dokumenta i saka di. Ta kontakt med oss, så hjelper vi deg."
    )
    appeal: Annotated[Prose | None, Limits(description="The right to appeal; null leaves the section out.")] = (
        "Er du ikkje nøgd, kan du klage. Skriv kva vedtak du klagar på, og kva du vil ha endra. Held vi fast på"
        " vedtaket, sender vi klaga vidare til klageorganet. Vi hjelper deg gjerne med å skrive klaga."
    )
    appeal_addressee: Annotated[Line, Limits(description="Where an appeal is sent.")] = (
        "Alver kommune, Forvaltningskontoret"
    )
    appeal_weeks: Annotated[Weeks, Limits(description="Weeks from receipt of the letter to appeal within.")] = 3
    closing: Line = "Brevet er godkjent elektronisk og har difor ikkje underskrift."


class GuidelineVersionIn(Shape):
    """A version of the guideline. A parameter left out has its value from 2022."""

    valid_from: Annotated[Day, Limits(examples=["2027-01-01"])]
    supplement_percent: Annotated[PercentTo200, Limits(description="Percent added to the rate (C2).")] = Decimal(
        "50.00"
    )
    proration: Annotated[Proration, Limits(description="How part of a month is counted (C3).")] = "calendar_days"
    watch_percent: Annotated[
        PercentTo100, Limits(description="Share of the frame from which the flag is `watch` (C7).")
    ] = Decimal("95.00")
    vta_share_percent: Annotated[
        PercentTo100, Limits(description="Minimum municipal share of a state-financed VTA place (C10).")
    ] = Decimal("25.00")
    notice_months: Annotated[Months, Limits(description="Notice period in months (L3).")] = 3
    absence_window_days: Annotated[
        DaysBack, Limits(description="Length in days of the window for extensive absence (A3).")
    ] = 90
    absence_threshold_percent: Annotated[
        Percent, Limits(description="Percent of planned days from which absence is extensive (A3).")
    ] = 30
    plan_due_days: Annotated[
        DaysDue, Limits(description="Days from the first day of the placement until the plan is due (M1).")
    ] = 90
    conversations_per_year: Annotated[PerYear, Limits(description="Minimum number per placement year (M3).")] = 2
    cooperation_meetings_per_year: Annotated[PerYear, Limits(description="Minimum number per placement year (M4).")] = 1
    evaluations_per_year: Annotated[PerYear, Limits(description="Evaluation reports per placement year (M2).")] = 1
    consent_months: Annotated[
        MonthsTo120, Limits(description="Months until a consent without a last day must be renewed (M6).")
    ] = 12
    places_per_employee: Annotated[From1To100, Limits(description="Places per employee (P5).")] = 5
    share_counts: Annotated[
        ShareCounts,
        Limits(description="Whether a part place fills its share of a place, or a whole one as a person (P2, P5)."),
    ] = "shares"
    absence_uncounted_kinds: Annotated[
        list[AbsenceKind],
        Limits(max_length=5, description="Kinds of absence that are not counted as extensive (A3)."),
        ONCE_EACH,
    ] = ["holiday"]
    part_year_percent: Annotated[
        Percent, Limits(description="Percent of the last placement year from which everything is required (M).")
    ] = 50
    part_year_conversations: Annotated[
        PerYear, Limits(description="Conversations required in a shorter last year; nothing else is (M).")
    ] = 1
    most_months_ahead: Annotated[
        MonthsTo120, Limits(description="Months after its decision within which a place begins (D9).")
    ] = 24
    request_answer_days: Annotated[
        DaysDue, Limits(description="Days from a request is sent until its answer is due (D4).")
    ] = 14
    open_requests: Annotated[
        From1To100, Limits(description="Requests of one application that may be open at a time (D4).")
    ] = 1
    temporary_ending_days: Annotated[
        DaysDue, Limits(description="Days before the last day of a temporary placement that it is a task (L7).")
    ] = 60
    supplement_ending_days: Annotated[
        DaysDue, Limits(description="Days before the last day of a supplement that it is a task (L6).")
    ] = 30
    plan_renewal_days: Annotated[
        DaysDue, Limits(description="Days from a report that says that the plan does not stand to a new plan (M2).")
    ] = 90
    follow_up_months: Annotated[
        Months, Limits(description="Months after the last day in which a provider still sees the person (D11).")
    ] = 3
    least_count: Annotated[
        From1To100, Limits(description="Smallest count of people, but for 0, that statistics show (S6).")
    ] = 5
    mirror_lower_percent: Annotated[
        From1To100, Limits(description="Percent of the need below which a decision is less than it (S4).")
    ] = 90
    mirror_upper_percent: Annotated[
        From100To1000, Limits(description="Percent of the need above which a decision is more than it (S4).")
    ] = 110
    reassessment_months: Annotated[
        MonthsTo120, Limits(description="Months after an assessment of the need until the next is due (S4).")
    ] = 12
    legal_bases: LegalBases = LegalBases()
    letter_texts: LetterTexts = LetterTexts()
    over_frame: Annotated[
        OverFrame,
        Limits(
            description="What a grant that brings the forecast over the frame asks for: nothing, or the case that pays"
            " (`budget_reference`) (C7)."
        ),
    ] = "flag"


class GuidelineVersionOut(Stored):
    """A version of the guideline, in force until the next."""

    valid_from: Day
    supplement_percent: PercentTo200
    proration: Proration
    watch_percent: PercentTo100
    vta_share_percent: PercentTo100
    notice_months: int
    absence_window_days: int
    absence_threshold_percent: int
    plan_due_days: int
    conversations_per_year: int
    cooperation_meetings_per_year: int
    evaluations_per_year: int
    consent_months: int
    places_per_employee: int
    share_counts: ShareCounts
    absence_uncounted_kinds: list[AbsenceKind]
    part_year_percent: int
    part_year_conversations: int
    most_months_ahead: int
    request_answer_days: int
    open_requests: int
    temporary_ending_days: int
    supplement_ending_days: int
    plan_renewal_days: int
    follow_up_months: int
    least_count: int
    mirror_lower_percent: int
    mirror_upper_percent: int
    reassessment_months: int
    legal_bases: LegalBases
    over_frame: OverFrame
    letter_texts: LetterTexts
