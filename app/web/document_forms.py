"""Screen 6: a follow-up plan (M1) and an evaluation report (M2) of a place, and their sending to the case office."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.web.codes import load_code_lists
from app.web.fields import Day, Field, LongText, Option, Several, YesNo
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.names import load_place
from app.web.pages import View
from app.web.render import long_date
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet, say_next
from app.web.words import options

MAKERS = ("participant", "guardian", "next_of_kin")
FILING = ("case_officer", "provider")


async def prepare_plan(view: View) -> Sheet:
    """The form of a plan; it is usually sent the day it is filed, so that day stands there."""
    place = await load_place(view)
    areas = (await load_code_lists(view.api))["content_areas"]
    form = make_form(
        Day(name="laga", label="Dag planen vart laga", to="made_on"),
        *_describe_content("planen", areas, "Mål og tiltak"),
        _day_of_sending(view, "Dag planen vart send", "planen"),
        sendt=view.on,
    )
    frame = Frame(
        title=f"Oppfølgingsplan for {place.name}",
        here="Oppfølgingsplan",
        line=place.line,
        back=back_to(place),
        button="Registrer planen",
        after=(
            "Kravet om plan er oppfylt den dagen planen er send til Forvaltningskontoret (M1 · § 7.1).",
            "Den nyaste planen er den som gjeld. Dei eldre vert ståande.",
        ),
    )
    return make_sheet(form, frame, place=place)


async def file_plan(view: View, sent: Sent) -> Done:
    """A plan without a day of sending is not done yet, and the message says so."""
    place = sent.sheet.values["place"]
    plan = await view.api.post("/v1/plans", {"placement_id": place.id} | sent.body, sent.acting)
    said = "Planen er registrert og send." if plan["sent_on"] else "Planen er registrert, men ikkje send enno."
    return Done(place.address, f"{said} {await say_next(view, place.id)}")


async def prepare_evaluation(view: View) -> Sheet:
    """The form of a report on a part of the placement year."""
    place = await load_place(view)
    areas = (await load_code_lists(view.api))["content_areas"]
    form = make_form(
        Day(name="fra", label="Rapporten gjeld frå", to="period_from"),
        Day(
            name="til",
            label="Rapporten gjeld til",
            to="period_to",
            hint="dd.mm.åååå. Rapporten høyrer til det plassåret som har den midtarste dagen.",
        ),
        *_describe_content("rapporten", areas, "Evaluering"),
        YesNo(
            name="star",
            label="Står oppfølgingsplanen ved lag?",
            to="plan_stands",
            hint="Svarar du nei, må ein ny plan vere klar innan 90 dagar.",
        ),
        _day_of_sending(view, "Dag rapporten vart send", "rapporten"),
        sendt=view.on,
    )
    frame = Frame(
        title=f"Evalueringsrapport for {place.name}",
        here="Evalueringsrapport",
        line=place.line,
        back=back_to(place),
        button="Registrer rapporten",
        after=("Kvart plassår skal ha éin rapport, send til Forvaltningskontoret (M2 · § 7.1).",),
    )
    return make_sheet(form, frame, place=place)


async def file_evaluation(view: View, sent: Sent) -> Done:
    """A report that says that the plan does not stand opens the demand of a new one."""
    place = sent.sheet.values["place"]
    report = await view.api.post("/v1/evaluations", {"placement_id": place.id} | sent.body, sent.acting)
    said = "Rapporten er registrert og send." if report["sent_on"] else "Rapporten er registrert, men ikkje send enno."
    if report["plan_stands"] is False:
        said += " Planen står ikkje ved lag, og ein ny må lagast."
    return Done(place.address, f"{said} {await say_next(view, place.id)}")


async def prepare_sending_of_plan(view: View) -> Sheet:
    """The day a plan that was filed earlier was sent."""
    plan = await view.api.get(f"/v1/plans/{view.request.path_params['plan_id']}")
    return await _prepare_sending(view, plan, "planen", ("Laga", long_date(plan["made_on"])))


async def send_plan(view: View, sent: Sent) -> Done:
    """The demand of M1 is met by it."""
    return await _send(view, sent, "plans", "Planen er ført som send.")


async def prepare_sending_of_evaluation(view: View) -> Sheet:
    """The day a report that was filed earlier was sent."""
    report = await view.api.get(f"/v1/evaluations/{view.request.path_params['evaluation_id']}")
    period = f"{long_date(report['period_from'])} til {long_date(report['period_to'])}"
    return await _prepare_sending(view, report, "rapporten", ("Gjeld", period))


async def send_evaluation(view: View, sent: Sent) -> Done:
    """The demand of M2 is met by it."""
    return await _send(view, sent, "evaluations", "Rapporten er ført som send.")


async def _prepare_sending(view: View, document: Mapping[str, Any], noun: str, fact: tuple[str, str]) -> Sheet:
    place = await load_place(view, document["placement_id"])
    form = make_form(Day(name="sendt", label=f"Dag {noun} vart send", to="sent_on"), sendt=view.on)
    frame = Frame(
        title=f"Før {noun} for {place.name} som send",
        here="Send",
        line=place.line,
        back=back_to(place),
        button="Før som send",
        facts=[fact],
        after=("Kravet er oppfylt når Forvaltningskontoret har fått dokumentet (M1, M2 · § 7.1).",),
    )
    return make_sheet(form, frame, place=place, id=document["id"])


async def _send(view: View, sent: Sent, path: str, said: str) -> Done:
    place = sent.sheet.values["place"]
    await view.api.post(f"/v1/{path}/{sent.sheet.values['id']}/sending", sent.body, sent.acting)
    return Done(place.address, f"{said} {await say_next(view, place.id)}")


def _describe_content(noun: str, areas: Sequence[Option], label: str) -> Sequence[Field]:
    """What plans and reports have in common: who made it, over which areas (D5), and the text."""
    return (
        Several(
            name="saman",
            label=f"Kven var med og laga {noun}?",
            to="made_with",
            required=False,
            options=options("made_with", MAKERS),
        ),
        Several(name="omrade", label="Innhaldsområde", to="content_areas", options=areas),
        LongText(name="tekst", label=label, to="text", hint="Skriv ikkje helseopplysningar som ikkje trengst."),
    )


def _day_of_sending(view: View, label: str, noun: str) -> Day:
    to = "til Forvaltningskontoret" if "provider" in view.roles else "til oss"
    return Day(
        name="sendt",
        label=f"{label} {to}",
        to="sent_on",
        required=False,
        hint=f"dd.mm.åååå. Tøm feltet om {noun} ikkje er send enno; då fører du sendinga seinare.",
    )


ROUTES = (
    FormPage("/plassar/{placement_id:uuid}/plan", TEMPLATE, prepare_plan, file_plan, *FILING),
    FormPage("/plassar/{placement_id:uuid}/evaluering", TEMPLATE, prepare_evaluation, file_evaluation, *FILING),
    FormPage("/planar/{plan_id:uuid}/sending", TEMPLATE, prepare_sending_of_plan, send_plan, *FILING),
    FormPage(
        "/evalueringar/{evaluation_id:uuid}/sending",
        TEMPLATE,
        prepare_sending_of_evaluation,
        send_evaluation,
        *FILING,
    ),
)
