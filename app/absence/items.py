"""One pushed item: checked, and turned into a row. `AbsenceItem` is the law; the ordinary item takes a shorter way.

Ten thousand items through pydantic cost the event loop a third of a second, through msgspec a twentieth of that. It
reads items whose fields have their ordinary form. Anything else (also anything wrong) goes to `AbsenceItem`, which
alone decides what is accepted and says what is not. A test holds the two against each other.

Ids are text in a push, as they came and as they are answered: an object for each would cost more than all the rest.
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType
from pydantic import ValidationError

from app.absence.problems import IDENTITY_NUMBER
from app.absence.schemas import AbsenceItem
from app.http.exception_handlers import validation_problem
from app.http.problems import Problem
from app.rules.absence import MAX_REVISION, AbsenceContent, AbsenceKind
from app.rules.identifiers import contains_identity_number


class Item(msgspec.Struct, frozen=True, gc=False):
    """A well-formed item. Ids are in their canonical form."""

    external_id: str
    revision: int
    placement_id: str
    kind: AbsenceKind
    starts_on: date
    ends_on: date
    percent: int
    note: str | None
    cancelled: bool
    provider_id: str | None


class _Written(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An item as it may be written; what is left out is known to be."""

    external_id: str
    revision: Annotated[int, msgspec.Meta(ge=0, le=MAX_REVISION)]
    placement_id: str
    kind: AbsenceKind
    starts_on: date = msgspec.field(name="from")
    ends_on: date = msgspec.field(name="to")
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | UnsetType = UNSET
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None | UnsetType = UNSET
    cancelled: bool | UnsetType = UNSET
    provider_id: str | None | UnsetType = UNSET

    def whole(self) -> Item:
        """With what the law says of fields that are left out."""
        return Item(
            self.external_id,
            self.revision,
            self.placement_id,
            self.kind,
            self.starts_on,
            self.ends_on,
            _PERCENT if isinstance(self.percent, UnsetType) else self.percent,
            None if isinstance(self.note, UnsetType) else self.note,
            False if isinstance(self.cancelled, UnsetType) else self.cancelled,
            None if isinstance(self.provider_id, UnsetType) else self.provider_id,
        )


content: Callable[[Item], AbsenceContent] = operator.attrgetter(
    "placement_id", "kind", "starts_on", "ends_on", "percent", "note"
)
"""What makes two equal revisions equal."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An item that is not well-formed. `external_id` is None where it has none that could be repeated."""

    external_id: str | None
    problem: Problem


_DECODE = msgspec.json.Decoder(_Written).decode
_PERCENT: int = AbsenceItem.model_fields["percent"].default
_GRAPHIC = re.compile(r"[!-~]{1,100}", re.ASCII)
_GRAPHICS = re.compile(rf"(?:{_GRAPHIC.pattern}\n)*", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
# Every identity number is like this; hardly any other text is, so few need a closer look.
_LIKE_A_NUMBER = re.compile(r"[0-9]{6}[^0-9]?[0-9]{5}", re.ASCII)
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)
_REMEMBERED = 20_000


