"""A person is erased when two case officers agree; and whose data need not be kept any longer (GDPR art. 17)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from app.web.calls import Refused
from app.web.fields import Field, Option, YesNo
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Wrong, make_form
from app.web.names import Person, load_names, load_person
from app.web.pages import Page, View, load_callers
from app.web.render import long_date, moment
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet

LIST = "/sletting"
SHOWN = 25
ERASED = "Opplysningane er sletta. Beløp og datoar står att for rekneskapen."
DECLINED = "Slettinga er avvist. Ingenting er sletta."


async def show_erasures(view: View) -> Response:
    """What waits for another officer, and whose retention is over; the people on the page alone are looked up."""
    waiting = await view.api.list("/v1/erasure-requests", status="open")
    over = await view.api.get("/v1/retention-over", limit=SHOWN, after=view.query("after") or None)
    callers = await load_callers(view, (one["requested_by"] for one in waiting))
    names = await load_names(view.api, (one["participant_id"] for one in [*waiting, *over["items"]]))
    return view.render(
        "sletting.html",
        waiting=[{**one, "asker": callers[one["requested_by"]], "own": _is_own(view, one)} for one in waiting],
        over=[one for one in over["items"] if not one["erasure_requested"]],
        names=names,
        older=f"?{urlencode({'after': over['next']})}" if over["next"] else None,
    )


async def prepare_request(view: View) -> Sheet:
    """Why; nothing is erased by it."""
    person = await load_person(view)
    frame = Frame(
        title=f"Be om sletting av {person.name}",
        here="Sletting",
        back=back_to(person),
        button="Be om sletting",
        facts=_describe(person),
        after=(
            "Ingenting vert sletta no. Ein annan sakshandsamar må godkjenne.",
            "Namn, nummer, kontaktar og tekstar vert borte for godt. Beløp og datoar står att for rekneskapen.",
            "Det går ikkje så lenge personen har ein plass, eller opplysningane må takast vare på.",
        ),
        others=[(f"{person.address}/opplysningar", "Sjå alt som er lagra")],
    )
    form = make_form(
        Field(
            name="grunn",
            label="Grunn",
            to="reason",
            hint="Til dømes «Lagringstida er over». Grunnen vert ståande: nemn ingen i han.",
        )
    )
    return make_sheet(form, frame, person=person)


async def request_erasure(view: View, sent: Sent) -> Done:
    """Another officer finds it on the list."""
    person = sent.sheet.values["person"]
    try:
        await view.api.post(f"/v1/participants/{person.id}/erasure", sent.body, sent.acting)
    except Refused as refused:
        raise _explain(refused) from refused
    return Done(LIST, "Sletting er bede om. Ein annan sakshandsamar må godkjenne.")


async def prepare_decision(view: View) -> Sheet:
    """Who asked, and why; what was decided already is shown to whoever comes late."""
    person = await load_person(view)
    request = await _load_request(view, person)
    asker = (await load_callers(view, [request["requested_by"]]))[request["requested_by"]]
    own = ("Du bad om slettinga sjølv. Ein annan sakshandsamar må avgjere.",) if _is_own(view, request) else ()
    frame = Frame(
        title=f"Skal {person.name} slettast?",
        here="Avgjer",
        back=(LIST, "Sletting"),
        button="Lagre avgjerda",
        facts=[
            *_describe(person),
            ("Bede om av", asker),
            ("Bede om", moment(request["created_at"])),
            ("Grunn", request["reason"]),
        ],
        after=(
            *own,
            "Seier du ja, vert namn, nummer, kontaktar og tekstar borte for godt. Beløp og datoar står att for"
            " rekneskapen.",
            "Seier du nei, vert ingenting sletta. Nokon kan be om det på nytt.",
        ),
        others=[(f"{person.address}/opplysningar", "Sjå alt som er lagra")],
        danger=True,
    )
    answers = (Option("ja", "Ja, slett opplysningane"), Option("nei", "Nei, ta vare på dei"))
    form = make_form(YesNo(name="svar", label="Skal opplysningane slettast?", to="approved", options=answers))
    return make_sheet(form, frame, person=person, asked=request)


async def decide_erasure(view: View, sent: Sent) -> Done:
    """A second click finds the decision made: of an erased person the API keeps no answer to give again."""
    request, approved = sent.sheet.values["asked"], sent.body["approved"]
    said = Done(LIST, ERASED if approved else DECLINED)
    if request["decided_by"] == view.session.actor.name and request["approved"] == approved:
        return said
    path = f"/v1/participants/{sent.sheet.values['person'].id}/erasure/approval"
    try:
        await view.api.post(path, sent.body, sent.acting)
    except Refused as refused:
        if refused.status == 410:
            return said
        raise _explain(refused) from refused
    return said


async def _load_request(view: View, person: Person) -> Mapping[str, Any]:
    """The one that waits, else the latest. Raises `Refused` where nobody has asked."""
    found = await view.api.list("/v1/erasure-requests", participant_id=[person.id])
    if not found:
        raise Refused(404, {})
    return next((one for one in found if one["decided_at"] is None), found[-1])


def _is_own(view: View, request: Mapping[str, Any]) -> bool:
    return bool(request["requested_by"] == view.session.actor.name)


def _describe(person: Person) -> list[tuple[str, str]]:
    return [("Namn", person.name), ("Fødd", long_date(person.data["birth_date"]))]


def _explain(refused: Refused) -> Refused | Wrong:
    """How long the data must be kept, with the day as people write it."""
    day = refused.problem.get("erasable_from")
    return Wrong({"": f"Opplysningane må takast vare på til {long_date(day)}."}) if day else refused


_PERSON = "/deltakarar/{participant_id:uuid}/sletting"

ROUTES = (
    Page(LIST, show_erasures, "case_officer"),
    FormPage(_PERSON, TEMPLATE, prepare_request, request_erasure, "case_officer"),
    FormPage(f"{_PERSON}/avgjerd", TEMPLATE, prepare_decision, decide_erasure, "case_officer"),
)
