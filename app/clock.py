"""Today, now, and ids that carry the moment they were made: the only reader of the clock."""

import os
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")

# The bits of a version 7 UUID that are neither time, version nor variant.
_RANDOM = 0xFFF << 64 | 0x3FFFFFFFFFFFFFFF


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


def new_ids(count: int) -> list[UUID]:
    """So many version 7 UUIDs of the same millisecond, in their order: rows stored together stand together."""
    milliseconds = int(now().timestamp() * 1000) & 0xFFFFFFFFFFFF
    begin = milliseconds << 80 | 0x7 << 76 | 0x2 << 62
    random = os.urandom(10 * count)
    tails = sorted(int.from_bytes(random[at : at + 10]) & _RANDOM for at in range(0, 10 * count, 10))
    return [UUID(int=begin | tail) for tail in tails]
