"""The page of one form that has no template of its own: what it is about, its button, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.web.form_pages import Sheet
from app.web.forms import Form
from app.web.names import Person, Place
from app.web.pages import View
from app.web.render import long_date
from app.web.words import word

TEMPLATE = "skjema.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a form.

    Attributes:
        here: what the form is called in the path of pages.
        back: the page that the form was opened from, and what it is called.
        after: what happens when it has been sent, a paragraph each.
        facts: what it is about, as label and text.
        others: other forms that may be the right one, as address and text.
        folds: fields that few need, below a line to open: the line, and their names.
        danger: whether the act cannot be undone.
    """

    title: str
    here: str
    back: tuple[str, str]
    button: str
    after: Sequence[str]
    line: str = ""
    facts: Sequence[tuple[str, str]] = ()
    others: Sequence[tuple[str, str]] = ()
    folds: Sequence[tuple[str, Sequence[str]]] = ()
    danger: bool = False


def make_sheet(form: Form, frame: Frame, **values: Any) -> Sheet:
    """The page; `values` are kept for the act."""
    return Sheet({"form": form}, {"frame": frame} | values)


def back_to(subject: Place | Person) -> tuple[str, str]:
    """The page of the person that a form is about."""
    return subject.address, subject.name


async def say_next(view: View, placement_id: str) -> str:
    """What the guideline demands next of a place, for the message after an act."""
    tasks = await view.api.list("/v1/tasks", placement_id=placement_id, on=view.on, status=["open", "overdue"])
    if not tasks:
        return "Ingenting anna står att no."
    first = min(tasks, key=lambda task: (task["due_on"], task["id"]))
    what = word(first["kind"], "kind").lower()
    if first["status"] == "overdue":
        return f"Det neste er {what}, som hadde frist {long_date(first['due_on'])}."
    return f"Det neste er {what}, med frist {long_date(first['due_on'])}."
