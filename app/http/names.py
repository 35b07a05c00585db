"""Sentences that people read, with the API's fields and values as they are called in nynorsk.

A sentence in the code quotes a field as the API has it, «received_on», and `name_fields` puts its nynorsk name before
it.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from app.http.field_names import FIELD_NAMES
from app.http.value_names import VALUE_NAMES

_MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "desember",
)  # fmt: skip

# In parentheses it stands beside the sentence's own words for it.
_QUOTED = re.compile(r"(?<!\()«([a-z][a-z_]*)»")


def name_fields(sentence: str) -> str:
    """The sentence with the nynorsk name before every field or value that it quotes."""

    def name(quoted: re.Match[str]) -> str:
        word = quoted[1]
        known = FIELD_NAMES.get(word) or VALUE_NAMES.get(word)
        if known is None:
            return quoted[0]
        before = sentence[: quoted.start()]
        if not before or before.endswith(". "):
            known = known[0].upper() + known[1:]
        return f"{known} («{word}»)"

    return _QUOTED.sub(name, sentence)


def name_pointer(pointer: str) -> str:
    """The field that a JSON pointer leads to, as a sentence begins: «Slag («items/0/kind»)»."""
    path = re.sub("^#/?(?:(?:query|path|header)/)?", "", pointer)
    field = next((step for step in reversed(path.split("/")) if not step.isdigit()), "")
    if not path:
        return "Innhaldet"
    name = FIELD_NAMES.get(pointer) or FIELD_NAMES.get(field)
    return f"«{path}»" if name is None else f"{name[0].upper()}{name[1:]} («{path}»)"


def join_alternatives(names: Sequence[str]) -> str:
    """As a sentence lists what may be chosen between: «Forvaltningskontoret, EPJ eller vekstbedrifta»."""
    return " eller ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def format_amount(amount: Decimal) -> str:
    """An amount as people write it, with no-break spaces: «kr 10 000 000,00»."""
    return f"kr {amount:,.2f}".translate({ord(" "): "\u00a0", ord(","): "\u00a0", ord("."): ","})


def format_day(day: date) -> str:
    """A day in nynorsk: `31. august 2022`."""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


def list_values(values: Iterable[str]) -> str:
    """The values that a field may have, each with what it means: sjuk («sick»), ferie («holiday»)."""
    return ", ".join(f"{VALUE_NAMES[value]} («{value}»)" if value in VALUE_NAMES else f"«{value}»" for value in values)
