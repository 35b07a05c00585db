"""What an endpoint declares in its signature or decorator, beside its input: roles, media types, address, readers.

Each is a dependency, so that it stands where FastAPI's own parameters stand; `app.http.endpoint.Route` finds them once,
when the route is built.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.reader import Reader
from app.http.content_negotiation import preferred, require_content_type

CALLER = "vekstplass.caller"
"""The key of an ASGI scope under which a call from within the process carries its caller. No client can set one."""


class RoleGuard:
    """The dependency behind a role alias (`app.security.tokens.allow`): raises 403 unless one of `roles` calls."""

    def __init__(self, roles: frozenset[str]) -> None:
        self.roles = roles

    async def __call__(self, request: Request) -> object:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Produces:
    """A dependency that yields the media type to answer with: the first offered unless `Accept` prefers another."""

    offers: tuple[str, ...]

    async def __call__(self, request: Request) -> str:
        return preferred(request.headers.get("accept"), self.offers)


@dataclass(frozen=True, slots=True)
class Consumes:
    """A dependency for endpoints that read the body themselves: yields its media type. `limit` is in bytes."""

    accepts: tuple[str, ...]
    limit: int

    async def __call__(self, request: Request) -> str:
        return require_content_type(request, self.accepts)


@dataclass(frozen=True, slots=True)
class Locates:
    """A dependency that says where a created object is: a template of the path's parameters and the object's `id`."""

    template: str

    async def __call__(self) -> None:
        return None


class ActsOnMany:
    """A dependency that says that the act is about everybody at once: it is one line of the access log, of nobody."""

    async def __call__(self) -> None:
        return None


class Revalidates:
    """A dependency that says that the answer is about nobody: a cache may keep it, and asks each time by its tag."""

    async def __call__(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Conceals:
    """A dependency that names the field of an answer that is never kept for an `Idempotency-Key`: a secret."""

    field: str

    async def __call__(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class ReaderFactory:
    """Opens readers for an endpoint that waits between them and must hold no connection meanwhile."""

    database: Database
    caller: DatabaseIdentity

    def open(self) -> AbstractAsyncContextManager[Reader]:
        """A reader of its own transaction."""
        return self.database.reader(self.caller)


async def reader_factory(request: Request) -> ReaderFactory:
    """The readers of the running request, as its caller."""
    factory: ReaderFactory = request.scope["state"]["reader_factory"]
    return factory


ReaderFactoryDep = Annotated[ReaderFactory, Depends(reader_factory)]


def produces(*media_types: str) -> Any:
    """`media_type: Annotated[str, produces(JSON, CSV)]` in a route's signature."""
    return Depends(Produces(media_types))


def consumes(*media_types: str, limit: int) -> Any:
    """`content_type: Annotated[str, consumes(JSON, CSV, limit=BYTES)]` in a route's signature."""
    return Depends(Consumes(media_types, limit))


def located_at(template: str) -> Any:
    """`dependencies=[located_at("/v1/requests/{id}")]` of a route whose objects are not below its own address."""
    return Depends(Locates(template))


def conceals(field: str) -> Any:
    """`dependencies=[conceals("url")]` of a route whose answer has a secret that is shown once."""
    return Depends(Conceals(field))


ACTS_ON_MANY = Depends(ActsOnMany())
"""`dependencies=[ACTS_ON_MANY]` of a route that closes or approves for everybody, and opens nobody."""
REVALIDATED = Depends(Revalidates())
"""`dependencies=[REVALIDATED]` of a route whose figures are about nobody."""
