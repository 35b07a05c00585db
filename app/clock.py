"""Today, now, and ids that carry the moment they were made: the only reader of the clock."""

import os
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Europe/Oslo, in which every date of the guideline is meant."""
    return datetime.now(OSLO).date()


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562 § 5.7): ordered by the millisecond it was made in, random below that."""
    milliseconds = int(now().timestamp() * 1000)
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
