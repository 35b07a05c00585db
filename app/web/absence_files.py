"""Screen 10: a file of absence, as the provider's own system or spreadsheet writes it (A1, A2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Response

from app.http.csv_rows import number_lines
from app.web.fields import Upload
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Wrong, make_form, mint_key, write_for_people
from app.web.names import load_names
from app.web.pages import View
from app.web.providers import OWN_PAGE
from app.web.render import count

COLUMNS: tuple[tuple[str, str], ...] = (
    ("external_id", "Nummeret fråværet har hjå dykk. Same nummer på nytt endrar det som står her."),
    ("revision", "1 første gong, og éin høgare for kvar endring."),
    ("placement_id", "Plassen det gjeld; sjå lista under."),
    ("kind", "sick (sjuk), holiday (ferie), leave (permisjon), unexcused (ugyldig) eller other (anna)."),
    ("from", "Første dag: 24.08.2022."),
    ("to", "Siste dag."),
    ("percent", "Del av dagen, 1–100."),
    ("note", "Merknad. Kan vere tom."),
    ("cancelled", "true når fråværet skal trekkjast, elles false."),
)
# What became of a row that was taken, and what one and several of them are called.
TAKEN: Mapping[str, tuple[str, str]] = {
    "created": ("ny", "nye"),
    "updated": ("endra", "endra"),
    "unchanged": ("uendra", "uendra"),
    "cancelled": ("trekt", "trekte"),
}
FILE_PAGE = f"{OWN_PAGE}/fravaersfil"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was not taken: its line in the file, the absence's number in it, and why."""

    line: int
    external_id: str
    sentence: str


async def prepare_file(view: View) -> Sheet:
    """The form, what a file looks like, and the ids of the places in it."""
    places = await view.api.list("/v1/placements", active_on=view.on)
    names = await load_names(view.api, (place["participant_id"] for place in places))
    rows = [(names.get(place["participant_id"], "Deltakar"), place["id"]) for place in places]
    form = make_form(
        Upload(name="fil", label="Fil", hint="CSV, høgst 10 000 rader.", accept=".csv,.txt,text/csv,text/plain")
    )
    return Sheet({"form": form}, {"columns": COLUMNS, "places": sorted(rows)})


async def push_file(view: View, sent: Sent) -> Done | Response:
    """Every row that can be taken is; those that cannot are shown with their line, and the file may be sent again."""
    content = sent.files.get("fil", b"")
    if not content:
        raise Wrong({"fil": "Vel ei fil."})
    answer = await view.api.upload("/v1/absences/batch", content, "text/csv", sent.acting)
    said = _count(answer["items"])
    lines = number_lines(content)
    refused = [_describe_row(item, lines) for item in answer["items"] if item["status"] not in TAKEN]
    if not refused:
        return Done(FILE_PAGE, f"Heile fila er teken imot: {said}.")
    # The next file is another act.
    form = replace(sent.form, key=mint_key())
    return view.render("fravaersfil.html", **sent.sheet.values, form=form, said=said, refused=refused)


def _count(items: Sequence[Mapping[str, Any]]) -> str:
    """«3 nye, 1 uendra»: what became of the rows that were taken."""
    numbers = Counter(item["status"] for item in items)
    return ", ".join(count(numbers[status], *words) for status, words in TAKEN.items() if numbers[status])


def _describe_row(item: Mapping[str, Any], lines: Sequence[int]) -> Row:
    problem = item["problem"]
    faults = [_describe_fault(fault) for fault in problem.get("errors", ())]
    said = " ".join(faults) or write_for_people(problem["detail"])
    return Row(lines[item["index"]], item["external_id"] or "–", said)


def _describe_fault(fault: Mapping[str, str]) -> str:
    """A fault begins with its column where it is about one: «to»: er før frå og med."""
    column, detail = fault["pointer"].rpartition("/")[2], write_for_people(fault["detail"])
    return f"«{column}»: {detail}" if column in dict(COLUMNS) else detail


ROUTES = (FormPage(FILE_PAGE, "fravaersfil.html", prepare_file, push_file, "provider"),)
