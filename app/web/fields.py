"""The fields of forms: what they are called, how people type in them, and what the API is sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from app import clock

_WRITTEN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2}|\d{4})", re.ASCII)
_WRITTEN_AMOUNT = re.compile(r"(?:kr\s?)?(\d{1,3}(?:[ .]\d{3})+|\d+)(?:,(\d{1,2}|-)|\.(\d{2}))?(?:\s?kr)?", re.ASCII)
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")


class Invalid(Exception):
    """Something that was typed, or stands in an address, cannot be understood; `sentence` says why, in nynorsk."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def parse_date(typed: str, *, is_past: bool = False) -> date:
    """A day as people type it: `31.08.2022`, `31.8.22` or `2022-08-31`. Raises `Invalid`.

    Of a day that is past, as a birth is, two digits of a year are the last such year: `3.2.90` is in 1990.
    """
    typed = typed.strip()
    written = _WRITTEN_DAY.fullmatch(typed)
    try:
        if written is None:
            day = date.fromisoformat(typed)
        else:
            number, month, year = (int(part) for part in written.groups())
            day = date(year + 2000 if year < 100 else year, month, number)
            if is_past and year < 100 and day > clock.today():
                day = date(year + 1900, month, number)
    except ValueError:
        raise Invalid("Skriv ein dato som finst, som dag, månad og år: 31.08.2022.") from None
    if not 1900 <= day.year <= 2099:
        raise Invalid("Året må vere mellom 1900 og 2099.")
    return day


def parse_amount(typed: str) -> Decimal:
    """Kroner as people type them: `3000`, `3 000`, `3.000`, `3000,50`, `kr 3 000,-`. Raises `Invalid`."""
    written = _WRITTEN_AMOUNT.fullmatch(_BLANKS.sub(" ", typed.strip()))
    if written is None:
        raise Invalid("Skriv eit beløp i kroner, til dømes 3 000 eller 3 000,50.")
    whole, comma, point = written.groups()
    cents = (comma or point or "00").replace("-", "00").ljust(2, "0")
    return Decimal(f"{re.sub('[ .]', '', whole)}.{cents}")


@dataclass(frozen=True, slots=True)
class Option:
    """A value to choose, and what it is called; `hint` is a line below it."""

    value: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A line of text. `name` stands in the form, `to` is the API's own name of it (empty: the page's alone)."""

    widget: ClassVar[str] = "text"

    name: str
    label: str
    to: str = ""
    hint: str = ""
    required: bool = True
    null: bool = False
    """Whether an empty field is sent as `null`; else it is left out."""
    depends: bool = False
    """Whether it may be empty in some cases alone, so that the label does not call it optional."""
    of_act: bool = False
    """Whether it says why something is changed, and is no part of what is changed."""
    unit: str = ""

    def read(self, typed: Sequence[str]) -> Any:
        """What the API is sent; None where the field is empty. Raises `Invalid`."""
        text = typed[-1].strip() if typed else ""
        return self.parse(text) if text else None

    def parse(self, text: str) -> Any:
        """The value of what was typed, which is not empty. Raises `Invalid`."""
        return text

    def write(self, value: Any) -> list[str]:
        """What stands in the field for a value of the API's."""
        return [] if value is None else [self.format(value)]

    def format(self, value: Any) -> str:
        """One value as people type it."""
        return str(value)

    def describe(self, typed: str) -> str:
        """What stands in the field, in words."""
        return typed

    @property
    def empty_sentence(self) -> str:
        """What is said of a field that must not be empty."""
        return "Fyll ut dette feltet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden(Field):
    """What the form carries unseen."""

    widget: ClassVar[str] = "hidden"
    label: str = ""

    @property
    def empty_sentence(self) -> str:
        return "Det er ikkje noko lenger som dette gjeld. Last sida på nytt."


