"""The changes of a what-if (C9) as they stand in its address: `fleire-1-tal=2&fleire-1-fra=01.10.2022`.

A change is a row of the form. Its fields begin with its kind and its number, which says in what order the changes are
made. Nothing else is kept anywhere, so that the address can be shared, printed and bookmarked.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.web.charts import NBSP
from app.web.fields import Amount, Day, Field, Option, Select, Whole
from app.web.render import amount, long_date, number

_FIELD = re.compile(r"([a-z]+)-([1-9]\d{0,2})-([a-z]+)", re.ASCII)

_FROM = Day(name="fra", label="Frå dag", to="from")
_TO = Day(name="til", label="Til og med", to="to", required=False)
_SHARE = Whole(name="del", label="Del av full plass", to="share", unit="%")
_COUNT = Whole(name="tal", label="Tal på plassar", to="places")
_PROVIDER = Select(name="hjaa", label="Vekstbedrift", to="provider_id", options=())
_PLACE = Select(name="plass", label="Plass", to="placement_ids", options=())
_LAST_DAY = Day(name="dag", label="Siste dag", to="on")
_MONTHLY = Amount(name="belop", label="Kroner per plass og månad", to="monthly_amount", unit="")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change: what the API calls it, what people do, and its fields."""

    change: str
    title: str
    fields: Sequence[Field]

    def find(self, name: str) -> Field | None:
        """The field of a name."""
        return next((one for one in self.fields if one.name == name), None)


KINDS: Mapping[str, Kind] = {
    "fleire": Kind("add_places", "Fleire plassar", (_COUNT, _FROM, _TO, replace(_SHARE, required=False))),
    "slutt": Kind("end_places", "Plassar som sluttar", (_COUNT, _PROVIDER, _LAST_DAY)),
    "tillegg": Kind("supplement", "Tillegg", (_COUNT, _PROVIDER, _MONTHLY, _FROM, _TO)),
    "sats": Kind("rate", "Ny sats", (_MONTHLY, _FROM)),
    "paaslag": Kind(
        "supplement_percent",
        "Påslag på satsen",
        (Whole(name="prosent", label="Påslag", to="percent", unit="%"), _FROM),
    ),
    "ramme": Kind("frame", "Ramme", (Amount(name="belop", label="Ramma for året", to="amount"),)),
    "refusjon": Kind("refund", "Refusjon", (Amount(name="belop", label="Venta refusjon", to="amount"),)),
    "sluttplass": Kind("end_places", "Ein plass sluttar", (_PLACE, _LAST_DAY)),
    "delplass": Kind("share", "Ein plass får annan del", (_PLACE, _SHARE, _FROM)),
    "tilleggplass": Kind("supplement", "Tillegg på ein plass", (_PLACE, _MONTHLY, _FROM, _TO)),
}
OF_A_PLACE: Mapping[str, str] = {"sluttplass": "Sluttar", "delplass": "Får annan del", "tilleggplass": "Får tillegg"}
"""Kinds that are about one placement, which is chosen by its person, and what they are called beside the name."""
ONCE = ("ramme", "refusjon", "paaslag", "sats")
"""Kinds that are offered while there is none of them."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """A change of the address."""

    number: int
    code: str

    @property
    def kind(self) -> Kind:
        """What it changes."""
        return KINDS[self.code]

    @property
    def name(self) -> str:
        """What its fields begin with, and the button that removes it says."""
        return f"{self.code}-{self.number}"

    def name_of(self, field: str) -> str:
        """The name of a field in the form."""
        return f"{self.name}-{field}"


@dataclass(frozen=True, slots=True)
class Known:
    """What a row can be about: providers and places by id, and what is the case now, as far as it may be seen."""

    providers: Mapping[str, str]
    places: Mapping[str, str]
    rate: Decimal | None
    percent: int
    frame: str | None
    refund: str | None


def find_rows(names: Iterable[str]) -> list[Row]:
    """The changes whose fields stand in an address, in their order; what is no such field is left alone."""
    rows = set()
    for name in names:
        found = _FIELD.fullmatch(name)
        if found and found[1] in KINDS and KINDS[found[1]].find(found[3]):
            rows.add(Row(int(found[2]), found[1]))
    return sorted(rows)


def make_fields(rows: Sequence[Row], known: Known, year: int) -> list[Field]:
    """The form's fields of these rows, each with the pointers that the API may name it by.

    A frame is told of by the year that it is for, all else by its place among the changes.
    """
    fields = []
    index = 0
    for row in rows:
        target = "frames/0" if row.code == "ramme" else f"changes/{index}"
        index += row.code != "ramme"
        for one in row.kind.fields:
            own = replace(one, name=row.name_of(one.name), to=f"{target}/{one.to}")
            if isinstance(own, Select):
                named = known.places if one is _PLACE else known.providers
                own = replace(own, options=[Option(id_, name) for id_, name in named.items()])
            elif row.code == "sats" and one is _MONTHLY and known.rate is not None:
                own = replace(own, hint=f"No {_kroner(known.rate)}.")
            elif row.code == "ramme":
                own = replace(own, label=f"Ramma for {year}")
            fields.append(own)
    return fields


def read_changes(rows: Sequence[Row], body: Mapping[str, Any]) -> list[tuple[Row, dict[str, Any]]]:
    """The changes as the API takes them, of what the form's fields gave."""
    changes = []
    index = 0
    for row in rows:
        target = "frames/0" if row.code == "ramme" else f"changes/{index}"
        index += row.code != "ramme"
        change: dict[str, Any] = {"change": row.kind.change}
        for one in row.kind.fields:
            value = body.get(f"{target}/{one.to}")
            if value is not None:
                change[one.to] = [value] if one is _PLACE else value
        changes.append((row, change))
    return changes


