"""Minutes are filed and corrected: of a meeting about a place, with one provider, or with every party (M3–M7)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.web.attendees import PARTIES, find_choices, list_attendees, list_unknown, list_values
from app.web.calls import Refused
from app.web.codes import load_code_lists
from app.web.fields import Day, Field, LongText, Option, Select, Several, YesNo
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Form, Wrong, make_form
from app.web.names import Place, load_place
from app.web.pages import View
from app.web.render import long_date
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet, say_next
from app.web.task_links import is_own
from app.web.words import word

FILING = ("case_officer", "provider")
EVERY_PARTY = ("case_officer", "provider", "service")
THEMES: Mapping[str, str] = {"conversation": "conversation_themes", "cooperation": "cooperation_themes"}
AFTER: Mapping[str, Sequence[str]] = {
    "conversation": (
        "To samtalar kvart plassår skal vere mellom vekstbedrifta og deltakaren. Samtalen tel når begge var med"
        " (M3 · § 7.2).",
    ),
    "cooperation": (
        "Eit samarbeidsmøte kvart plassår tel når vekstbedrifta var med. Var deltakaren ikkje med, må referatet seie"
        " kvifor (M4, M5 · § 7.2).",
        "Er plassen sagt opp, er dette òg møtet som skal haldast etter oppseiinga (L4 · § 9.2).",
    ),
    "bilateral": ("Møtet kjem i tillegg til det felles møtet, og tel ikkje i staden for det (M7 · § 7.3).",),
    "system": (
        "Minst eitt felles møte skal haldast kvart år. Partar og vekstbedrifter som ikkje var med, står på årsrapporten"
        " (M7 · § 7.3).",
    ),
}
CONSENT_MISSING = (
    "Ei av tenestene hadde ikkje samtykke den dagen. Registrer samtykket først, eller skriv her kvifor ho var med"
    " likevel."
)


async def prepare_conversation(view: View) -> Sheet:
    """Between the participant and the provider (M3)."""
    return await _prepare_about_place(view, "conversation")


async def prepare_cooperation_meeting(view: View) -> Sheet:
    """With the services and the people around the participant (M4)."""
    return await _prepare_about_place(view, "cooperation")


async def prepare_joint_meeting(view: View) -> Sheet:
    """On the level of the system, with every party and provider (M7)."""
    return await _prepare_without_place(view, "system", None)


async def prepare_bilateral_meeting(view: View) -> Sheet:
    """With one provider: the one in the address, else one's own (M7)."""
    id_ = view.request.path_params.get("provider_id")
    providers = await view.api.list("/v1/providers")
    found = [one for one in providers if id_ is None or one["id"] == str(id_)]
    if not found:
        raise Refused(404, {})
    return await _prepare_without_place(view, "bilateral", found[0])


async def file_meeting(view: View, sent: Sent) -> Done:
    """New minutes, of the kind and about the place or provider of the page."""
    values = sent.sheet.values
    body = {"kind": values["kind"]} | values["subject"] | _make_body(sent)
    return await _say(view, sent, await _send(view, "/v1/meetings", body, sent), "registrert")


async def prepare_correction(view: View) -> Sheet:
    """The minutes as they stand, to be sent whole again with what was wrong."""
    meeting, etag = await view.api.get_with_etag(f"/v1/meetings/{view.request.path_params['meeting_id']}")
    if meeting["placement_id"]:
        sheet = await _prepare_about_place(view, meeting["kind"], meeting)
    else:
        providers = await view.api.list("/v1/providers")
        provider = next((one for one in providers if one["id"] == meeting["provider_id"]), None)
        sheet = await _prepare_without_place(view, meeting["kind"], provider, meeting)
    return sheet.put("form", replace(sheet.forms["form"], etag=etag))


async def correct_meeting(view: View, sent: Sent) -> Done:
    """A new version; the earlier ones are kept."""
    path = f"/v1/meetings/{view.request.path_params['meeting_id']}/corrections"
    return await _say(view, sent, await _send(view, path, _make_body(sent), sent), "retta")