class ItemReader:
    """Reads the items of one batch, a slice at a time. Ids repeat, so each is looked at once."""

    def __init__(self, *, relaxed: bool) -> None:
        self._relaxed = relaxed
        self._ids: set[str] = set()

    def read_json(
        self, written: Sequence[bytes], first: int, parse: Callable[[bytes, int], object]
    ) -> list[Item | Fault]:
        """The items, or why they are none, with pointers from the whole body's root; `first` is the first one's index.

        `parse` is asked for the value of one that is not ordinary, and answers a `Fault` where it has none.
        """
        return self._read(_from_json(written), first, lambda place: parse(written[place], first + place))

    def read_values(self, values: Sequence[object], first: int) -> list[Item | Fault]:
        """The same of values that have been parsed already. A `Fault` among them stays where it is."""
        return self._read([_from_value(value) for value in values], first, lambda place: values[place])

    def _read(self, tried: list[Item | None], first: int, value: Callable[[int], object]) -> list[Item | Fault]:
        items = [item for item in tried if item is not None]
        read: list[Item | Fault] = []
        if len(items) == len(tried) and self._all_ordinary(items):
            read += items
        else:
            for place, item in enumerate(tried):
                ordinary = item is not None and self._all_ordinary([item])
                read.append(item if item is not None and ordinary else self._by_the_law(value(place), first + place))
            items = [item for item in read if isinstance(item, Item)]
        texts = [item.external_id for item in items] + [item.note for item in items if item.note is not None]
        # Two line ends between: no identity number has as much in it.
        if _LIKE_A_NUMBER.search("\n\n".join(texts)) is None:
            return read
        return [self.checked(one, index) if isinstance(one, Item) else one for index, one in enumerate(read, first)]

    def checked(self, item: Item, index: int) -> Item | Fault:
        """The item unless one of its texts holds an identity number."""
        if _LIKE_A_NUMBER.search(item.external_id) and self._is_identity_number(item.external_id):
            return Fault(None, IDENTITY_NUMBER(pointer=f"#/items/{index}/external_id"))
        if item.note is not None and _LIKE_A_NUMBER.search(item.note) and self._is_identity_number(item.note):
            return Fault(item.external_id, IDENTITY_NUMBER(pointer=f"#/items/{index}/note"))
        return item

    def _all_ordinary(self, items: Sequence[Item]) -> bool:
        """What `Item`'s types do not say; of many at once, since a loop over them would cost ten times this."""
        first_days, last_days = [item.starts_on for item in items], [item.ends_on for item in items]
        notes = [item.note for item in items if item.note is not None]
        names = "".join([f"{item.external_id}\n" for item in items])
        return (
            _GRAPHICS.fullmatch(names) is not None
            and names.count("\n") == len(items)
            and min(first_days, default=_FIRST_DAY) >= _FIRST_DAY
            and max(last_days, default=_LAST_DAY) <= _LAST_DAY
            and all(map(operator.le, first_days, last_days))
            # `isprintable` knows neither NUL, line ends, odd blanks nor unpaired surrogates.
            and "".join(notes).isprintable()
            and not any(map(str.isspace, notes))
            and self._are_ids({item.placement_id for item in items})
            and self._are_ids({item.provider_id for item in items if item.provider_id is not None})
        )

    def _are_ids(self, written: set[str]) -> bool:
        fresh = written - self._ids
        if not all(map(_UUID.fullmatch, fresh)):
            return False
        if len(self._ids) < _REMEMBERED:
            self._ids |= fresh
        return True

    def _by_the_law(self, raw: object, index: int) -> Item | Fault:
        if isinstance(raw, Fault):
            return raw
        try:
            item = AbsenceItem.model_validate(raw)
        except ValidationError as error:
            errors = [
                {**fault, "loc": ("body", "items", index, *fault["loc"])} for fault in error.errors(include_url=False)
            ]
            name = _repeatable(raw)
            secret = name is not None and _LIKE_A_NUMBER.search(name) and self._is_identity_number(name)
            return Fault(None if secret else name, validation_problem(errors))
        return Item(
            item.external_id,
            item.revision,
            str(item.placement_id),
            item.kind,
            item.starts_on,
            item.ends_on,
            item.percent,
            item.note,
            item.cancelled,
            None if item.provider_id is None else str(item.provider_id),
        )

    def _is_identity_number(self, written: str) -> bool:
        return contains_identity_number(written, relaxed=self._relaxed)


def _from_json(written: Sequence[bytes]) -> list[Item | None]:
    """Each as msgspec reads it; None where it does not, or where a name may stand twice."""
    try:
        items = [_DECODE(one) for one in written]
    except (ValueError, RecursionError):
        items = []
    # Each has its own quotation marks at least. If all together have no more, no name stands twice in any of them.
    if len(items) == len(written) and b"\n".join(written).count(b'"') == _quotation_marks(items):
        return [item.whole() for item in items]
    return [_from_json_alone(one) for one in written]


def _from_json_alone(written: bytes) -> Item | None:
    try:
        item = _DECODE(written)
    except (ValueError, RecursionError):
        return None
    # A quotation mark inside a text has a backslash before it; two of those make it hard to say.
    if b"\\\\" in written:
        return None
    return item.whole() if written.count(b'"') - written.count(b'\\"') == _quotation_marks([item]) else None


def _quotation_marks(items: Sequence[_Written]) -> int:
    """How many these have where no name stands twice: around six names, five texts, and what else is given."""
    given: list[object] = []
    for item in items:
        given += (item.percent, item.cancelled, item.note, item.provider_id)
    return 22 * len(items) + 2 * (len(given) - given.count(UNSET)) + 2 * sum(isinstance(one, str) for one in given)


def _from_value(value: object) -> Item | None:
    # Only an object is one that JSON knows; msgspec would convert more.
    if type(value) is not dict:
        return None
    try:
        return msgspec.convert(value, _Written).whole()
    except (ValueError, RecursionError):
        return None


def _repeatable(raw: object) -> str | None:
    """The item's external id, where it can be said back without saying anything else."""
    written = raw.get("external_id") if isinstance(raw, dict) else None
    return written if isinstance(written, str) and _GRAPHIC.fullmatch(written) else None
