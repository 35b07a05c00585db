"""What providers state of their staff, and what is missing (P4, P5). Numbers alone: no employee is named anywhere."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import blake2b
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.providers.schemas import CompetenceStatementIn, DeviationOut
from app.providers.tables import CompetenceStatement, Provider
from app.rules.competence import Deviation, Period, Staffing, Statement, find_deviations

Extra = tuple[Period, Decimal]


async def state(unit: UnitOfWork, provider_id: UUID, body: CompetenceStatementIn) -> CompetenceStatement:
    """P4, P5: what the provider states holds from the day it says until the next; of one day, the last recorded."""
    provider = await find(unit, Provider, provider_id)
    statement = CompetenceStatement(**body.model_dump(), provider_id=provider.id)
    unit.session.add(statement)
    await unit.session.flush()
    return statement


async def deviations_of(
    unit: UnitOfWork,
    places: Mapping[UUID, Sequence[Period]],
    extra: Mapping[UUID, Sequence[Extra]],
    staffing: Sequence[Staffing],
    on: date,
    provider_id: UUID | None = None,
) -> list[DeviationOut]:
    """P4, P5: what each provider lacked by a day, in the order in which it began. Of one provider if asked.

    `places` and `extra` are the periods of its placements, and what individual agreements add to its staff; `staffing`
    is what each version of the guideline asks for.
    """
    ids = select(col(Provider.id))
    statements = select(CompetenceStatement).order_by(col(CompetenceStatement.id))
    if provider_id is not None:
        ids = ids.where(col(Provider.id) == provider_id)
        statements = statements.where(col(CompetenceStatement.provider_id) == provider_id)
    stated: dict[UUID, list[Statement]] = {}
    for row in await unit.session.scalars(statements):
        stated.setdefault(row.provider_id, []).append(_statement(row))
    found = [
        _out(id_, deviation)
        for id_ in await unit.session.scalars(ids)
        for deviation in find_deviations(
            stated.get(id_, ()),
            places.get(id_, ()),
            [(period, Fraction(amount)) for period, amount in extra.get(id_, ())],
            on,
            staffing,
        )
    ]
    return sorted(found, key=key_of)


def key_of(deviation: DeviationOut) -> UUID:
    """What a deviation is known by while paging: the day it began, and what it is of whom."""
    what = f"{deviation.provider_id} {deviation.kind} {deviation.area}".encode()
    return UUID(bytes=deviation.since.toordinal().to_bytes(4) + blake2b(what, digest_size=12).digest())


def _statement(row: CompetenceStatement) -> Statement:
    return Statement(
        row.stated_on,
        row.employees,
        row.police_certificates,
        Fraction(row.full_time_equivalents),
        frozenset(row.areas),
    )


def _out(provider_id: UUID, deviation: Deviation) -> DeviationOut:
    return DeviationOut(
        provider_id=provider_id,
        kind=deviation.kind,
        area=deviation.area,
        since=deviation.since,
        mended_on=deviation.mended_on,
        required=_decimal(deviation.required),
        stated=_decimal(deviation.stated),
    )


def _decimal(number: Fraction | None) -> Decimal | None:
    # Fifths and hundredths are exact; of a third, judged as a third, the first hundredth that is enough is shown.
    return None if number is None else Decimal(-(-100 * number // 1)).scaleb(-2)