async def _prepare_about_place(view: View, kind: str, meeting: Mapping[str, Any] | None = None) -> Sheet:
    place = await load_place(view, meeting["placement_id"] if meeting else "")
    consents = await view.api.list(f"/v1/participants/{place.data['participant_id']}/consents")
    lists = await load_code_lists(view.api)
    present, others = find_choices(lists["attendee_roles"], consents, place.person.get("service_area"), meeting)
    fields = (
        YesNo(name="deltakar", label="Var deltakaren med?"),
        Field(
            name="borte",
            label="Kvifor var deltakaren ikkje med?",
            to="participant_absence_reason",
            required=False,
            hint="Må stå i referatet når deltakaren ikkje var med (M5 · § 7.2).",
        ),
        Several(name="med", label="Kven andre var med?", to="attendees", required=False, options=present),
        Several(
            name="andre",
            label="Tenester utan samtykke",
            required=False,
            options=others,
            hint="Opplysningar kan berre delast med andre tenester når deltakaren eller verja har samtykt"
            " (M6 · § 7.2). Var ei teneste med likevel, vert det ståande som avvik.",
        ),
        Field(name="namn", label="Kva anna teneste?", required=False, hint="Namnet på tenesta, ikkje på personen."),
        Field(
            name="likevel", label="Kvifor var tenesta med utan samtykke?", to="without_consent_reason", required=False
        ),
    )
    initial = {"med": ["provider"], "kalla": "provider"} | ({} if meeting is None else list_values(meeting, present))
    form = _make_form(view, kind, lists, fields, meeting, initial)
    frame = _make_frame(kind, f"{word(kind, 'kind')} for {place.name}", back_to(place), place.line, meeting)
    frame = replace(frame, folds=[("Var andre tenester med utan samtykke?", ("andre", "namn", "likevel"))])
    return make_sheet(form, frame, kind=kind, place=place, subject={"placement_id": place.id})


async def _prepare_without_place(
    view: View, kind: str, provider: Mapping[str, Any] | None, meeting: Mapping[str, Any] | None = None
) -> Sheet:
    lists = await load_code_lists(view.api)
    parties = [one for one in lists["attendee_roles"] if one.value in PARTIES]
    if provider is None:
        providers = await view.api.list("/v1/providers")
        parties += [Option(f"provider:{one['organisation_number']}", one["name"]) for one in providers]
    else:
        parties.insert(0, Option("provider", provider["name"]))
    if meeting is not None:
        parties += list_unknown(meeting, lists["attendee_roles"], parties)
    fields = (Several(name="med", label="Kven var med?", to="attendees", options=parties),)
    initial = {"kalla": "habilitation"} if meeting is None else list_values(meeting, parties)
    form = _make_form(view, kind, lists, fields, meeting, initial)
    title = word(kind, "kind")
    if provider is not None:
        title = f"Møte med {provider['name']}" if "case_officer" in view.roles else "Møte med kommunen"
    subject = {} if provider is None else {"provider_id": provider["id"]}
    frame = _make_frame(kind, title, _find_start(view, provider), "", meeting, await _list_earlier(view, kind, subject))
    return make_sheet(form, frame, kind=kind, place=None, subject=subject)


def _find_start(view: View, provider: Mapping[str, Any] | None) -> tuple[str, str]:
    """The page that leads to meetings about no place."""
    if "case_officer" not in view.roles:
        return ("/vekstbedrift", "Oversikt") if "provider" in view.roles else ("/deltakarar", "Deltakarar")
    if provider is None:
        return "/arbeidsliste", "Arbeidsliste"
    return f"/vekstbedrifter/{provider['id']}", provider["name"]


async def _list_earlier(view: View, kind: str, subject: Mapping[str, str]) -> list[tuple[str, str]]:
    """Minutes of such meetings that one's own party filed, to be corrected."""
    found = await view.api.list("/v1/meetings", kind=kind, **subject)
    return [
        (f"/moete/{one['id']}/retting", f"Rett referatet frå {long_date(one['held_on'])}")
        for one in sorted(found, key=lambda one: str(one["held_on"]), reverse=True)
        if one["annulled_at"] is None and is_own(one, view.roles)
    ]


