"""Rates and guideline versions: recorded once, never changed (C1), and as the rules take them."""

from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.rates.schemas import GuidelineVersionIn, LetterTexts, RateIn
from app.rates.tables import GuidelineVersion, Rate
from app.rules import prices
from app.rules.capacity import Counting
from app.rules.competence import Staffing
from app.rules.mirror import LOWER_PERCENT, REASSESSMENT_MONTHS, UPPER_PERCENT, Thresholds
from app.rules.money import to_ore
from app.rules.notice import NOTICE_MONTHS
from app.rules.position import OverFrame
from app.rules.process import LEGAL_BASES, DecisionKind
from app.rules.suppression import LEAST

T = TypeVar("T")

# D9, where no version is in force yet.
MOST_MONTHS_AHEAD = 24

# Every position needs both, and a statement costs more than these few rows.
_PRICES = CompiledQuery(
    text(
        """
    select
        array(select row(id, valid_from, known_from, monthly_amount) from rate),
        array(
            select row(id, valid_from, supplement_percent, proration, watch_percent, vta_share_percent)
            from guideline_version
        )
    """
    )
)
_STAFFING = CompiledQuery(
    select(
        col(GuidelineVersion.valid_from), col(GuidelineVersion.places_per_employee), col(GuidelineVersion.share_counts)
    ).order_by(col(GuidelineVersion.valid_from))
)


async def record_rate(unit: UnitOfWork, body: RateIn) -> Rate:
    """C1: a new rate. Of several of the same two days the last recorded counts."""
    rate = Rate.model_validate(body.model_dump())
    unit.session.add(rate)
    await unit.session.flush()
    return rate


async def record_guideline_version(unit: UnitOfWork, body: GuidelineVersionIn) -> GuidelineVersion:
    """A new version of the guideline. 409 `guideline-version-exists` for the same day."""
    version = GuidelineVersion.model_validate(body.model_dump())
    unit.session.add(version)
    await unit.session.flush()
    return version


async def load_prices(queries: Queries) -> tuple[list[prices.Rate], list[prices.Guideline]]:
    """C1, C2, C3, C7, C10: every recorded rate and every guideline version; the rules pick those that count on a day.

    Percents with two decimals become whole basis points.
    """
    record = await queries.fetch_one(_PRICES)
    assert record is not None
    rates, versions = record
    return [
        prices.Rate(id_, valid_from, known_from, to_ore(monthly_amount))
        for id_, valid_from, known_from, monthly_amount in rates
    ], [
        prices.Guideline(id_, valid_from, to_ore(supplement), proration, to_ore(watch), to_ore(vta_share))
        for id_, valid_from, supplement, proration, watch, vta_share in versions
    ]


async def load_effective_date(queries: Queries) -> date | None:
    """L2: the guideline's effective date, the first day of its first version; None while there is none."""
    first: date | None = await queries.fetch_value(select(func.min(col(GuidelineVersion.valid_from))))
    return first


async def load_staffing_ratios(queries: Queries) -> list[Staffing]:
    """P5: places per employee by each version of the guideline, and what a part place counts as by it."""
    return [Staffing(*row) for row in await queries.fetch(_STAFFING)]


async def load_share_counting(queries: Queries) -> list[Counting]:
    """P2: what a part place counts as by each version of the guideline, with the day it applies from."""
    return [(staffing.valid_from, staffing.share_counts) for staffing in await load_staffing_ratios(queries)]


async def load_most_months_ahead(queries: Queries, day: date) -> int:
    """D9: months after its decision within which a place begins, by the version in force on the day of the decision.

    24 before there is one.
    """
    months = await _load_parameter(queries, GuidelineVersion.most_months_ahead, day)
    return MOST_MONTHS_AHEAD if months is None else months


async def load_open_requests(queries: Queries, day: date) -> int:
    """D4: how many requests of one application may be open at a time, by the version in force on a day.

    One before there is one.
    """
    return await _load_parameter(queries, GuidelineVersion.open_requests, day) or 1


async def load_notice_months(queries: Queries, day: date) -> int:
    """L3: the notice period in months, by the version in force on the day of the notice; three before there is one."""
    months = await _load_parameter(queries, GuidelineVersion.notice_months, day)
    return NOTICE_MONTHS if months is None else months


async def load_least_count(queries: Queries, day: date) -> int:
    """S6: the smallest count of people that is shown, by the version in force on a day; 5 before there is one."""
    return await _load_parameter(queries, GuidelineVersion.least_count, day) or LEAST


async def load_mirror_thresholds(queries: Queries, day: date) -> Thresholds:
    """S4: when a decision mirrors the need, by the version in force on a day; 90 %, 110 % and 12 months before one."""
    return Thresholds(
        await _load_parameter(queries, GuidelineVersion.mirror_lower_percent, day) or LOWER_PERCENT,
        await _load_parameter(queries, GuidelineVersion.mirror_upper_percent, day) or UPPER_PERCENT,
        await _load_parameter(queries, GuidelineVersion.reassessment_months, day) or REASSESSMENT_MONTHS,
    )


async def load_legal_bases(queries: Queries, kind: DecisionKind, day: date) -> list[str]:
    """D2: what the legal basis of a decision of this kind may be, by the version in force on its day.

    The guideline's own before there is one.
    """
    bases = await _load_parameter(queries, GuidelineVersion.legal_bases, day)
    return (LEGAL_BASES if bases is None else bases)[kind]


async def load_over_frame(queries: Queries, day: date) -> OverFrame:
    """C7: what a grant over the frame asks for, by the version in force on the day of the decision.

    `flag` before there is one.
    """
    over_frame = await _load_parameter(queries, GuidelineVersion.over_frame, day)
    return "flag" if over_frame is None else over_frame


async def load_letter_texts(queries: Queries, day: date) -> LetterTexts:
    """D3: what the letter about a decision says, by the version in force on the day of the decision.

    The texts of 2022 before there is one.
    """
    texts = await _load_parameter(queries, GuidelineVersion.letter_texts, day)
    return LetterTexts() if texts is None else LetterTexts.model_validate(texts)


async def _load_parameter(queries: Queries, column: T, day: date) -> T | None:
    """A parameter of the version in force on a day; None before the first."""
    value: T | None = await queries.fetch_value(_select_parameter(col(column)), day=day)
    return value


@cache
def _select_parameter(column: Mapped[Any]) -> CompiledQuery:
    return CompiledQuery(
        select(column)
        .where(col(GuidelineVersion.valid_from) <= bindparam("day"))
        .order_by(col(GuidelineVersion.valid_from).desc())
        .limit(1)
    )
