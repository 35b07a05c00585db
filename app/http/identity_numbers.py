"""Identity numbers stand in fields of their own, and in no text: the one check that every body and query goes through.

Not by the texts' types: what is read back would then be checked as well, and a row from before the check, or from
before the control digits were relaxed, could not be shown any more (docs/decisions/0012-identity-numbers-in-texts.md).
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from fastapi import Request

from app import clock
from app.http.problems import FieldError, Problem, problem_type
from app.http.validation import FIELD_NAME
from app.rules.identifiers import contains_identity_number

IDENTITY_NUMBER_IN_TEXT = problem_type(
    "identity-number-in-text",
    422,
    title="Fødselsnummer i teksten",
    nn="Teksten inneheld noko som ser ut som eit fødselsnummer. Ta det bort.",
    en="A text contains what looks like a national identity number; those have a field of their own.",
)
OWN_FIELDS = frozenset({"national_identity_number"})

# Skatteetaten relaxes the first control digit of the numbers it issues from this day on.
RELAXED_FROM = date(2032, 1, 1)


def is_relaxed(today: date) -> bool:
    """Whether numbers with the relaxed first control digit may be about."""
    return today >= RELAXED_FROM


def holds_identity_number(text: str) -> bool:
    """Whether a text holds a number that may have been issued by today."""
    return contains_identity_number(text, relaxed=is_relaxed(clock.today()))


def find_identity_numbers(value: Any, own_fields: Collection[str] = OWN_FIELDS) -> Problem | None:
    """The refusal of a JSON value, with a pointer to each text that holds an identity number; the number is never said.

    Args:
        own_fields: the names of fields that are not looked into.
    """
    pointers = list(dict.fromkeys(_walk(value, own_fields, is_relaxed(clock.today()))))
    if not pointers:
        return None
    return IDENTITY_NUMBER_IN_TEXT(errors=[_fault(f"#{pointer}") for pointer in pointers[:100]])


def refuse_identity_numbers(request: Request, body: Any = None) -> None:
    """Raises `identity-number-in-text` for a query value, or a text of the body, that holds one."""
    if request.scope["query_string"]:
        named = [(name, value) for name, value in request.query_params.multi_items() if holds_identity_number(value)]
        if named:
            raise IDENTITY_NUMBER_IN_TEXT(
                errors=[_fault(f"#/query/{name}" if FIELD_NAME.fullmatch(name) else "#/query") for name, _ in named]
            )
    problem = find_identity_numbers(body)
    if problem is not None:
        raise problem


def _fault(pointer: str) -> FieldError:
    return FieldError(pointer, "inneheld noko som ser ut som eit fødselsnummer")


def _walk(value: Any, own_fields: Collection[str], relaxed: bool) -> Iterator[str]:
    """The rest of the pointer to each text with a number: most have none, so pointers are made on the way back."""
    if isinstance(value, str):
        if contains_identity_number(value, relaxed=relaxed):
            yield ""
    elif isinstance(value, dict):
        for name, member in value.items():
            if name not in own_fields:
                for rest in _walk(member, own_fields, relaxed):
                    yield f"/{name}{rest}" if FIELD_NAME.fullmatch(name) else rest
    elif isinstance(value, list):
        for index, member in enumerate(value):
            for rest in _walk(member, own_fields, relaxed):
                yield f"/{index}{rest}"