def find_day(change: Mapping[str, Any]) -> date | None:
    """The day from which a change holds; None where it holds always."""
    day = change.get("from") or change.get("on")
    return date.fromisoformat(day) if day else None


def suggest(code: str, known: Known, first_day: date) -> dict[str, str]:
    """What stands in the fields of a new row: something that can be computed at once, from the day on."""
    day = f"{first_day:%d.%m.%Y}"
    provider = next(iter(known.providers), "")
    values: Mapping[str, dict[str, str]] = {
        "fleire": {"tal": "1", "fra": day, "til": "", "del": "100"},
        "slutt": {"tal": "1", "hjaa": provider, "dag": f"{first_day - timedelta(days=1):%d.%m.%Y}"},
        "tillegg": {"tal": "1", "hjaa": provider, "belop": "3 000", "fra": day, "til": ""},
        "sats": {"belop": _write_amount(known.rate), "fra": day},
        "paaslag": {"prosent": str(known.percent), "fra": day},
        "ramme": {"belop": _write_amount(known.frame)},
        "refusjon": {"belop": _write_amount(known.refund)},
        "sluttplass": {"dag": f"{first_day - timedelta(days=1):%d.%m.%Y}"},
        "delplass": {"del": "50", "fra": day},
        "tilleggplass": {"belop": "3 000", "fra": day, "til": ""},
    }
    return values[code]


def _write_amount(value: str | Decimal | None) -> str:
    return "" if value is None else Amount(name="", label="").format(value)


def _kroner(value: str | Decimal) -> str:
    return f"kr{NBSP}{amount(value)}"


def describe_change(row: Row, change: Mapping[str, Any], known: Known) -> str:
    """A change in words: `2 plassar til frå 1. oktober 2022, 50 %`."""
    since = f" frå {long_date(change['from'])}" if "from" in change else ""
    until = f" til og med {long_date(change['to'])}" if "to" in change else ""
    places = "1 plass" if change.get("places") == 1 else f"{change.get('places')} plassar"
    whose = known.providers.get(change.get("provider_id", ""), "ei vekstbedrift")
    place = known.places.get(next(iter(change.get("placement_ids", ())), ""), "Plassen")
    match row.code:
        case "fleire":
            share = change.get("share", 100)
            return f"{places} til{since}{until}{'' if share == 100 else f', {share}{NBSP}%'}"
        case "slutt":
            return f"{places} hjå {whose} sluttar {long_date(change['on'])}"
        case "tillegg":
            return f"{_kroner(change['monthly_amount'])} i tillegg for {places} hjå {whose}{since}{until}"
        case "sats":
            return f"Satsen er {_kroner(change['monthly_amount'])}{since}"
        case "paaslag":
            return f"Påslaget er {number(str(change['percent']))}{NBSP}%{since}"
        case "ramme":
            return f"Ramma er {_kroner(change['amount'])}"
        case "refusjon":
            return f"Refusjonen er {_kroner(change['amount'])}"
        case "sluttplass":
            return f"{place}: sluttar {long_date(change['on'])}"
        case "delplass":
            return f"{place}: {change['share']}{NBSP}%{since}"
        case _:
            return f"{place}: {_kroner(change['monthly_amount'])} i tillegg{since}{until}"
