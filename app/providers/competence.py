"""What providers state about their staff and premises, and what is missing (P4–P7). No employee is ever named."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import blake2b
from uuid import UUID

from sqlalchemy import Uuid, bindparam, or_, select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries, models
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.providers.absence_routines import load_routines
from app.providers.schemas import CompetenceStatementIn, DeviationOut, Premises
from app.providers.tables import CompetenceStatement, Provider
from app.rules.competence import (
    Deviation,
    Period,
    StaffedPlace,
    Staffing,
    Statement,
    find_deviations,
    find_missing_routine,
)

Extra = tuple[Period, Decimal]

# Of all providers, or of one.
_PROVIDER_ID = bindparam("provider_id", type_=Uuid)
_PROVIDERS = CompiledQuery(
    select(col(Provider.id)).where(or_(_PROVIDER_ID.is_(None), col(Provider.id) == _PROVIDER_ID))
)
_STATEMENTS = CompiledQuery(
    select(CompetenceStatement)
    .where(or_(_PROVIDER_ID.is_(None), col(CompetenceStatement.provider_id) == _PROVIDER_ID))
    .order_by(col(CompetenceStatement.id))
)


async def record_statement(unit: UnitOfWork, provider_id: UUID, body: CompetenceStatementIn) -> CompetenceStatement:
    """P4–P6: a statement counts from its day until the next; of several of one day, the last recorded."""
    provider = await find(unit, Provider, provider_id)
    statement = CompetenceStatement(**body.model_dump(), provider_id=provider.id)
    unit.session.add(statement)
    await unit.session.flush()
    return statement


async def load_deviations(
    queries: Queries,
    places: Mapping[UUID, Sequence[StaffedPlace]],
    extra: Mapping[UUID, Sequence[Extra]],
    staffing: Sequence[Staffing],
    on: date,
    provider_id: UUID | None = None,
) -> list[DeviationOut]:
    """P4–P7: what each provider, or one, lacked by a day, in the order in which it began.

    Args:
        places: each provider's placements by their terms.
        extra: what individual agreements add to each provider's staff, and when.
        staffing: what each version of the guideline requires.
    """
    stated: dict[UUID, list[Statement]] = {}
    for row in models(CompetenceStatement, await queries.fetch(_STATEMENTS, provider_id=provider_id)):
        stated.setdefault(row.provider_id, []).append(_to_statement(row))
    routines = await load_routines(queries, on)
    found = []
    for (id_,) in await queries.fetch(_PROVIDERS, provider_id=provider_id):
        agreed_on = [routine.agreed_on for routine in routines.get(id_, ())]
        own, more = places.get(id_, ()), [(period, Fraction(amount)) for period, amount in extra.get(id_, ())]
        deviations = find_deviations(stated.get(id_, ()), own, more, on, staffing)
        deviations += find_missing_routine(agreed_on, own, on)
        found += [_to_response(id_, deviation) for deviation in deviations]
    return sorted(found, key=deviation_key)


def deviation_key(deviation: DeviationOut) -> UUID:
    """A deviation's key in pages: the day it began, then provider, kind and area."""
    what = f"{deviation.provider_id} {deviation.kind} {deviation.area}".encode()
    return UUID(bytes=deviation.since.toordinal().to_bytes(4) + blake2b(what, digest_size=12).digest())


def _to_statement(row: CompetenceStatement) -> Statement:
    return Statement(
        row.stated_on,
        row.employees,
        row.police_certificates,
        Fraction(row.full_time_equivalents),
        frozenset(row.areas),
        row.police_certificates_not_required,
        None if row.premises is None else Premises.model_validate(row.premises).universal_design,
    )


def _to_response(provider_id: UUID, deviation: Deviation) -> DeviationOut:
    return DeviationOut(
        provider_id=provider_id,
        kind=deviation.kind,
        area=deviation.area,
        since=deviation.since,
        mended_on=deviation.mended_on,
        required=_round_up(deviation.required),
        stated=_round_up(deviation.stated),
    )


def _round_up(number: Fraction | None) -> Decimal | None:
    # Fifths and hundredths are exact; a third is compared exactly, and shown as the first hundredth that is enough.
    return None if number is None else Decimal(-(-100 * number // 1)).scaleb(-2)
