"""Rates and guideline versions: recorded once, never edited (C1), and as the rules take them."""

from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type
from app.rates.schemas import GuidelineVersionIn, RateIn
from app.rates.tables import GuidelineVersion, Rate
from app.rules import prices
from app.rules.money import to_ore
from app.rules.notice import NOTICE_MONTHS

RATE_EXISTS = problem_type(
    "rate-exists",
    409,
    title="Satsen er alt registrert",
    nn="Det finst alt ein sats som gjeld frå denne dagen og vart kjend den same dagen.",
    en="A rate with these `valid_from` and `known_from` exists; a correction has a later `known_from` (C1).",
)
GUIDELINE_VERSION_EXISTS = problem_type(
    "guideline-version-exists",
    409,
    title="Retningslinja har alt ei utgåve frå den dagen",
    nn="Det finst alt ei utgåve av retningslinja som gjeld frå denne dagen.",
    en="A guideline version with this `valid_from` is already recorded.",
)

on_constraint("uq_rate_valid_from_known_from", RATE_EXISTS, RATE_EXISTS.nn)
on_constraint("uq_guideline_version_valid_from", GUIDELINE_VERSION_EXISTS, GUIDELINE_VERSION_EXISTS.nn)

# Only the columns the rules need: these two are read for every position.
_RATES = select(col(Rate.id), col(Rate.valid_from), col(Rate.known_from), col(Rate.monthly_amount))
_VERSIONS = select(
    col(GuidelineVersion.id),
    col(GuidelineVersion.valid_from),
    col(GuidelineVersion.supplement_percent),
    col(GuidelineVersion.proration),
    col(GuidelineVersion.watch_percent),
    col(GuidelineVersion.vta_share_percent),
)


async def record_rate(unit: UnitOfWork, body: RateIn) -> Rate:
    """C1: a new rate row. 409 `rate-exists` for the same two days."""
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


async def known_rates(queries: Queries) -> list[prices.Rate]:
    """C1: every recorded rate; the rules pick those known on a day."""
    return [
        prices.Rate(id_, valid_from, known_from, to_ore(monthly_amount))
        for id_, valid_from, known_from, monthly_amount in await queries.fetch(_RATES)
    ]


async def guidelines(queries: Queries) -> list[prices.Guideline]:
    """C2, C3, C7, C10: every guideline version. Percents with two decimals are whole basis points."""
    return [
        prices.Guideline(id_, valid_from, to_ore(supplement), proration, to_ore(watch), to_ore(vta_share))
        for id_, valid_from, supplement, proration, watch, vta_share in await queries.fetch(_VERSIONS)
    ]


async def effective_from(queries: Queries) -> date | None:
    """L2: the guideline's effective date, the first day of its first version; None while there is none."""
    first: date | None = await queries.fetch_value(select(func.min(col(GuidelineVersion.valid_from))))
    return first


async def staffing(queries: Queries) -> list[tuple[date, int]]:
    """P5: for how many places one employee is by each version of the guideline, by the day it applies from."""
    version = GuidelineVersion
    rows = await queries.fetch(
        select(col(version.valid_from), col(version.places_per_employee)).order_by(col(version.valid_from))
    )
    return [(valid_from, places) for valid_from, places in rows]


async def notice_months(queries: Queries, day: date) -> int:
    """L3: the notice in months, by the version in force on the day it is given; three before there is one."""
    months = await queries.fetch_value(
        select(col(GuidelineVersion.notice_months))
        .where(col(GuidelineVersion.valid_from) <= day)
        .order_by(col(GuidelineVersion.valid_from).desc())
        .limit(1)
    )
    return NOTICE_MONTHS if months is None else months
