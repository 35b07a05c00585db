"""Templates, and how days, amounts and shares are written for people."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app import clock
from app.web import words
from app.web.charts import MONTHS, SHORT, kr, percent
from app.web.messages import read_message
from app.web.sessions import IDLE, Session
from app.web.static import address_of

NBSP = "\u00a0"
_SHORT_MONTHS = tuple(name if len(name) > 3 or name == "mai" else f"{name}." for name in SHORT)


def render(request: Request, template: str, session: Session | None, **values: Any) -> str:
    """The text of a page: its own values, and what the frame around every page needs."""
    frame = {
        "session": session,
        "path": request.url.path,
        "demo": bool(request.app.state.demo_people),
        "has_docs": request.app.state.settings.docs,
        "seen_on": clock.today(),
        "idle_seconds": int(IDLE.total_seconds()),
        "notice": read_message(request),
        "failed": False,
    }
    return _environment.get_template(template).render(**(frame | values))


def amount(value: str | Decimal) -> str:
    """Kroner and øre: `12 238,35`; whole kroner without: `6 934 000`."""
    number = Decimal(value)
    text = f"{abs(number):,.2f}".removesuffix(".00").replace(",", NBSP).replace(".", ",")
    return f"\u2212{text}" if number < 0 else text


def difference(value: str | Decimal) -> str:
    """An amount with its sign: `+133 902`, `−28 904`, `0`."""
    return f"{'+' if Decimal(value) > 0 else ''}{amount(value)}"


def whole_kroner(value: str | Decimal) -> str:
    """Kroner rounded to whole: `kr 6 934 000`."""
    return f"kr{NBSP}{kr(Decimal(value))}"


def kroner(value: str | Decimal) -> str:
    """An amount with its currency: `kr 12 238,35`."""
    return f"kr{NBSP}{amount(value)}"


def share(value: str | Decimal, places: int = 2) -> str:
    """`98,49 %`."""
    return percent(Decimal(value), places)


def long_date(value: str | date) -> str:
    """`31. august 2022`."""
    day = to_date(value)
    return f"{day.day}.{NBSP}{MONTHS[day.month - 1]} {day.year}"


def short_date(value: str | date) -> str:
    """`31. aug. 2022`."""
    day = to_date(value)
    return f"{day.day}.{NBSP}{_SHORT_MONTHS[day.month - 1]} {day.year}"


def typed_date(value: str | date) -> str:
    """As it stands in a field: `31.08.2022`."""
    return f"{to_date(value):%d.%m.%Y}"


def moment(value: str) -> str:
    """An instant in Oslo: `31. aug. 2022 kl. 14.05`."""
    at = datetime.fromisoformat(value).astimezone(clock.OSLO)
    return f"{short_date(at.date())} kl.{NBSP}{at:%H.%M}"


def month_name(value: str | date) -> str:
    """`desember`."""
    return MONTHS[to_date(value).month - 1]


def month_of_year(value: str) -> str:
    """A month, as the API writes it (`2022-03`): `mars 2022`."""
    return f"{month_name(f'{value}-01')} {value[:4]}"


def from_day(value: str | date, on: date) -> str:
    """How far a day is from another: `152 dagar over`, `i dag`, `om 29 dagar`; in months from a year on."""
    days = (to_date(value) - on).days
    if days == 0:
        return "i dag"
    number = abs(days)
    if number >= 365:
        much = f"{round(number / 30.44)} månader"
    else:
        much = "1 dag" if number == 1 else f"{number} dagar"
    return f"om {much}" if days > 0 else f"{much} over"


def count(number: int, one: str, many: str) -> str:
    """`1 deltakar`, `7 deltakarar`."""
    return f"{number} {one if number == 1 else many}"


def number(value: str | Decimal) -> str:
    """A number of places or employees, without needless noughts: `2,5`."""
    return f"{Decimal(value).normalize():f}".replace(".", ",").replace("-", "\u2212")


def to_date(value: str | date) -> date:
    """A day, as the API writes it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "belop": amount,
    "skilnad": difference,
    "kr": whole_kroner,
    "kroner": kroner,
    "prosent": share,
    "dato": long_date,
    "dato_kort": short_date,
    "dato_felt": typed_date,
    "tidspunkt": moment,
    "tal": number,
    "relativ": from_day,
    "maanad": month_name,
    "maanad_aar": month_of_year,
    "ord": words.word,
}
_environment.globals |= {"static": address_of, "count": count, "menu": words.menu, "role_name": words.describe_person}
