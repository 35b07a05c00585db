"""`python -m app verify-access-log`: whether the access log is as it was written, and if not, where it first differs.

Rows and seals are read in one snapshot and in order. Every code and digest is computed here and not in the database
whose rows are doubted. Removed last ranges are found by an earlier digest alone: a line of the service's log or of a
file that `--keep` wrote.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncResult
from sqlmodel import col

from app.access_log.retirement import RetiredRows, is_genuine
from app.access_log.seals import CODE_BYTES, ROW_COLUMNS, commitment, in_order, range_digest, row_code
from app.access_log.tables import AccessLog, AccessLogRetirement, AccessLogSeal
from app.database.connections import Database
from app.database.identity import DatabaseIdentity

# The database's clock may have been set back so far.
_CLOCK_TOLERANCE = timedelta(minutes=5)
_BATCH = 1000
_AUDITOR = DatabaseIdentity(actor="verify-access-log", roles=frozenset({"auditor"}))


class Head(BaseModel):
    """The digest of a range, as it was logged or kept when it was the last."""

    range: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much was read before the first fault, or in all; the last range; and the fault or None.

    What is from before `retired_before` is past its retention, and was dropped.
    """

    rows: int
    unsealed: int
    head: Head | None
    fault: str | None
    retired_before: datetime | None = None


def parse_heads(text: str) -> list[Head]:
    """The heads in a kept file or in the service's log, one JSON object a line; other lines are passed over."""
    heads: list[Head] = []
    for line in text.splitlines():
        try:
            heads.append(Head.model_validate_json(line))
        except ValidationError:
            continue
    return heads


async def verify_log(
    database: Database, key: bytes, against: Sequence[Head] = (), *, report: Callable[[int], None] = lambda _: None
) -> Verdict:
    """Read the whole log in one snapshot, up to the first fault. `report` takes how many rows have been read."""
    async with database.unit_of_work(_AUDITOR, snapshot=True) as unit:
        newest = select(AccessLogRetirement).order_by(col(AccessLogRetirement.retired_before).desc()).limit(1)
        check = _Check(key, against, next(iter(await unit.select(newest)), None))
        statement = select(*ROW_COLUMNS).order_by(col(AccessLog.transaction_number))
        rows = _RowStream(await unit.session.stream(statement, execution_options={"yield_per": _BATCH}), report)
        seals = await unit.session.stream_scalars(
            select(AccessLogSeal).order_by(col(AccessLogSeal.range_number)), execution_options={"yield_per": 10}
        )
        async for seal in seals:
            if check.fault is not None:
                break
            check.read_range(seal, in_order(await rows.take_below(seal.end_transaction)))
        check.check_last_range()
        while check.fault is None and (row := await rows.next()) is not None:
            check.read_unsealed(row)
        return check.verdict()


class _RowStream:
    """The log's rows in the order of their transactions."""

    def __init__(self, result: AsyncResult[Any], report: Callable[[int], None]) -> None:
        self._result = result
        self._report = report
        self._read = 0
        self._ahead: deque[Any] = deque()

    async def take_below(self, transaction_number: int) -> list[Any]:
        """The rows that come next and are of an earlier transaction."""
        taken: list[Any] = []
        while (row := await self.next()) is not None:
            if row.transaction_number >= transaction_number:
                self._ahead.appendleft(row)
                break
            taken.append(row)
        return taken

    async def next(self) -> Any:
        """The next row, or None at the end."""
        if not self._ahead:
            self._ahead.extend(await self._result.fetchmany(_BATCH))
            self._read += len(self._ahead)
            self._report(self._read)
        return self._ahead.popleft() if self._ahead else None


