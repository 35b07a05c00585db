"""Organisation numbers (P1) and national identity numbers: recognised and controlled, never read for age or sex."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

_ORGANISATION_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)
_FIRST_CONTROL = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND_CONTROL = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)

_D_NUMBER_DAY = 40
_H_NUMBER_MONTH = 40
_SYNTHETIC_MONTH = 80

# Every day and month that a number can begin with.
_DAYS = frozenset(
    f"{day + day_added:02}{month + month_added:02}"
    for day in range(1, 32)
    for month in range(1, 13)
    for day_added in (0, _D_NUMBER_DAY)
    for month_added in (0, _H_NUMBER_MONTH, _SYNTHETIC_MONTH)
)
# Eleven digits or more, with at most two characters between any two that are neither letters nor digits. Where no such
# row begins with a group of digits, none begins inside it.
_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[\W_]{0,2}+[0-9]){10,}+")
_GROUP = re.compile(r"[0-9]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.ASCII | re.IGNORECASE)
_PERSONAL_DIGITS = 5
_WITH_CENTURY = 13
_ELEVEN = re.compile(r"[0-9]{11}")
_NINE = re.compile(r"[0-9]{9}")


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """What a national identity number is. It holds neither the number nor anything about the person."""

    kind: Literal["national", "d_number", "h_number"]
    synthetic: bool
    """From Skatteetaten's test population (Tenor, month + 80): never a real person."""


def is_organisation_number(text: str, *, synthetic: bool = True) -> bool:
    """P1: nine ASCII digits that pass the modulus-11 control, the first of them 8 or 9.

    Args:
        synthetic: so are those of the public test population, which begin with 2 or 3 and are nobody's.
    """
    return (
        _NINE.fullmatch(text) is not None
        and text[0] in ("2389" if synthetic else "89")
        and _calculate_remainder(text, _ORGANISATION_WEIGHTS) == 0
    )


def classify_identity_number(text: str, *, relaxed: bool = False) -> IdentityNumber | None:
    """The kind of an identity number of eleven ASCII digits, or None when it is none.

    National number; D-number (day + 40); H-number (month + 40; NAV's own test numbers look the same); synthetic
    (month + 80, a D-number too). The century is unknown, so a date that exists in 19yy or 20yy will do. `relaxed` is
    the control that applies to numbers issued from 2032: the first control digit may then leave a remainder of 0, 1,
    2 or 3.
    """
    if _ELEVEN.fullmatch(text) is None:
        return None
    if (
        _calculate_remainder(text[:10], _FIRST_CONTROL) > (3 if relaxed else 0)
        or _calculate_remainder(text, _SECOND_CONTROL) != 0
    ):
        return None

    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:6])
    kind: Literal["national", "d_number", "h_number"] = "national"
    synthetic = month > _SYNTHETIC_MONTH
    if day > _D_NUMBER_DAY:
        day, kind = day - _D_NUMBER_DAY, "d_number"
    if synthetic:
        month -= _SYNTHETIC_MONTH
    elif month > _H_NUMBER_MONTH and kind == "national":
        month, kind = month - _H_NUMBER_MONTH, "h_number"
    return IdentityNumber(kind, synthetic) if _is_date(day, month, year) else None


def contains_identity_number(text: str, *, relaxed: bool = False) -> bool:
    """Whether a free text holds an identity number, in whatever way it is written.

    Any digits of Unicode count, characters that nobody sees do not, and up to two separators may stand between any two
    digits; also `ddmmyyyy` and five digits. A number begins and ends where a group of digits does: twelve digits in a
    row hold none. Only what passes the control digits counts, and no digits of a UUID, which pass by chance.
    """
    if not text.isascii():
        text = _NOT_ASCII.sub(lambda found: _normalise(found[0]), unicodedata.normalize("NFKC", text))
    if _DIGITS.search(text) is None:
        return False
    text = _UUID.sub("uuid", text)
    return any(
        classify_identity_number(candidate, relaxed=relaxed) is not None
        for found in _DIGITS.finditer(text)
        for candidate in _list_candidates(_GROUP.findall(found[0]))
        # Before the control digits, as most candidates of a long row of digits are no day at all.
        if candidate[:4] in _DAYS
    )


def _list_candidates(groups: Sequence[str]) -> Iterator[str]:
    """Neighbouring groups that make eleven digits together, or thirteen: then without the century."""
    for start in range(len(groups)):
        digits = ""
        for group in groups[start : start + _WITH_CENTURY]:
            digits += group
            if len(digits) == _WITH_CENTURY:
                yield digits[:4] + digits[6:8] + digits[-_PERSONAL_DIGITS:]
                break
            if len(digits) > _WITH_CENTURY:
                break
            if len(digits) == _WITH_CENTURY - 2:
                yield digits


def _normalise(character: str) -> str:
    """A digit of any script as ASCII has it; nothing for a character that nobody sees."""
    if unicodedata.category(character) == "Cf":
        return ""
    return str(unicodedata.decimal(character, character))


def _calculate_remainder(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11


def _is_date(day: int, month: int, year_of_century: int) -> bool:
    for century in (1900, 2000):
        try:
            date(century + year_of_century, month, day)
        except ValueError:
            continue
        return True
    return False
