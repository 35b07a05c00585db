"""One pushed item: from its text or value to an `AbsenceItem`, or to the fault that says why it is none.

msgspec takes a twentieth of pydantic's time over ten thousand items. What it refuses is given to pydantic, which takes
an id in any spelling and says of each field what is wrong. A test holds the two against each other.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from pydantic import ValidationError

from app.absence.schemas import AbsenceItem, AbsenceItemModel
from app.http.identity_numbers import IDENTITY_NUMBER_IN_TEXT
from app.http.problems import VALIDATION, Problem
from app.http.strict_json import STRICT_JSON, json_fault
from app.http.validation import validation_problem
from app.rules.absence import AbsenceContent
from app.rules.identifiers import contains_identity_number


@dataclass(frozen=True, slots=True)
class Fault:
    """An item that is not well-formed. `external_id` is None where it has none that could be repeated."""

    external_id: str | None
    problem: Problem


content: Callable[[AbsenceItem], AbsenceContent] = operator.attrgetter(
    "placement_id", "kind", "starts_on", "ends_on", "percent", "note"
)
"""What makes two equal revisions equal."""

_DECODER = msgspec.json.Decoder(AbsenceItem)
_GRAPHIC = re.compile(r"[!-~]{1,100}", re.ASCII)


def read_json_item(text: bytes | msgspec.Raw, index: int, *, relaxed: bool) -> AbsenceItem | Fault:
    """The item that a JSON text is, or why it is none, with pointers from the root of a body that has it at `index`.

    **Decided here**: of a name that stands twice the last value counts; an item that msgspec refuses is refused for it.
    To look for it in every item takes as long as to read them.

    Args:
        relaxed: identity numbers may have the relaxed control digit (`app.security.identity_numbers`).
    """
    try:
        item = _DECODER.decode(text)
    except (ValueError, RecursionError):
        try:
            value = STRICT_JSON.decode(bytes(text).decode())
        except (ValueError, RecursionError) as error:
            return Fault(None, VALIDATION(f"Fråværet {json_fault(error)}.", pointer=f"#/items/{index}"))
        return read_item(value, index, relaxed=relaxed)
    return refuse_identity_numbers(item, index, relaxed=relaxed)


def read_item(value: object, index: int, *, relaxed: bool) -> AbsenceItem | Fault:
    """The same of a value that is parsed already."""
    try:
        item = msgspec.convert(value, AbsenceItem)
    except ValueError:
        try:
            item = validate_with_model(value)
        except ValidationError as error:
            errors = [
                {**fault, "loc": ("body", "items", index, *fault["loc"])} for fault in error.errors(include_url=False)
            ]
            return Fault(_repeatable_external_id(value, relaxed), validation_problem(errors, shape=AbsenceItemModel))
    return refuse_identity_numbers(item, index, relaxed=relaxed)


def validate_with_model(value: object) -> AbsenceItem:
    """The item as pydantic reads it. Raises `ValidationError`."""
    return AbsenceItem(**dict(AbsenceItemModel.model_validate(value)))


def refuse_identity_numbers(item: AbsenceItem, index: int, *, relaxed: bool) -> AbsenceItem | Fault:
    """The item unless one of its texts holds an identity number."""
    if contains_identity_number(item.external_id, relaxed=relaxed):
        return Fault(None, IDENTITY_NUMBER_IN_TEXT(pointer=f"#/items/{index}/external_id"))
    if item.note is not None and contains_identity_number(item.note, relaxed=relaxed):
        return Fault(item.external_id, IDENTITY_NUMBER_IN_TEXT(pointer=f"#/items/{index}/note"))
    return item


def _repeatable_external_id(value: object, relaxed: bool) -> str | None:
    """The item's external id, where it can be said back without saying anything else."""
    external_id = value.get("external_id") if isinstance(value, dict) else None
    if not isinstance(external_id, str) or not _GRAPHIC.fullmatch(external_id):
        return None
    return None if contains_identity_number(external_id, relaxed=relaxed) else external_id
