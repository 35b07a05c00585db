"""One pushed item: checked, and turned into a row. `AbsenceItem` is the law; the ordinary item takes a shorter way.

Ten thousand items through pydantic cost the event loop a third of a second. An item with exactly the contract's fields
in their ordinary form is recognised by hand instead; anything else (also anything wrong) goes to `AbsenceItem`, which
alone decides what is accepted and says what is not. A test holds the two against each other.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from pydantic import ValidationError

from app.absence.models import KINDS, AbsenceItem
from app.absence.problems import IDENTITY_NUMBER
from app.http.errors import validation_problem
from app.http.problems import Problem
from app.rules.absence import HIGHEST_REVISION, Content
from app.rules.identifiers import contains_identity_number


class Item(NamedTuple):
    """A well-formed item."""

    external_id: str
    revision: int
    placement_id: UUID
    kind: str
    starts_on: date
    ends_on: date
    percent: int
    note: str | None
    cancelled: bool
    provider_id: UUID | None

    @property
    def content(self) -> Content:
        """What makes two equal revisions equal."""
        return self[2:8]


@dataclass(frozen=True, slots=True)
class Fault:
    """An item that is not well-formed. `external_id` is None where it has none that could be repeated."""

    external_id: str | None
    problem: Problem


_FIELDS = 9
_KINDS = frozenset(KINDS)
_GRAPHIC = re.compile(r"[!-~]{1,100}", re.ASCII)
_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
# Every identity number is like this; hardly any other text is, so few need a closer look.
_LIKE_A_NUMBER = re.compile(r"[0-9]{6}[^0-9]?[0-9]{5}", re.ASCII)
_REMEMBERED = 5_000


class ItemReader:
    """Reads the items of one batch. Days and placements repeat, so each spelling is read once."""

    def __init__(self, *, relaxed: bool) -> None:
        self._relaxed = relaxed
        self._days: dict[str, date] = {}
        self._ids: dict[str, UUID] = {}

    def read(self, raw: object, index: int) -> Item | Fault:
        """The item, or why it is none, with pointers from the whole body's root."""
        item = self._ordinary(raw) or self._by_the_law(raw, index)
        return item if isinstance(item, Fault) else self.checked(item, index)

    def checked(self, item: Item, index: int) -> Item | Fault:
        """The item unless one of its texts holds an identity number."""
        if _LIKE_A_NUMBER.search(item.external_id) and self._is_identity_number(item.external_id):
            return Fault(None, IDENTITY_NUMBER(pointer=f"#/items/{index}/external_id"))
        if item.note is not None and _LIKE_A_NUMBER.search(item.note) and self._is_identity_number(item.note):
            return Fault(item.external_id, IDENTITY_NUMBER(pointer=f"#/items/{index}/note"))
        return item

    def _ordinary(self, raw: object) -> Item | None:
        """The item if it has every field in its ordinary form, else None: not a verdict."""
        if not isinstance(raw, dict) or not _FIELDS <= len(raw) <= _FIELDS + 1:
            return None
        try:
            external_id, revision, percent = raw["external_id"], raw["revision"], raw["percent"]
            kind, note, cancelled = raw["kind"], raw["note"], raw["cancelled"]
            starts_on = self._days.get(raw["from"]) or self._day(raw["from"])
            ends_on = self._days.get(raw["to"]) or self._day(raw["to"])
            placement_id = self._ids.get(raw["placement_id"]) or self._id(raw["placement_id"])
            provider_id = None
            if len(raw) > _FIELDS:
                provider_id = self._ids.get(raw["provider_id"]) or self._id(raw["provider_id"])
                if provider_id is None:
                    return None
        except (KeyError, TypeError):
            return None
        if (
            starts_on is None
            or ends_on is None
            or placement_id is None
            or ends_on < starts_on
            or type(external_id) is not str
            or type(revision) is not int
            or type(percent) is not int
            or type(kind) is not str
            or not 0 <= revision <= HIGHEST_REVISION
            or not 1 <= percent <= 100
            or kind not in _KINDS
            or (cancelled is not False and cancelled is not True)
            or _GRAPHIC.fullmatch(external_id) is None
            or (note is not None and not _is_ordinary_note(note))
        ):
            return None
        return Item(
            external_id, revision, placement_id, kind, starts_on, ends_on, percent, note, cancelled, provider_id
        )

    def _by_the_law(self, raw: object, index: int) -> Item | Fault:
        try:
            item = AbsenceItem.model_validate(raw)
        except ValidationError as error:
            errors = [
                {**fault, "loc": ("body", "items", index, *fault["loc"])}
                for fault in error.errors(include_url=False, include_input=False)
            ]
            return Fault(_repeatable(raw), validation_problem(errors))
        return Item(
            item.external_id,
            item.revision,
            item.placement_id,
            item.kind,
            item.starts_on,
            item.ends_on,
            item.percent,
            item.note,
            item.cancelled,
            item.provider_id,
        )

    def _is_identity_number(self, written: str) -> bool:
        return contains_identity_number(written, relaxed=self._relaxed)

    def _day(self, written: object) -> date | None:
        if not isinstance(written, str) or _DAY.fullmatch(written) is None:
            return None
        try:
            day = date.fromisoformat(written)
        except ValueError:
            return None
        if len(self._days) < _REMEMBERED:
            self._days[written] = day
        return day

    def _id(self, written: object) -> UUID | None:
        if not isinstance(written, str) or _UUID.fullmatch(written) is None:
            return None
        found = UUID(written)
        if len(self._ids) < _REMEMBERED:
            self._ids[written] = found
        return found


def _is_ordinary_note(note: object) -> bool:
    # `isprintable` knows neither NUL, line ends, odd blanks nor unpaired surrogates.
    return isinstance(note, str) and 1 <= len(note) <= 500 and note.isprintable() and not note.isspace()


def _repeatable(raw: object) -> str | None:
    """The item's external id, where it can be said back without saying anything else."""
    written = raw.get("external_id") if isinstance(raw, dict) else None
    return written if isinstance(written, str) and _GRAPHIC.fullmatch(written) else None
