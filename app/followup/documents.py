"""What minutes, plans and evaluation reports have in common: the party that files them, and what is checked."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, TypeVar, get_args
from uuid import UUID

from fastapi import Query
from sqlalchemy import select, text
from sqlmodel import col

from app import clock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.followup import problems
from app.followup.code_lists import describe_codes
from app.followup.schemas import (
    EvaluationIn,
    EvaluationOut,
    Maker,
    MeetingOut,
    Party,
    PlanIn,
    PlanOut,
    SendingIn,
)
from app.followup.tables import Evaluation, Meeting, Plan
from app.http.lookup import find, find_reference
from app.http.pagination import Page, list_page
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn
from app.placements.access import record_placement_access
from app.placements.tables import Placement
from app.rules.minutes import CONTENT_AREAS
from app.security.roles import Actor

Document = TypeVar("Document", Meeting, Plan, Evaluation)
SentDocument = TypeVar("SentDocument", Plan, Evaluation)
DocumentOut = TypeVar("DocumentOut", MeetingOut, PlanOut, EvaluationOut)

ParticipantQuery = Annotated[UUID | None, Query(description="Only what is filed about this participant's placements.")]

_SET_ANNULLING = text("select set_config('app.annulling', :state, true)")


def get_party(actor: Actor) -> Party:
    """On whose behalf the caller files. Row-level security holds each to it."""
    if "case_officer" in actor.roles:
        return "case_office"
    return "provider" if "provider" in actor.roles else "service"


async def find_placement(queries: Queries, placement_id: UUID) -> Placement:
    """The placement that a body names, as the caller may see it. 404 pointing at the field."""
    return await find_reference(queries, Placement, placement_id, "#/placement_id")


async def find_own(unit: UnitOfWork, actor: Actor, kind: type[Document], id_: UUID) -> Document:
    """The row, locked, if the caller's own party filed it. Raises `not-found`, `not-owner`, `annulled`."""
    row = await find(unit, kind, id_)
    if not _is_owner(actor, row):
        raise problems.NOT_OWNER()
    return await _lock(unit, row)


async def annul_document(
    unit: UnitOfWork, actor: Actor, kind: type[Document], id_: UUID, body: AnnulmentIn, today: date
) -> Document:
    """D10: what was filed by mistake, annulled by the case office or the party that filed it.

    Raises `not-found`, `not-owner`, `annulled`, `identity-number-in-text`.
    """
    row = await find(unit, kind, id_)
    if get_party(actor) != "case_office" and not _is_owner(actor, row):
        raise problems.NOT_OWNER()
    # The row is hidden from its own party once it is annulled, and the case office otherwise changes its own alone.
    async with allow_annulment(unit):
        row = await _lock(unit, row)
        row.annulled_at = clock.now()
        row.annulled_reason = body.reason
        await unit.session.flush()
    return row


@asynccontextmanager
async def allow_annulment(unit: UnitOfWork) -> AsyncIterator[None]:
    """Let the case office change what another party filed, and a party read what it annuls, as the policies have it."""
    await unit.session.execute(_SET_ANNULLING, {"state": "on"})
    yield
    await unit.session.execute(_SET_ANNULLING, {"state": "off"})


def _is_owner(actor: Actor, row: Document) -> bool:
    """Whether the caller acts for the party that filed it; of the services that is Habilitering (M7)."""
    party = get_party(actor)
    return row.filed_by == party and (party != "service" or actor.service_area == "habilitation")


async def _lock(unit: UnitOfWork, row: Document) -> Document:
    """The row as it is under the lock: another may have changed it since. Raises `annulled`."""
    await unit.session.refresh(row, with_for_update=True)
    if row.annulled_at is not None:
        raise ANNULLED()
    return row


async def to_response(queries: Queries, row: Meeting | Plan | Evaluation, shape: type[DocumentOut]) -> DocumentOut:
    """A document as it goes out; its participant goes into the access log."""
    await record_placement_access(queries, [row.placement_id])
    return shape.model_validate(row)


async def list_documents(
    queries: Queries,
    kind: type[Document],
    shape: type[DocumentOut],
    filters: Mapping[str, object],
    *,
    participant_id: UUID | None,
    limit: int,
    after: str | None,
) -> Page[DocumentOut]:
    """One page in the order of filing, of the rows that have each given value; its participants are logged.

    `participant_id` is whose place the row is of.
    """
    statement = select(kind).filter_by(**{name: value for name, value in filters.items() if value is not None})
    if participant_id is not None:
        places = select(col(Placement.id)).where(col(Placement.participant_id) == participant_id)
        statement = statement.where(col(kind.placement_id).in_(places))
    found = await list_page(queries, statement, shape, limit=limit, after=after)
    await record_placement_access(queries, [item.placement_id for item in found.items])
    return found


async def create_document(
    unit: UnitOfWork, actor: Actor, kind: type[SentDocument], body: PlanIn | EvaluationIn, today: date
) -> SentDocument:
    """M1, M2, D5: a plan or a report, filed and perhaps sent.

    Raises `date-in-future`, `identity-number-in-text`, `code-unknown`, or `not-found` for the placement.
    """
    require_past(today, sent_on=body.sent_on)
    areas = require_codes(body.content_areas, CONTENT_AREAS, "content_areas")
    placement = await find_placement(unit, body.placement_id)
    row = kind.model_validate(
        body.model_dump()
        | {
            "content_areas": areas,
            "made_with": [maker for maker in get_args(Maker) if maker in body.made_with],
            "provider_id": placement.provider_id,
            "filed_by": get_party(actor),
        }
    )
    unit.session.add(row)
    await unit.session.flush()
    return row


async def find_unsent(unit: UnitOfWork, actor: Actor, kind: type[SentDocument], id_: UUID) -> SentDocument:
    """The caller's own plan or report, locked. Raises `not-found`, `not-owner`, `already-sent`."""
    row = await find_own(unit, actor, kind, id_)
    if row.sent_on is not None:
        raise problems.ALREADY_SENT()
    return row


async def record_sending(unit: UnitOfWork, row: Plan | Evaluation, body: SendingIn, today: date) -> None:
    """M1, M2: the day the plan or report was sent to the case office. Raises `date-in-future`."""
    require_past(today, sent_on=body.sent_on)
    row.sent_on = body.sent_on or today
    await unit.session.flush()


def require_past(today: date, **days: date | None) -> None:
    """Raises `date-in-future` pointing at the first of the named days that is after today."""
    for name, day in days.items():
        if day is not None and day > today:
            raise problems.DATE_IN_FUTURE(
                f"«{name}» er {day}, etter i dag ({today}): det som har hendt, kan ikkje liggje fram i tid.",
                pointer=f"#/{name}",
            )


def require_codes(codes: Sequence[str], known: Collection[str], name: str) -> list[str]:
    """The codes in the code list's own order, each once. Raises `code-unknown` pointing at the first other."""
    for index, code in enumerate(codes):
        if code not in known:
            raise problems.CODE_UNKNOWN(f"«{name}» kan ha {describe_codes(known)}.", pointer=f"#/{name}/{index}")
    return [code for code in known if code in codes]
