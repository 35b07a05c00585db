"""Today, now, and ids that carry the moment they were made: the only reader of the clock."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils import compat, uuid7

OSLO = ZoneInfo("Europe/Oslo")

_fixed_today: date | None = None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Europe/Oslo, in which every date of the guideline is meant; the demo lives on its own."""
    return _fixed_today or datetime.now(OSLO).date()


def fix_today(day: date | None) -> None:
    """Let the process live on this day; None is the real one again. `now` keeps the real clock."""
    global _fixed_today
    _fixed_today = day


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562 § 5.7): ordered by the millisecond it was made in, random below that."""
    return compat.uuid7(nanoseconds=int(now().timestamp() * 1_000) * 1_000_000)


def new_ids(count: int) -> list[str]:
    """So many version 7 UUIDs as text, in rising order: rows stored together stand together."""
    return [str(uuid7()) for _ in range(count)]
