"""Screen 6: what was recorded by mistake is annulled, with a reason (D10)."""

from collections.abc import Sequence

from app.web.fields import LongText
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.names import Person, Place, load_person, load_place
from app.web.pages import View
from app.web.render import long_date
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet
from app.web.words import word

FILING = ("case_officer", "provider")


async def prepare_notice_annulment(view: View) -> Sheet:
    """Of a notice that was never given; one that was is withdrawn by a decision (L3)."""
    place = await load_place(view)
    path = f"/v1/placements/{place.id}/notices/{view.request.path_params['notice_id']}"
    notice = await view.api.get(path)
    facts = [
        ("Gjeven", long_date(notice["given_on"])),
        ("Av", word(notice["given_by"], "given_by")),
        ("Siste dag", long_date(notice["ends_on"])),
    ]
    after = (
        "Plassen held fram som om oppseiinga aldri var gjeven, med den siste dagen han hadde før.",
        "Er ei oppseiing rett ført, men teken tilbake av partane, gjer du eit endringsvedtak i staden.",
    )
    return _make_sheet(place, path, "oppseiinga", facts, after)


async def annul_notice(view: View, sent: Sent) -> Done:
    """The place goes on."""
    return await _annul(view, sent, "Oppseiinga er annullert. Plassen held fram.")


async def prepare_plan_annulment(view: View) -> Sheet:
    """Of a plan, by the case office or the party that filed it."""
    path = f"/v1/plans/{view.request.path_params['plan_id']}"
    plan = await view.api.get(path)
    place = await load_place(view, plan["placement_id"])
    after = ("Planen tel ikkje lenger. Er det den einaste, står kravet om plan att (M1 · § 7.1).",)
    return _make_sheet(place, path, "planen", [("Laga", long_date(plan["made_on"]))], after)


async def annul_plan(view: View, sent: Sent) -> Done:
    """The demand of M1 may stand again."""
    return await _annul(view, sent, "Planen er annullert.")


async def prepare_evaluation_annulment(view: View) -> Sheet:
    """Of a report, by the case office or the party that filed it."""
    path = f"/v1/evaluations/{view.request.path_params['evaluation_id']}"
    report = await view.api.get(path)
    place = await load_place(view, report["placement_id"])
    period = f"{long_date(report['period_from'])} til {long_date(report['period_to'])}"
    after = ("Rapporten tel ikkje lenger. Kravet om rapport for plassåret står att (M2 · § 7.1).",)
    return _make_sheet(place, path, "rapporten", [("Gjeld", period)], after)


async def annul_evaluation(view: View, sent: Sent) -> Done:
    """The demand of M2 may stand again."""
    return await _annul(view, sent, "Rapporten er annullert.")


async def prepare_meeting_annulment(view: View) -> Sheet:
    """Of minutes, by the case office or the party that filed them."""
    path = f"/v1/meetings/{view.request.path_params['meeting_id']}"
    meeting = await view.api.get(path)
    place = await load_place(view, meeting["placement_id"]) if meeting["placement_id"] else None
    after = ("Møtet tel ikkje lenger. Er det det einaste, står kravet om møte att (M3, M4 · § 7.2).",)
    facts = [("Møte", word(meeting["kind"], "kind")), ("Halde", long_date(meeting["held_on"]))]
    return _make_sheet(place, path, "referatet", facts, after)


async def annul_meeting(view: View, sent: Sent) -> Done:
    """The demand of a meeting may stand again."""
    return await _annul(view, sent, "Referatet er annullert.")


async def prepare_consent_annulment(view: View) -> Sheet:
    """Of a consent that was never given; one that was is withdrawn (M6)."""
    person = await load_person(view)
    path = f"/v1/participants/{person.id}/consents"
    id_ = str(view.request.path_params["consent_id"])
    consent = next((one for one in await view.api.list(path) if one["id"] == id_), None)
    facts = [] if consent is None else [("Gjeve", long_date(consent["given_on"]))]
    after = (
        "Samtykket har då aldri vore gjeve. Møte som kvilte på det, vert viste som avvik (M6 · § 7.2).",
        "Har deltakaren trekt samtykket, trekkjer du det i staden.",
    )
    return _make_sheet(person, f"{path}/{id_}", "samtykket", facts, after)


async def annul_consent(view: View, sent: Sent) -> Done:
    """Meetings that rested on it show a deviation."""
    return await _annul(view, sent, "Samtykket er annullert.")


def _make_sheet(
    subject: Place | Person | None, path: str, noun: str, facts: Sequence[tuple[str, str]], after: Sequence[str]
) -> Sheet:
    reason = LongText(
        name="grunn", label="Kva var feil?", to="reason", hint="Til dømes «Ført på feil deltakar». Høgst 500 teikn."
    )
    frame = Frame(
        title=f"Annuller {noun}{f' for {subject.name}' if subject else ''}",
        here="Annuller",
        line=subject.line if isinstance(subject, Place) else "",
        back=back_to(subject) if subject else ("/", "Startsida"),
        button=f"Annuller {noun}",
        facts=facts,
        after=(*after, "Det som er annullert, kan framleis lesast av Forvaltningskontoret, men tel ikkje."),
        danger=True,
    )
    return make_sheet(make_form(reason), frame, path=path)


async def _annul(view: View, sent: Sent, said: str) -> Done:
    await view.api.post(f"{sent.sheet.values['path']}/annulment", sent.body, sent.acting)
    return Done(sent.sheet.values["frame"].back[0], said)


ROUTES = (
    FormPage(
        "/plassar/{placement_id:uuid}/oppseiingar/{notice_id:uuid}/annullering",
        TEMPLATE,
        prepare_notice_annulment,
        annul_notice,
        "case_officer",
    ),
    FormPage("/planar/{plan_id:uuid}/annullering", TEMPLATE, prepare_plan_annulment, annul_plan, *FILING),
    FormPage(
        "/evalueringar/{evaluation_id:uuid}/annullering",
        TEMPLATE,
        prepare_evaluation_annulment,
        annul_evaluation,
        *FILING,
    ),
    FormPage(
        "/moete/{meeting_id:uuid}/annullering",
        TEMPLATE,
        prepare_meeting_annulment,
        annul_meeting,
        *FILING,
        "service",
    ),
    FormPage(
        "/deltakarar/{participant_id:uuid}/samtykke/{consent_id:uuid}/annullering",
        TEMPLATE,
        prepare_consent_annulment,
        annul_consent,
        "case_officer",
    ),
)
