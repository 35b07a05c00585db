"""Statements compiled once, and what both doors to the database have in common for those who only read."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import CollectionAggregate
from sqlmodel import SQLModel

from app.database.identity import DatabaseIdentity

R = TypeVar("R", bound=SQLModel)

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own


class CompiledQuery:
    """A statement as the driver takes it: its text, and its parameters in order.

    A statement that is asked often is compiled once, in its module: SQLAlchemy's work at each execution costs several
    times the query itself.
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        # Literals in the statement are parameters too, with a value of their own.
        own = compiled.params
        self._parameters = [(name, own[name]) for name in compiled.positiontup or ()]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """The parameters in their order; `values` by the names of the statement's `bindparam`s."""
        return [values.get(name, own) for name, own in self._parameters]


class CompiledSelect(Generic[R]):
    """The rows of one table as its model, by a statement that is compiled once for readers.

    A session keeps the statement's compiled form by itself.
    """

    def __init__(self, statement: Select[R]) -> None:
        self.statement = statement
        self.kind: type[R] = statement.column_descriptions[0]["entity"]
        self.query = CompiledQuery(statement)


def any_of(name: str) -> CollectionAggregate[bool]:
    """For `col(...) == any_of("ids")` in a compiled query: a parameter that is a list of ids, however many."""
    return any_(bindparam(name, None, type_=ARRAY(Uuid)))


@dataclass(slots=True)
class AccessRecord:
    """Whose data the running request shows or changes, as its endpoint has said so far (see `app.access_log`).

    `denied` are ids that were asked for in vain by a request that goes on, an item of a batch: in order, each once.
    """

    participants: set[UUID] = field(default_factory=set)
    denied: dict[UUID, None] = field(default_factory=dict)


class Queries(Protocol):
    """What read functions take that serve both doors: `Reader` and `UnitOfWork`."""

    @property
    def caller(self) -> DatabaseIdentity: ...

    @property
    def access(self) -> AccessRecord: ...

    async def fetch(self, query: CompiledQuery | ClauseElement, /, **values: object) -> list[Record]:
        """The rows of a query, by the names of its `bindparam`s."""

    async def fetch_one(self, query: CompiledQuery | ClauseElement, /, **values: object) -> Record | None:
        """The first row of a query, or None."""

    async def fetch_value(self, query: CompiledQuery | ClauseElement, /, **values: object) -> Any:
        """The first column of the first row, or None."""

    async def select(self, statement: CompiledSelect[R] | Select[R], /, **values: object) -> list[R]:
        """The rows of one table as its model, by the names of the statement's `bindparam`s."""

    async def execute(self, sql: str, /, *parameters: object) -> None:
        """One statement in the driver's own form, `$1` and on."""

    async def copy(self, sql: str, /) -> bytearray:
        """What a query answers, in PostgreSQL's binary COPY format."""

    def acting_as(self, role: str, /, *, alone: bool = False) -> AbstractAsyncContextManager[None]:
        """Within it, the transaction has one role more, or that role `alone`."""


def compiled(query: CompiledQuery | ClauseElement) -> CompiledQuery:
    """The query, compiled if it is not yet."""
    return query if isinstance(query, CompiledQuery) else CompiledQuery(query)


def compiled_select(statement: CompiledSelect[R] | Select[R]) -> CompiledSelect[R]:
    """The statement, compiled if it is not yet."""
    return statement if isinstance(statement, CompiledSelect) else CompiledSelect(statement)


def models(kind: type[R], records: Iterable[Record]) -> list[R]:
    """Rows as instances of their table's model, outside any session."""
    return [kind(**record) for record in records]
