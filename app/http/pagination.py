"""Lists: keyset pages over version 7 ids, so that a row added or removed while paging is neither lost nor doubled."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from asyncpg import Record
from fastapi import Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database.base import Row
from app.database.queries import Queries
from app.http.problems import VALIDATION, Problem
from app.http.schemas import Limit, describe_pattern

T = TypeVar("T")
R = TypeVar("R", bound=Row)
S = TypeVar("S", bound=BaseModel)

CURSOR_INVALID = "er ikkje ein gyldig peikar; send «next» frå førre svar"
LimitQuery = Annotated[Limit, Query(description="Maximum number of items on a page.")]
AfterQuery = Annotated[
    str | None,
    Query(
        max_length=64,
        pattern=describe_pattern(r"^[A-Za-z0-9_-]{22}$", CURSOR_INVALID),
        description="Cursor: `next` of the previous page.",
    ),
]

IdsQuery = Annotated[
    list[UUID] | None,
    Query(alias="id", min_length=1, max_length=200, description="Only the rows with these ids; may be repeated."),
]

ParticipantsQuery = Annotated[
    list[UUID] | None,
    Query(
        alias="participant_id",
        min_length=1,
        max_length=200,
        description="Only the rows about these participants; may be repeated.",
    ),
]


class Page(BaseModel, Generic[T]):
    """One page of a list. `next` is null on the last one, and only there."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"description": "One page of a list. `next` is null on the last one, and only there."},
    )

    items: list[T]
    next: str | None

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`Page[AbsenceOut]` is `AbsencePage` in the OpenAPI document."""
        item = params[0]
        return f"{item.__name__.removesuffix('Out')}Page" if isinstance(item, type) else "Page"


def format_cursor(last: UUID) -> str:
    """The cursor that continues after a row."""
    return base64.urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def invalid_cursor() -> Problem:
    """The refusal of a cursor that has the right form and is none of ours."""
    return VALIDATION(f"«after» {CURSOR_INVALID}.", pointer="#/query/after")


def parse_cursor(after: str) -> UUID:
    """The id a cursor stands for. Raises a 422 problem for anything that is no cursor of ours."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(after + "=="))
    except (ValueError, binascii.Error) as error:
        raise invalid_cursor() from error


async def fetch_page(
    queries: Queries,
    statement: Select[R],
    key: Mapped[UUID],
    *,
    limit: int,
    after: str | None,
) -> tuple[list[R], str | None]:
    """The rows of one page in the order of `key`, and the cursor of the next page or None."""
    if after is not None:
        statement = statement.where(key > parse_cursor(after))
    rows = await queries.select(statement.order_by(key).limit(limit + 1))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], format_cursor(rows[limit - 1].id)


async def list_page(
    queries: Queries, statement: Select[R], shape: type[S], *, limit: int, after: str | None
) -> Page[S]:
    """One page of a table's rows in the order of their ids, each in its shape."""
    kind: type[R] = statement.column_descriptions[0]["entity"]
    rows, following = await fetch_page(queries, statement, col(kind.id), limit=limit, after=after)
    return Page(items=[shape.model_validate(row) for row in rows], next=following)


def cut_page(rows: list[Record], limit: int) -> tuple[list[Record], str | None]:
    """A page of the driver's rows, read in the order of their `id` and one more than it holds; and its cursor."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], format_cursor(rows[limit - 1]["id"])


def write_page(shape: type[BaseModel], rows: Iterable[Mapping[str, Any]], following: str | None) -> bytes:
    """`Page[shape]` as JSON, of rows that hold the shape's fields as PostgreSQL has them: to be shown and not checked.

    What goes out is the shape's fields alone. Models of rows that need no checking cost a list half its time.
    """
    names = tuple(shape.model_fields)
    return _ENCODER.encode({"items": [{name: row[name] for name in names} for row in rows], "next": following})


# The driver's UUIDs are its own.
_ENCODER = msgspec.json.Encoder(enc_hook=str)