class _Check:
    """The log as it is read: how far, and the first fault."""

    def __init__(self, key: bytes, against: Sequence[Head], retirement: AccessLogRetirement | None) -> None:
        self._key = key
        self._kept = {head.range: head.digest for head in against}
        self._range_number = 0
        self._digest = b""
        self._end = 0
        self._rows = 0
        self._unsealed = 0
        # (First transaction that had not begun, time) of each seal that no row so far was later than; then the latest
        # time that the next row was later than.
        self._times: deque[tuple[int, datetime]] = deque()
        self._earliest: datetime | None = None
        self._retired = None if retirement is None else RetiredRows(retirement)
        self.fault: str | None = None
        if retirement is not None and not is_genuine(key, retirement):
            self.fault = "The record of what was retired was altered, or made with another key."

    def read_range(self, seal: AccessLogSeal, rows: list[Any]) -> None:
        """Compare a range's rows with its seal, and the seal with the one before it and with what was kept."""
        self._rows += len(rows)
        fault = self._check_place(seal) or self._check_rows(seal, rows) or self._check_digest(seal)
        for row in rows:
            fault = fault or self._check_time(row, latest=seal.sealed_at)
        self.fault = fault and f"Range {self._range_number + 1}: {fault}"
        self._range_number, self._end, self._digest = seal.range_number, seal.end_transaction, seal.digest
        self._times.append((seal.next_transaction, seal.sealed_at))

    def check_last_range(self) -> None:
        """Look for ranges that ought to come after the last."""
        highest = max(self._kept, default=0)
        if self.fault is None and highest > self._range_number:
            self.fault = (
                f"Range {self._range_number + 1}: it is missing: the log has lost its end, up to range {highest}."
            )

    def read_unsealed(self, row: Any) -> None:
        """Look at a row after the last range."""
        self._unsealed += 1
        fault = self._check_time(row, latest=None)
        self.fault = fault and f"After range {self._range_number}: {fault}"

    def verdict(self) -> Verdict:
        """What was found."""
        head = Head(range=self._range_number, digest=self._digest.hex()) if self._range_number else None
        before = None if self._retired is None else self._retired.before
        return Verdict(self._rows, self._unsealed, head, self.fault, before)

    def _check_place(self, seal: AccessLogSeal) -> str | None:
        number = self._range_number + 1
        if seal.range_number != number:
            return "it is missing."
        if seal.next_commitment != commitment(self._key, number + 1):
            return "it was sealed with another key, or its seal was altered."
        return None

    def _check_rows(self, seal: AccessLogSeal, rows: list[Any]) -> str | None:
        kept = [place for place, id_ in enumerate(seal.row_ids) if self._retired is None or id_ not in self._retired]
        place = 0
        for row in rows:
            if place == len(kept) or row.id != seal.row_ids[kept[place]]:
                if row.id in {seal.row_ids[later] for later in kept[place:]}:
                    break
                return f"row {row.id}, at {row.at.isoformat()}, was put in."
            start = kept[place] * CODE_BYTES
            if row_code(self._key, row) != seal.row_codes[start : start + CODE_BYTES]:
                return f"row {row.id}, at {row.at.isoformat()}, was altered."
            place += 1
        return f"row {seal.row_ids[kept[place]]} is missing." if place < len(kept) else None

    def _check_digest(self, seal: AccessLogSeal) -> str | None:
        if seal.digest != range_digest(self._key, seal, self._digest) or seal.first_transaction != self._end:
            return "its seal was altered: the digest does not hold."
        if self._kept.get(seal.range_number, seal.digest.hex()) != seal.digest.hex():
            return "it is not the one that was kept."
        return None

    def _check_time(self, row: Any, *, latest: datetime | None) -> str | None:
        """A transaction that had not begun when a range was closed cannot bring a row from before that."""
        while self._times and self._times[0][0] <= row.transaction_number:
            self._earliest = self._times.popleft()[1]
        if (self._earliest is not None and row.at < self._earliest - _CLOCK_TOLERANCE) or (
            latest is not None and row.at > latest + _CLOCK_TOLERANCE
        ):
            return f"row {row.id} was put in: its time, {row.at.isoformat()}, is not that of its transaction."
        return None
