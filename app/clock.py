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


def new_ids(count: int) -> list[str]:
    """So many version 7 UUIDs as text, counted up from a random one: rows stored together stand together."""
    first = str(new_id())
    # The last 47 bits count; the highest of the 48 is cleared, so that none is carried over.
    begin, tail = first[:24], int(first[24:], 16) & 0x7FFF_FFFF_FFFF
    return [f"{begin}{tail + place:012x}" for place in range(count)]
