"""The types that requests and answers are made of, strict by the contract: no coercion, no unknown field.

Each carries its own JSON Schema, so that the OpenAPI document says exactly what is accepted.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from app import clock

_DAY = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)
_INSTANT = re.compile(
    rf"{_DAY.pattern}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])",
    re.ASCII,
)
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,7})\.[0-9]{2}", re.ASCII)

# Every character class of white space spelt out: the dialects of regular expressions disagree on `\s`.
_BLANK = "\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
TEXT = f"^[^\x00]*[^{_BLANK}][^\x00]*$"
# The same for Python's own `re`, to which half of a surrogate pair is a character like another.
PYTHON_TEXT = f"^[^\x00\ud800-\udfff]*[^{_BLANK}\ud800-\udfff][^\x00\ud800-\udfff]*$"


PATTERNS: dict[str, str] = {}
"""Pattern -> what a text that does not match it must be, in nynorsk."""


def describe_pattern(pattern: str, sentence: str) -> str:
    """The pattern of a field, with what a refusal says that it asks for: «må vere ni siffer»."""
    PATTERNS[pattern] = sentence
    return pattern


# Control characters, line ends, marks that turn the reading direction, invisible separators and letters, noncharacters.
# Two that join or part letters (U+200C, U+200D) belong to the spelling of names.
_UNSPELLABLE = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
)
NAME = describe_pattern(
    f"^[\t-\r ]*[^{_UNSPELLABLE}]*[^{_BLANK}{_UNSPELLABLE}][^{_UNSPELLABLE}]*[\t-\r ]*$",
    "kan ikkje ha linjeskift, kontrollteikn eller usynlege teikn",
)


def is_blank(text: str) -> bool:
    """Whether a text has nothing to be seen."""
    return re.search(f"[^{_BLANK}]", text) is None


class FieldFault(ValueError):
    """What a model's validator raises of fields that do not go together: the one that is at fault, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Shape(BaseModel):
    """A body that comes in or goes out. Unknown fields are refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, ser_json_inf_nan="null")


def _parse_day(value: object) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError("er ikkje ein dag i kalenderen") from None
    raise ValueError("må vere ein dato på forma ÅÅÅÅ-MM-DD mellom 1900 og 2099")


def _parse_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("er ikkje ein dag i kalenderen") from None
    raise ValueError("må vere eit tidspunkt med tidssone, til dømes «2022-07-01T12:00:00Z»")


def _parse_amount(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    raise ValueError("må vere eit beløp som tekst med to desimalar, til dømes «22317.00»")


def _parse_integer(value: object) -> object:
    # JSON Schema's integer includes 503.0, and JSON's true is no number.
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if type(value) is not int:
        raise ValueError("må vere eit heiltal")
    return value


INTEGER = BeforeValidator(_parse_integer)
"""Of an integer in JSON: 503.0 is one, true and "503" are none."""


def _parse_integer_in_query(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value, re.ASCII):
        return int(value)
    return _parse_integer(value)


def _format_two_decimals(value: Decimal) -> str:
    return f"{value:.2f}"


TWO_DECIMALS = PlainSerializer(_format_two_decimals, return_type=str)
"""Of an amount or a percent: as text, so that no reader makes a float of it."""


def _drop_repeats(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


ONCE_EACH = AfterValidator(_drop_repeats)
"""Of a list that says which of something: what is said again is stored once, where it came first."""


def text(longest: int) -> Any:
    """A string of 1 to `longest` characters, not blank, without NUL (PostgreSQL cannot store it)."""
    return StringConstraints(min_length=1, max_length=longest, pattern=TEXT)


# White space around a name is nobody's name; what no letter is written with inside it is refused.
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NAME), AfterValidator(str.strip)]
Line = Annotated[str, text(500)]
Prose = Annotated[str, text(4000)]

Day = Annotated[
    date,
    BeforeValidator(_parse_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DAY.pattern}$", "examples": ["2022-07-01"]}),
]


def _not_ahead(day: date) -> date:
    today = clock.today()
    if day > today:
        raise ValueError(f"er {day}, etter i dag ({today}): det som har hendt, kan ikkje liggje fram i tid")
    return day


PastDay = Annotated[Day, AfterValidator(_not_ahead)]
"""D9: the day of something that has happened; today at the latest."""
Instant = Annotated[
    datetime,
    BeforeValidator(_parse_instant),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": f"^{_INSTANT.pattern}$",
            "examples": ["2022-07-01T12:00:00Z"],
        }
    ),
]
Money = Annotated[
    Decimal,
    BeforeValidator(_parse_amount),
    TWO_DECIMALS,
    WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT.pattern}$", "examples": ["22317.00"]}),
]


def _more_than_nothing(amount: Decimal) -> Decimal:
    if not amount:
        raise ValueError("må vere meir enn 0.00")
    return amount


PositiveMoney = Annotated[
    Money,
    AfterValidator(_more_than_nothing),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([1-9][0-9]{0,7}\.[0-9]{2}|0\.(0[1-9]|[1-9][0-9]))$",
            "examples": ["6000.00"],
        }
    ),
]
# A computed amount: it may be negative, and a sum may be larger than any single input.
Amount = Annotated[
    Decimal,
    TWO_DECIMALS,
    WithJsonSchema({"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$", "examples": ["22317.00"]}),
]
Percent = Annotated[int, Field(ge=1, le=100), BeforeValidator(_parse_integer)]
Year = Annotated[int, Field(ge=1900, le=2099), BeforeValidator(_parse_integer_in_query)]
Revision = Annotated[int, Field(ge=0, le=2_147_483_647), BeforeValidator(_parse_integer)]
Count = Annotated[int, Field(ge=0, le=100_000), BeforeValidator(_parse_integer)]
Limit = Annotated[int, Field(ge=1, le=200), BeforeValidator(_parse_integer_in_query)]
Seconds = Annotated[int, Field(ge=0, le=30), BeforeValidator(_parse_integer_in_query)]
Clock = Annotated[
    str,
    StringConstraints(
        pattern=describe_pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$", "må vere eit klokkeslett på forma TT:MM")
    ),
]
OrganisationNumber = Annotated[
    str,
    StringConstraints(pattern=describe_pattern(r"^[0-9]{9}$", "må vere ni siffer"), min_length=9, max_length=9),
    Field(examples=["310300454"]),
]
MunicipalityNumber = Annotated[
    str,
    StringConstraints(pattern=describe_pattern(r"^[0-9]{4}$", "må vere fire siffer"), min_length=4, max_length=4),
    Field(examples=["4631"]),
]


class Stored(Shape):
    """What every stored object answers with."""

    id: UUID
    created_at: datetime
    updated_at: datetime


class AnnulmentIn(Shape):
    """Why something that was recorded by mistake is annulled (D10)."""

    reason: Annotated[Line, Field(description="What was wrong with it.", examples=["Ført på feil deltakar."])]


class Annullable(Stored):
    """A stored object that may be annulled; it then stays readable for the case office and counts for nothing (D10)."""

    annulled_at: datetime | None
    annulled_reason: str | None


def json_response(representation: BaseModel) -> Response:
    """An answer written once: FastAPI would validate the representation again first."""
    return Response(representation.model_dump_json().encode(), media_type="application/json")
