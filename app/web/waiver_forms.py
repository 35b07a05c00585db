"""Screen 6: what is due and will never be done is waived, and a waiver is taken back (M9)."""

from collections.abc import Mapping
from typing import Any

from app.web.calls import Refused
from app.web.fields import LongText
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.names import Place, load_place
from app.web.pages import View
from app.web.render import long_date
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet, say_next
from app.web.words import PARAGRAPHS, word

STATUSES = ("open", "overdue", "done", "waived")


async def prepare_waiver(view: View) -> Sheet:
    """Why a task of a place will never be done."""
    place, task = await _load_task(view)
    reason = LongText(
        name="grunn",
        label="Kvifor vert det aldri gjort?",
        to="reason",
        hint="Til dømes «Året før tenesta vart teken i bruk». Høgst 500 teikn.",
    )
    frame = Frame(
        title=f"Fråfall kravet: {word(task['kind'], 'kind').lower()} for {place.name}",
        here="Fråfall",
        line=place.line,
        back=back_to(place),
        button="Fråfall kravet",
        facts=_describe_task(task),
        after=(
            "Kravet går ut av arbeidslista, men vert talt i årsrapporten (M9).",
            "Du kan ta fråfallet tilbake. Vert det gjort likevel, tel det som gjort.",
        ),
    )
    return make_sheet(make_form(reason), frame, place=place, task=task)


async def waive_task(view: View, sent: Sent) -> Done:
    """It leaves the list."""
    place, task = sent.sheet.values["place"], sent.sheet.values["task"]
    await view.api.post(f"/v1/tasks/{task['id']}/waiver", sent.body, sent.acting)
    return Done(place.address, f"Kravet er fråfalle. {await say_next(view, place.id)}")


async def prepare_withdrawal(view: View) -> Sheet:
    """A waiver that stands, and why."""
    place, task = await _load_task(view)
    waiver = await view.api.find(f"/v1/tasks/{task['id']}/waiver")
    reason = [("Grunn", waiver["reason"])] if waiver else []
    frame = Frame(
        title=f"Ta fråfallet tilbake: {word(task['kind'], 'kind').lower()} for {place.name}",
        here="Ta fråfallet tilbake",
        line=place.line,
        back=back_to(place),
        button="Ta fråfallet tilbake",
        facts=[*_describe_task(task), *reason],
        after=("Kravet gjeld igjen, med den fristen det hadde (M9).",),
    )
    return make_sheet(make_form(), frame, place=place, task=task, waiver=waiver)


async def withdraw_waiver(view: View, sent: Sent) -> Done:
    """The task is due again; a second click finds that it is already."""
    place, task = sent.sheet.values["place"], sent.sheet.values["task"]
    if sent.sheet.values["waiver"]:
        await view.api.delete(f"/v1/tasks/{task['id']}/waiver")
    return Done(place.address, f"Fråfallet er teke tilbake. {await say_next(view, place.id)}")


async def _load_task(view: View) -> tuple[Place, Mapping[str, Any]]:
    """The task in the address, of the place in the address. Raises `Refused` where the place has no such task."""
    place, id_ = await load_place(view), view.request.path_params["task_id"]
    tasks = await view.api.list("/v1/tasks", placement_id=place.id, on=view.on, status=STATUSES)
    task = next((task for task in tasks if task["id"] == id_), None)
    if task is None:
        raise Refused(404, {})
    return place, task


def _describe_task(task: Mapping[str, Any]) -> list[tuple[str, str]]:
    paragraph = PARAGRAPHS.get(task["rule"], "")
    return [
        ("Krav", f"{task['rule']} · {paragraph}" if paragraph else task["rule"]),
        ("Frist", long_date(task["due_on"])),
        ("Status", word(task["status"], "status")),
    ]


ROUTES = (
    FormPage(
        "/plassar/{placement_id:uuid}/oppgaver/{task_id}/fraafall",
        TEMPLATE,
        prepare_waiver,
        waive_task,
        "case_officer",
    ),
    FormPage(
        "/plassar/{placement_id:uuid}/oppgaver/{task_id}/fraafall/tilbake",
        TEMPLATE,
        prepare_withdrawal,
        withdraw_waiver,
        "case_officer",
    ),
)
