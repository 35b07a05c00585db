"""A trip's staff as a grid to type in: a line for each of them, and a cell for each day of the trip (T13, T21)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

from app.web.calls import Refused
from app.web.fields import Day, Field, Invalid, LongText
from app.web.forms import Form, Wrong, write_for_people
from app.web.render import NBSP

WEEKDAYS = ("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "sundag")
KIND_WORDS: Mapping[str, str] = {"active": "", "travel": "reise", "passive": "passiv"}
# Lines to fill in beside those that are filled.
_EMPTY_LINES = 2
_FEWEST_LINES = 3

_PART = re.compile(r"(\d{1,2})[:.](\d{2}) ?[-–] ?(\d{1,2})[:.](\d{2})(?: (reise|passiv))?", re.ASCII)
_COUNTED = re.compile(r"(\d{1,4}) min (.+)", re.ASCII)
_ALIKE = re.compile(r"(\d{1,3}) ?[x×] ?(\d{1,2}) (.+)", re.ASCII)


def parse_shift(typed: str) -> dict[str, Any]:
    """A shift: `09:00–21:30`, its parts apart by `;`, each perhaps `reise` or `passiv`; or `340 min` and why.

    Raises `Invalid`.
    """
    typed = " ".join(typed.lower().split()) if _COUNTED.match(typed) is None else typed
    counted = _COUNTED.fullmatch(typed)
    if counted is not None:
        return {"counted_minutes": int(counted[1]), "reason": counted[2]}
    parts = []
    for text in typed.split(";"):
        written = _PART.fullmatch(text.strip())
        if written is None or int(written[1]) > 23 or int(written[3]) > 23 or max(written[2], written[4]) > "59":
            raise Invalid("Skriv klokkeslett som 09:00–21:30, og «reise» eller «passiv» etter om det er det.")
        kinds = {word: kind for kind, word in KIND_WORDS.items()}
        parts.append(
            {
                "from": f"{int(written[1]):02}:{written[2]}",
                "to": f"{int(written[3]):02}:{written[4]}",
                "kind": kinds[written[5] or ""],
            }
        )
    return {"parts": parts}


def write_shift(shift: Mapping[str, Any]) -> str:
    """As `parse_shift` reads it."""
    if shift["parts"] is None:
        return f"{shift['counted_minutes']} min {shift['reason']}"
    return "; ".join(f"{part['from']}–{part['to']} {KIND_WORDS[part['kind']]}".strip() for part in shift["parts"])


def describe_shift(shift: Mapping[str, Any]) -> str:
    """As `write_shift`; of minutes that were counted elsewhere how many hours they are: `5 t 40 min`."""
    if shift["parts"] is not None:
        return write_shift(shift)
    hours, minutes = divmod(shift["counted_minutes"], 60)
    return f"{hours}{NBSP}t{NBSP}{minutes}{NBSP}min" if minutes else f"{hours}{NBSP}t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts(Field):
    """The shifts of a day, apart by `+`.

    Attributes:
        who: whose they are. Heard beside `day`, and seen above the line alone.
    """

    widget: ClassVar[str] = "cell"
    who: str
    day: str
    required: bool = False
    depends: bool = True

    def parse(self, text: str) -> list[dict[str, Any]]:
        return [parse_shift(one.strip()) for one in text.split("+")]

    def format(self, value: Any) -> str:
        return " + ".join(map(write_shift, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeShifts(LongText):
    """Alike shifts, a line each: `2 x 5 08:00–15:30` is of two staff on five days."""

    required: bool = False

    def parse(self, text: str) -> list[dict[str, Any]]:
        found = []
        for line in filter(None, map(str.strip, text.splitlines())):
            written = _ALIKE.fullmatch(line)
            if written is None:
                raise Invalid("Skriv kor mange tilsette, kor mange dagar og klokkeslett: 2 x 5 08:00–15:30.")
            found.append({"staff": int(written[1]), "days": int(written[2])} | parse_shift(written[3]))
        return found

    def format(self, value: Any) -> str:
        return "\n".join(f"{one['staff']} x {one['days']} {write_shift(one)}" for one in value)


@dataclass(frozen=True, slots=True)
class GridLine:
    """The names of the fields of one of the staff."""

    title: str
    reference: str
    volunteered: str
    days: Sequence[str]


@dataclass(frozen=True, slots=True)
class StaffingGrid:
    """The lines and days of a trip's staff.

    Attributes:
        fields: of every line.
        initial: what stands in them.
    """

    days: Sequence[date]
    lines: Sequence[GridLine]
    fields: Sequence[Field]
    initial: Mapping[str, Any] = field(default_factory=dict)

    def read(self, form: Form) -> "StaffRead":
        """What was typed into a form that could be read. Raises `Wrong` for a line without its reference."""
        values = {one.name: one.read(form.values.get(one.name, ())) for one in self.fields}
        errors: dict[str, str] = {}
        staff: list[dict[str, Any]] = []
        names: dict[str, str] = {}
        for line in self.lines:
            written = [(name, day) for name, day in zip(line.days, self.days, strict=True) if values.get(name)]
            if values.get(line.reference) is None:
                if written or values.get(line.volunteered):
                    errors.setdefault(line.reference, "Skriv ei tilvising, som initialar eller tilsettnummer.")
                continue
            path = f"staff/{len(staff)}"
            shifts: list[dict[str, Any]] = []
            for name, day in written:
                for shift in values[name]:
                    names[f"{path}/shifts/{len(shifts)}"] = name
                    shifts.append({"on": day.isoformat()} | shift)
            names |= {f"{path}/volunteered_on": line.volunteered, path: line.reference}
            staff.append(
                {
                    "reference": values[line.reference],
                    "volunteered_on": values.get(line.volunteered),
                    "shifts": shifts,
                }
            )
        if errors:
            raise Wrong(errors)
        return StaffRead(staff, names)


@dataclass(frozen=True, slots=True)
class StaffRead:
    """The staff as the API takes them, and which field each part of it was typed in."""

    staff: list[dict[str, Any]]
    names: Mapping[str, str]

    def point_at(self, refused: Refused) -> Refused | Wrong:
        """The refusal at the cells that it points at, where it points at nothing else."""
        errors = {}
        for error in refused.errors:
            name = self._find(error["pointer"].removeprefix("#/"))
            if name is None:
                return refused
            errors[name] = write_for_people(error["detail"])
        return Wrong(errors) if errors else refused

    def _find(self, pointer: str) -> str | None:
        while pointer not in self.names and "/" in pointer:
            pointer = pointer.rpartition("/")[0]
        return self.names.get(pointer)


def make_grid(first: date, last: date, staff: Sequence[Mapping[str, Any]]) -> StaffingGrid:
    """The grid of a trip's days, with the staff that are planned and lines for more."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    lines: list[GridLine] = []
    fields: list[Field] = []
    initial: dict[str, Any] = {}
    for number in range(max(len(staff) + _EMPTY_LINES, _FEWEST_LINES)):
        known = staff[number] if number < len(staff) else None
        who = known["reference"] if known else f"Tilsett {number + 1}"
        line = GridLine(who, f"hvem{number}", f"vil{number}", [f"vakt{number}d{index}" for index in range(len(days))])
        lines.append(line)
        fields += [
            Field(name=line.reference, label="Initialar eller nummer", required=False, depends=True),
            Day(name=line.volunteered, label="Sagt seg villig", required=False, depends=True),
        ]
        for name, day in zip(line.days, days, strict=True):
            title = f"{WEEKDAYS[day.weekday()]} {day.day}.{day.month}."
            fields.append(Shifts(name=name, label=f"{who}, {title}", who=who, day=title))
            if known and (shifts := [one for one in known["shifts"] if one["on"] == day.isoformat()]):
                initial[name] = shifts
        if known:
            initial |= {line.reference: known["reference"], line.volunteered: known["volunteered_on"]}
    return StaffingGrid(days, lines, fields, initial)
