"""Today, now, and ids that carry the moment they were made: the only reader of the clock."""

import os
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")

# Where a UUID says its variant, two of the four bits are free.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


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
    """So many version 7 UUIDs of the same millisecond as text, in their order: rows stored together stand together."""
    moment = f"{int(now().timestamp() * 1000) & 0xFFFFFFFFFFFF:012x}"
    begin = f"{moment[:8]}-{moment[8:]}-7"
    random = os.urandom(10 * count).hex()
    tails = [random[at : at + 19] for at in range(0, 20 * count, 20)]
    return sorted(f"{begin}{tail[:3]}-{_VARIANT[tail[3]]}{tail[4:7]}-{tail[7:]}" for tail in tails)
