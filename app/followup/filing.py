"""What filing has in common: by which party, on which day, about which placement, and what a text must not hold."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.followup.schemas import Party
from app.followup.tables import Evaluation, Meeting, Plan
from app.http.lookup import find, find_reference
from app.http.problems import problem_type
from app.placements.tables import Placement
from app.rules.identifiers import contains_identity_number
from app.rules.minutes import CONTENT_AREAS
from app.security.identity_numbers import IDENTITY_NUMBER_IN_TEXT, relaxed
from app.security.tokens import Actor

DATE_IN_FUTURE = problem_type(
    "date-in-future",
    422,
    title="Dagen er ikkje komen enno",
    nn="Det som vert registrert her, har alt skjedd; dagen kan ikkje vere etter i dag.",
    en="What is recorded here has happened already; the day lies after today.",
)
CODE_UNKNOWN = problem_type(
    "code-unknown",
    422,
    title="Koden står ikkje i kodelista",
    nn="Koden står ikkje i kodelista for dette feltet; sjå «GET /v1/code-lists».",
    en="The code is not in this field's code list; see `GET /v1/code-lists` (M3, M4, D5).",
)
ANOTHER_PARTYS = problem_type(
    "not-owner",
    403,
    title="Ført av ein annan part",
    nn="Berre den parten som førte dette, kan rette eller sende det.",
    en="Only the party that filed it, the provider or the case office, may correct or send it.",
)
SENT_BEFORE_MADE = problem_type(
    "sent-before-made",
    422,
    title="Sendt før det vart laga",
    nn="Ein plan kan ikkje vere send før han vart laga.",
    en="A plan cannot have been sent before it was made (M1).",
)
ALREADY_SENT = problem_type(
    "already-sent",
    409,
    title="Alt sendt",
    nn="Dette er alt sendt til Forvaltningskontoret.",
    en="It is already sent to the case office (M1, M2).",
)

F = TypeVar("F", Meeting, Plan, Evaluation)


def party_of(actor: Actor) -> Party:
    """On whose behalf the caller files. Row-level security holds both to it."""
    return "case_office" if "case_officer" in actor.roles else "provider"


async def placement_of(unit: UnitOfWork, placement_id: UUID) -> Placement:
    """The placement that a body names, as the caller may see it. 404 pointing at the field."""
    return await find_reference(unit, Placement, placement_id, "#/placement_id")


async def own_for_change(unit: UnitOfWork, actor: Actor, kind: type[F], id_: UUID) -> F:
    """The row, locked, if the caller's own party filed it. 404 `not-found`, 403 `another-partys`."""
    row = await find(unit, kind, id_)
    if row.filed_by != party_of(actor):
        raise ANOTHER_PARTYS()
    # Read again under the lock: another may have changed it since.
    await unit.session.refresh(row, with_for_update=True)
    return row


def filed(kind: type[F], placement_id: UUID | None, provider_id: UUID | None) -> Select[F]:
    """What was filed of a kind, of one placement and of one provider's where they are given."""
    statement = select(kind)
    if placement_id is not None:
        statement = statement.where(col(kind.placement_id) == placement_id)
    if provider_id is not None:
        statement = statement.where(col(kind.provider_id) == provider_id)
    return statement


def require_past(today: date, **days: date | None) -> None:
    """Raises `date-in-future` pointing at the first of the named days that has not come yet."""
    for name, day in days.items():
        if day is not None and day > today:
            raise DATE_IN_FUTURE(pointer=f"#/{name}")


def require_no_identity_number(today: date, texts: Mapping[str, str | None]) -> None:
    """Raises `identity-number-in-text` pointing at the first text that holds one; the number is never repeated."""
    for pointer, written in texts.items():
        if written is not None and contains_identity_number(written, relaxed=relaxed(today)):
            raise IDENTITY_NUMBER_IN_TEXT(pointer=f"#/{pointer}")


def require_codes(codes: Sequence[str], known: Collection[str], name: str) -> list[str]:
    """The codes in the code list's own order, each once. Raises `code-unknown` pointing at the first other."""
    for index, code in enumerate(codes):
        if code not in known:
            raise CODE_UNKNOWN(pointer=f"#/{name}/{index}")
    return [code for code in known if code in codes]


def require_areas(codes: Sequence[str]) -> list[str]:
    """D5: the content areas of a plan or an evaluation. Raises `code-unknown`."""
    return require_codes(codes, CONTENT_AREAS, "content_areas")
