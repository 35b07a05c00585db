"""Secret addresses by which a calendar program follows its owner's tasks without a token.

Of the secret only a hash is stored. What the owner may see is known from the owner's own calls: a token with fewer
roles takes them from the subscription too, and after 90 days without a call it is dead for good.
"""

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import col

from app import clock
from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.followup.tables import CalendarSubscription
from app.http.attempts import Attempts
from app.http.endpoint import Caller
from app.http.exception_handlers import UNAVAILABLE_CAUSES
from app.http.problems import NOT_FOUND
from app.security.roles import Actor

IDLE_DAYS = 90
"""Without a call of its owner for so long, a subscription is dead."""
OBSERVED_SECONDS = 60

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_REMEMBERED = 10_000


async def create_subscription(unit: UnitOfWork, actor: Actor, secret: str | None = None) -> tuple[UUID, str]:
    """A subscription with the roles that the caller has now; its id and its secret, which nobody can ask for again."""
    secret = secret or secrets.token_urlsafe(32)
    subscription = CalendarSubscription(
        owner=actor.name,
        secret_hash=_digest(secret),
        roles=sorted(actor.roles),
        organisation=actor.organisation,
        service_area=actor.service_area,
        last_seen_at=clock.now(),
    )
    unit.session.add(subscription)
    await unit.session.flush()
    return subscription.id, secret


async def list_subscriptions(queries: Queries) -> Sequence[CalendarSubscription]:
    """The caller's own that are alive, the oldest first."""
    return await queries.select(
        select(CalendarSubscription)
        .where(col(CalendarSubscription.owner) == queries.caller.actor, *_alive())
        .order_by(col(CalendarSubscription.id))
    )


async def revoke_subscriptions(unit: UnitOfWork, id_: UUID | None = None) -> None:
    """Revoke one of the caller's own, or all. Raises `NOT_FOUND` for one that is not there or dead."""
    found = [row for row in await list_subscriptions(unit) if id_ in (None, row.id)]
    if id_ is not None and not found:
        raise NOT_FOUND()
    for row in found:
        row.revoked_at = clock.now()


class CalendarOwners:
    """Follows the calls of those who may have subscriptions: once a minute, caller and set of roles."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._observed: OrderedDict[Caller, float] = OrderedDict()

    async def observe(self, caller: Caller, database: Database) -> None:
        """Note that an owner has called, and with which roles; a lost role ends what rested on it."""
        now = self._monotonic()
        if self._observed.get(caller, -OBSERVED_SECONDS) > now - OBSERVED_SECONDS:
            return
        self._observed[caller] = now
        self._observed.move_to_end(caller)
        while len(self._observed) > _REMEMBERED:
            self._observed.popitem(last=False)
        assert isinstance(caller, Actor)
        # Where the database is away, the request itself will say so, or need none.
        with suppress(DBAPIError, PoolTimeout, asyncpg.PostgresError, *UNAVAILABLE_CAUSES):
            async with database.unit_of_work(caller.identity) as unit:
                for row in await list_subscriptions(unit):
                    row.last_seen_at = clock.now()
                    row.roles = [role for role in row.roles if _has_kept(caller, role, row)]
                    if not row.roles:
                        row.revoked_at = clock.now()


class Calendars:
    """Finds subscriptions by their addresses. Addresses that nobody has are limited, those known to be good are not."""

    def __init__(self, wrong_per_minute: int) -> None:
        self.attempts = Attempts(wrong_per_minute, "calendars")
        self._known: OrderedDict[bytes, None] = OrderedDict()

    async def find(self, database: Database, secret: str) -> CalendarSubscription:
        """The living subscription of an address. Raises `NOT_FOUND`, and `TOO_MANY_REQUESTS` after many of those."""
        if not _SECRET.fullmatch(secret):
            self.attempts.count_one()
            raise NOT_FOUND()
        digest = _digest(secret)
        if digest not in self._known:
            self.attempts.count_one()
        statement = select(CalendarSubscription).where(col(CalendarSubscription.secret_hash) == digest, *_alive())
        async with database.reader(DatabaseIdentity(actor=f"calendar:{digest.hex()}")) as reader:
            rows = await reader.select(statement)
        self._known.pop(digest, None)
        if not rows:
            raise NOT_FOUND()
        self._known[digest] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return rows[0]


def build_owner(subscription: CalendarSubscription) -> Actor:
    """The owner with the roles that are left."""
    prefix, _, subject = subscription.owner.partition(":")
    return Actor(
        subject,
        "machine" if prefix == "org" else "person",
        frozenset(subscription.roles),
        organisation=subscription.organisation,
        service_area=subscription.service_area,
        issuer_name=prefix.partition("@")[2],
    )


def _digest(secret: str) -> bytes:
    # 256 random bits: a plain hash of them cannot be guessed.
    return hashlib.sha256(secret.encode()).digest()


def _alive() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    since = func.now() - timedelta(days=IDLE_DAYS)
    return col(CalendarSubscription.revoked_at).is_(None), col(CalendarSubscription.last_seen_at) > since


def _has_kept(actor: Actor, role: str, subscription: CalendarSubscription) -> bool:
    """Whether a call shows that its caller still has a role, for the same organisation and area.

    A machine's token has the scopes that it was asked for, so one without a scope says nothing.
    """
    if actor.kind == "machine":
        return True
    same = actor.organisation == subscription.organisation and actor.service_area == subscription.service_area
    return role in actor.roles and (same or role == "case_officer")