@dataclass(frozen=True, slots=True, kw_only=True)
class LongText(Field):
    """Several lines of text."""

    widget: ClassVar[str] = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(LongText):
    """Several texts, one on each line."""

    def read(self, typed: Sequence[str]) -> list[str] | None:
        lines = [line.strip() for line in (typed[-1] if typed else "").splitlines() if line.strip()]
        return lines or ([] if not self.required else None)

    def write(self, value: Any) -> list[str]:
        return ["\n".join(value)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Field):
    """A day, typed in any of the usual ways and sent as ISO 8601."""

    widget: ClassVar[str] = "day"

    def parse(self, text: str) -> str:
        return parse_date(text).isoformat()

    def format(self, value: Any) -> str:
        return f"{date.fromisoformat(value) if isinstance(value, str) else value:%d.%m.%Y}"

    @property
    def empty_sentence(self) -> str:
        return "Skriv ein dato: dag, månad og år."


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthDay(Day):
    """The day that somebody was born."""

    def parse(self, text: str) -> str:
        return parse_date(text, is_past=True).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Field):
    """Kroner, sent as a string with two decimals."""

    widget: ClassVar[str] = "amount"
    unit: str = "kroner"

    def parse(self, text: str) -> str:
        return f"{parse_amount(text):.2f}"

    def format(self, value: Any) -> str:
        amount = Decimal(value)
        whole = f"{int(amount):,}".replace(",", " ")
        return whole if amount == int(amount) else f"{whole},{amount % 1:.2f}".replace(",0.", ",")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Field):
    """A whole number, such as a share in percent: `100`, `100 %`."""

    widget: ClassVar[str] = "whole"

    def parse(self, text: str) -> int:
        digits = text.removesuffix("%").strip()
        if not re.fullmatch(r"\d{1,9}", digits, re.ASCII):
            raise Invalid("Skriv eit heilt tal.")
        return int(digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decimals(Field):
    """A number with two decimals at most, such as full-time equivalents: `0,5`."""

    widget: ClassVar[str] = "amount"

    def parse(self, text: str) -> str:
        if not re.fullmatch(r"\d{1,9}([.,]\d{1,2})?", text, re.ASCII):
            raise Invalid("Skriv eit tal med høgst to desimalar, til dømes 0,5.")
        return f"{Decimal(text.replace(',', '.')):.2f}"

    def format(self, value: Any) -> str:
        return f"{Decimal(value).normalize():f}".replace(".", ",")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Field):
    """One of a few, each in sight."""

    widget: ClassVar[str] = "choice"
    options: Sequence[Option]

    def parse(self, text: str) -> str:
        if text not in {option.value for option in self.options}:
            raise Invalid("Vel eitt av alternativa på lista.")
        return text

    def describe(self, typed: str) -> str:
        return next((option.text for option in self.options if option.value == typed), typed)

    @property
    def empty_sentence(self) -> str:
        return "Vel eitt av alternativa."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Choice):
    """One of a few, each with a line that says more."""

    widget: ClassVar[str] = "pick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Choice):
    """One of many, in a list that folds out."""

    widget: ClassVar[str] = "select"


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Choice):
    """Any number of a few."""

    widget: ClassVar[str] = "several"

    def read(self, typed: Sequence[str]) -> list[str] | None:
        return [self.parse(text) for text in typed if text] or ([] if not self.required else None)

    def write(self, value: Any) -> list[str]:
        return [str(one) for one in value or ()]

    @property
    def empty_sentence(self) -> str:
        return "Vel minst eitt av alternativa."


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Field):
    """Yes when it is ticked."""

    widget: ClassVar[str] = "check"
    required: bool = False

    def read(self, typed: Sequence[str]) -> bool:
        return "ja" in typed

    def write(self, value: Any) -> list[str]:
        return ["ja"] if value else []


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo(Choice):
    """A question that must be answered with yes or no."""

    options: Sequence[Option] = (Option("ja", "Ja"), Option("nei", "Nei"))

    def read(self, typed: Sequence[str]) -> bool | None:
        text = typed[-1] if typed else ""
        return None if not text else self.parse(text) == "ja"

    def write(self, value: Any) -> list[str]:
        return [] if value is None else ["ja" if value else "nei"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload(Field):
    """A file; what it holds is read by the screen."""

    widget: ClassVar[str] = "upload"
    accept: str = ""

    def read(self, typed: Sequence[str]) -> str | None:
        return None