def _make_form(
    view: View,
    kind: str,
    lists: Mapping[str, Sequence[Option]],
    attendance: Sequence[Field],
    meeting: Mapping[str, Any] | None,
    initial: Mapping[str, Any],
) -> Form:
    """The form of minutes; of a correction with what stands there, and what was wrong with it."""
    themes = Several(
        name="tema",
        label="Tema",
        to="themes",
        required=kind == "cooperation",
        options=lists[THEMES.get(kind, "system_themes")],
    )
    called_by = Select(name="kalla", label="Kven kalla inn?", to="called_by", options=lists["attendee_roles"])
    fields: list[Field] = [Day(name="dag", label="Dag møtet vart halde", to="held_on"), called_by, *attendance, themes]
    fields.append(
        LongText(name="referat", label="Referat", to="minutes", hint="Skriv ikkje helseopplysningar som ikkje trengst.")
    )
    if meeting is None:
        return make_form(*fields, dag=view.on, **initial)
    fields.append(Field(name="retta", label="Kva var feil i den førre utgåva?", to="correction", of_act=True))
    stored = {"dag": meeting["held_on"], "kalla": meeting["called_by"], "tema": meeting["themes"]}
    return make_form(*fields, referat=meeting["minutes"], **{**initial, **stored})


def _make_frame(
    kind: str,
    title: str,
    back: tuple[str, str],
    line: str,
    meeting: Mapping[str, Any] | None,
    others: Sequence[tuple[str, str]] = (),
) -> Frame:
    if meeting is None:
        here, button, after = word(kind, "kind"), "Registrer referatet", AFTER[kind]
    else:
        here, title, button = "Rett referatet", f"Rett referatet: {title}", "Lagre den retta utgåva"
        after = ("Den førre utgåva vert ståande, saman med det du seier var feil.",)
        others = [(f"/moete/{meeting['id']}/annullering", "Annuller referatet i staden")]
    return Frame(title=title, here=here, back=back, line=line, button=button, after=after, others=others)


def _make_body(sent: Sent) -> dict[str, Any]:
    """The minutes as the API takes them. Raises `Wrong`."""
    form, body = sent.form, dict(sent.body)
    if form.has("deltakar", "ja") and form.value("borte").strip():
        raise Wrong({"borte": "Du har svara at deltakaren var med."})
    body["attendees"] = list_attendees(
        form.has("deltakar", "ja"),
        [*form.values.get("med", ()), *form.values.get("andre", ())],
        form.value("namn").strip(),
    )
    return body


async def _send(view: View, path: str, body: Mapping[str, Any], sent: Sent) -> Mapping[str, Any]:
    """The minutes that were stored. A missing consent is said where it is mended."""
    try:
        stored: Mapping[str, Any] = await view.api.post(path, body, sent.acting)
    except Refused as refused:
        if refused.code == "consent-missing" and "likevel" in sent.form.fields:
            raise Wrong({"likevel": CONSENT_MISSING}) from None
        raise
    return stored


async def _say(view: View, sent: Sent, meeting: Mapping[str, Any], done: str) -> Done:
    place: Place | None = sent.sheet.values["place"]
    said = f"Referatet er {done}."
    if meeting["services_without_consent"]:
        services = ", ".join(word(one, "service") for one in meeting["services_without_consent"])
        said += f" {services[0].upper()}{services[1:]} var med utan samtykke; det står som avvik til samtykket er ført."
    if place is None:
        return Done(sent.sheet.values["frame"].back[0], said)
    return Done(place.address, f"{said} {await say_next(view, place.id)}")


ROUTES = (
    FormPage("/plassar/{placement_id:uuid}/samtale", TEMPLATE, prepare_conversation, file_meeting, *FILING),
    FormPage("/plassar/{placement_id:uuid}/moete", TEMPLATE, prepare_cooperation_meeting, file_meeting, *FILING),
    FormPage("/vekstbedrifter/{provider_id:uuid}/moete", TEMPLATE, prepare_bilateral_meeting, file_meeting, FILING[0]),
    FormPage("/vekstbedrift/moete", TEMPLATE, prepare_bilateral_meeting, file_meeting, "provider"),
    FormPage("/moete/felles", TEMPLATE, prepare_joint_meeting, file_meeting, "case_officer", "service"),
    FormPage("/moete/{meeting_id:uuid}/retting", TEMPLATE, prepare_correction, correct_meeting, *EVERY_PARTY),
)
