"""What a provider writes: answers, capacity, competence and files; and the case office's providers (P1–P6).

A provider finds each form under `/vekstbedrift`; the case office under the address of the one it is about.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.web.calls import Refused
from app.web.fields import Choice, Day, Decimals, Field, LongText, Option, Select, Several, Whole, YesNo
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Wrong, make_form, nest
from app.web.pages import View
from app.web.providers import AREAS, OWN_PAGE
from app.web.render import NBSP, count, long_date, short_date
from app.web.sheets import TEMPLATE, Frame, make_sheet
from app.web.words import options, word

PREMISES = ("yes", "partly", "no")


async def prepare_answer(view: View) -> Sheet:
    """Whether there is a place for somebody, whose name is not told yet (D4)."""
    request = await _load_request(view)
    frame = Frame(
        title="Har de plass?",
        here="Svar",
        back=(OWN_PAGE, "Oversikt"),
        button="Send svaret",
        facts=_describe_request(request),
        after=(
            "Seier de ja, kan Forvaltningskontoret gjere vedtak. Namnet får de når vedtaket er gjort.",
            "Eit ja kan takast tilbake fram til plassen er tildelt (D4).",
        ),
    )
    form = make_form(
        Choice(name="svar", label="Svar", to="answer", options=options("answer", ("accepted", "declined"))),
        Day(name="svart", label="Svara", to="answered_on"),
        YesNo(
            name="lokale",
            label="Er lokala eigna for søkjaren?",
            to="premises_suitable",
            required=False,
            hint="Eit ja til plass kan ikkje seie nei her (P6).",
        ),
        Select(
            name="grunn",
            label="Grunn til nei",
            to="reason",
            required=False,
            depends=True,
            options=options("decline", ("no_capacity", "cannot_accommodate", "other")),
        ),
        LongText(
            name="tekst",
            label="Forklaring",
            to="text",
            required=False,
            hint="Skriv ikkje helseopplysningar som ikkje trengst.",
        ),
        svart=view.on,
    )
    return make_sheet(form, frame, asked=request)


async def answer_request(view: View, sent: Sent) -> Done:
    """Yes or no; a no has its reason."""
    if sent.body["answer"] == "declined" and "reason" not in sent.body:
        raise Wrong({"grunn": "Vel grunnen til at de svarar nei."})
    answer = await view.api.post(f"/v1/requests/{sent.sheet.values['asked']['id']}/answer", sent.body, sent.acting)
    said = "ja. No kan Forvaltningskontoret gjere vedtak" if answer["answer"] == "accepted" else "nei"
    return Done(OWN_PAGE, f"Svaret er sendt: {said}.")


async def prepare_retraction(view: View) -> Sheet:
    """A yes that no longer holds (D4)."""
    request = await _load_request(view)
    frame = Frame(
        title="Ta tilbake eit ja",
        here="Ta tilbake",
        back=(OWN_PAGE, "Oversikt"),
        button="Ta tilbake vårt ja",
        facts=[*_describe_request(request), ("Svara ja", long_date(request["answered_on"]))],
        after=(
            "Forvaltningskontoret får sjå grunnen, og spør ei anna vekstbedrift. De kan ikkje seie ja på nytt her.",
        ),
        danger=True,
    )
    return make_sheet(make_form(LongText(name="grunn", label="Grunn", to="reason")), frame, asked=request)


async def retract_acceptance(view: View, sent: Sent) -> Done:
    """For good: the case office has to ask again."""
    await view.api.post(f"/v1/requests/{sent.sheet.values['asked']['id']}/retraction", sent.body, sent.acting)
    return Done(OWN_PAGE, "Dykkar ja er teke tilbake.")


async def prepare_capacity(view: View) -> Sheet:
    """How many places there are from a day on (P2)."""
    provider = await _load_provider(view)
    capacities = await view.api.list(f"/v1/providers/{provider['id']}/capacities")
    frame = Frame(
        title=f"Kapasitet hjå {provider['name']}",
        here="Kapasitet",
        back=_back_to(view, provider),
        button="Lagre kapasiteten",
        facts=[
            (f"Frå {short_date(one['valid_from'])}", count(one["places"], "plass", "plassar")) for one in capacities
        ],
        after=(
            "Talet gjeld frå dagen og fram til neste gong det vert endra (P2).",
            "Same dag på nytt rettar det som stod der.",
        ),
    )
    form = make_form(
        Whole(name="plassar", label="Kor mange plassar er det?", to="places"),
        Day(name="fra", label="Frå dag", to="valid_from"),
        fra=view.on,
    )
    return make_sheet(form, frame, provider=provider)


async def set_capacity(view: View, sent: Sent) -> Done:
    """Refused where places are promised or taken beyond it."""
    provider = sent.sheet.values["provider"]
    made = await view.api.post(f"/v1/providers/{provider['id']}/capacities", sent.body, sent.acting)
    said = f"{count(made['places'], 'plass', 'plassar')} frå {long_date(made['valid_from'])}"
    return Done(_back_to(view, provider)[0], f"Kapasiteten er lagra: {said}.")


async def prepare_statement(view: View) -> Sheet:
    """The statement about staff and premises; what the last one said stands in it (P4–P6)."""
    provider = await _load_provider(view)
    statements = await view.api.list(f"/v1/providers/{provider['id']}/competence-statements")
    last: Mapping[str, Any] = max(statements, key=lambda one: (one["stated_on"], one["id"]), default={})
    premises = last.get("premises") or {}
    frame = Frame(
        title=f"Eigenerklæring for {provider['name']}",
        here="Eigenerklæring",
        back=_back_to(view, provider),
        button="Lagre eigenerklæringa",
        after=(
            "Erklæringa gjeld til den neste. Manglar noko av det retningslinja krev, vert det ståande som avvik til det"
            " er retta (P4 · § 6).",
        ),
    )
    form = make_form(
        Day(name="dag", label="Gjeld frå", to="stated_on"),
        Whole(name="tilsette", label="Tilsette som følgjer opp deltakarar", to="employees"),
        Decimals(name="arsverk", label="Årsverk", to="full_time_equivalents", hint="Til dømes 2,4."),
        Whole(name="attestar", label="Tilsette med politiattest", to="police_certificates"),
        Whole(
            name="utan_krav",
            label="Tilsette utan krav om politiattest",
            to="police_certificates_not_required",
            hint="Tilsett før kravet kom i 2017.",
        ),
        Several(
            name="omrade",
            label="Kva kompetanse har de?",
            to="areas",
            required=False,
            options=[Option(code, text) for code, text in AREAS.items()],
        ),
        Choice(
            name="utforming",
            label="Er lokala universelt utforma?",
            to="premises/universal_design",
            required=False,
            options=options("universal_design", PREMISES),
        ),
        LongText(name="lokale", label="Om lokala", to="premises/text", required=False),
        dag=view.on,
        tilsette=last.get("employees"),
        arsverk=last.get("full_time_equivalents"),
        attestar=last.get("police_certificates"),
        utan_krav=last.get("police_certificates_not_required", 0),
        omrade=last.get("areas"),
        utforming=premises.get("universal_design"),
        lokale=premises.get("text"),
    )
    return make_sheet(form, frame, provider=provider)


async def record_statement(view: View, sent: Sent) -> Done:
    """A new statement; what it lacks is said."""
    provider = sent.sheet.values["provider"]
    body = nest(sent.body)
    if len(body.get("premises", ("text", "universal_design"))) == 1:
        missing = "utforming" if "text" in body["premises"] else "lokale"
        raise Wrong({missing: "Fyll ut begge felta om lokala, eller ingen av dei."})
    await view.api.post(f"/v1/providers/{provider['id']}/competence-statements", body, sent.acting)
    deviations = await view.api.list(f"/v1/providers/{provider['id']}/deviations", status="open", on=view.on)
    said = f"{count(len(deviations), 'avvik', 'avvik')} står att" if deviations else "Ingen avvik står att"
    return Done(_back_to(view, provider)[0], f"Eigenerklæringa er lagra. {said}.")


async def prepare_routine(view: View) -> Sheet:
    """What is agreed about absence without a word (A3 · § 5.1)."""
    provider = await _load_provider(view)
    routines = await view.api.list(f"/v1/providers/{provider['id']}/absence-routines")
    frame = Frame(
        title=f"Fråværsrutine med {provider['name']}",
        here="Fråværsrutine",
        back=_back_to(view, provider),
        button="Lagre rutinen",
        facts=[
            (
                f"Avtalt {short_date(one['agreed_on'])}",
                f"{one['contact']} vert kontakta etter {count(one['contact_after_days'], 'dag', 'dagar')}",
            )
            for one in routines
        ],
        after=("Rutinen skal vere avtalt skriftleg mellom kommunen og vekstbedrifta (§ 5.1).",),
    )
    form = make_form(
        Day(name="avtalt", label="Avtalt", to="agreed_on"),
        Whole(
            name="dagar",
            label="Etter kor mange dagar med ugyldig fråvær vert nokon kontakta?",
            to="contact_after_days",
            hint="Planlagde dagar på rad.",
        ),
        Field(name="kven", label="Kven vert kontakta?", to="contact"),
        Field(name="referanse", label="Arkivreferanse", to="reference"),
        avtalt=view.on,
    )
    return make_sheet(form, frame, provider=provider)


async def record_routine(view: View, sent: Sent) -> Done:
    """The routine holds until the next one."""
    provider = sent.sheet.values["provider"]
    await view.api.post(f"/v1/providers/{provider['id']}/absence-routines", sent.body, sent.acting)
    return Done(_back_to(view, provider)[0], "Fråværsrutinen er lagra.")


async def prepare_new_provider(view: View) -> Sheet:
    """An enterprise that the municipality may buy places at (P1)."""
    frame = Frame(
        title="Registrer ei vekstbedrift",
        here="Registrer",
        back=("/vekstbedrifter", "Vekstbedrifter"),
        button="Registrer vekstbedrifta",
        after=("Deretter registrerer du kapasitet og eigenerklæring på vekstbedrifta si side.",),
    )
    form = make_form(
        Field(name="namn", label="Namn", to="name"),
        Field(name="orgnr", label="Organisasjonsnummer", to="organisation_number", hint="Ni siffer."),
        _MUNICIPALITY,
    )
    return make_sheet(form, frame)


async def register_provider(view: View, sent: Sent) -> Done:
    """Blanks in the number are people's way of writing it."""
    body = sent.body | {"organisation_number": "".join(sent.body["organisation_number"].split())}
    made = await view.api.post("/v1/providers", body, sent.acting)
    return Done(f"/vekstbedrifter/{made['id']}", f"{made['name']} er registrert. No kan du registrere kapasiteten.")


async def prepare_change(view: View) -> Sheet:
    """Name and municipality; the organisation number is who it is, and stays."""
    id_ = view.request.path_params["provider_id"]
    provider, etag = await view.api.get_with_etag(f"/v1/providers/{id_}")
    frame = Frame(
        title=f"Endre opplysningane om {provider['name']}",
        here="Endre",
        back=_back_to(view, provider),
        button="Lagre endringa",
        facts=[("Organisasjonsnummer", provider["organisation_number"])],
        after=("Organisasjonsnummeret kan ikkje endrast: ei anna eining er ei anna vekstbedrift.",),
    )
    form = make_form(
        Field(name="namn", label="Namn", to="name"),
        _MUNICIPALITY,
        etag=etag,
        namn=provider["name"],
        kommune=provider["municipality_number"],
    )
    return make_sheet(form, frame, provider=provider)


async def change_provider(view: View, sent: Sent) -> Done:
    """Under the version that was shown."""
    provider = sent.sheet.values["provider"]
    await view.api.patch(f"/v1/providers/{provider['id']}", sent.body, sent.acting)
    return Done(_back_to(view, provider)[0], "Endringa er lagra.")


_MUNICIPALITY = Field(name="kommune", label="Kommunenummer", to="municipality_number", hint="Fire siffer.")


async def _load_provider(view: View) -> Mapping[str, Any]:
    """The provider in the address, else one's own. Raises `Refused` where there is none."""
    id_ = view.request.path_params.get("provider_id")
    if id_ is not None:
        found: Mapping[str, Any] = await view.api.get(f"/v1/providers/{id_}")
        return found
    own = await view.api.list("/v1/providers")
    if not own:
        raise Refused(404, {})
    return own[0]


async def _load_request(view: View) -> Mapping[str, Any]:
    request: Mapping[str, Any] = await view.api.get(f"/v1/requests/{view.request.path_params['request_id']}")
    return request


def _back_to(view: View, provider: Mapping[str, Any]) -> tuple[str, str]:
    """The page that shows what was registered."""
    if "provider" in view.roles:
        return OWN_PAGE, "Oversikt"
    return f"/vekstbedrifter/{provider['id']}", str(provider["name"])


def _describe_request(request: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """What a provider is told of somebody whom it does not know yet."""
    facts = [
        ("Spurd", long_date(request["sent_on"])),
        ("Behov", word(request["need"], "need")),
        ("Del av full plass", f"{request['share']}{NBSP}%"),
    ]
    if request["starts_from"]:
        facts.append(("Frå dag", long_date(request["starts_from"])))
    if request["age_band"]:
        facts.append(("Alder", f"{request['age_band'].replace('-', '–')} år"))
    if request["wishes"]:
        facts.append(("Ynske", request["wishes"]))
    if request["medication_tasks"]:
        facts.append(("Medisin", "Treng hjelp med medisin i arbeidstida"))
    return facts


_REQUEST = f"{OWN_PAGE}/foresporslar/{{request_id:uuid}}"
_PROVIDER = "/vekstbedrifter/{provider_id:uuid}"

ROUTES = (
    FormPage(f"{_REQUEST}/svar", TEMPLATE, prepare_answer, answer_request, "provider"),
    FormPage(f"{_REQUEST}/ta-tilbake", TEMPLATE, prepare_retraction, retract_acceptance, "provider"),
    FormPage(f"{OWN_PAGE}/kapasitet", TEMPLATE, prepare_capacity, set_capacity, "provider"),
    FormPage(f"{OWN_PAGE}/eigenerklaering", TEMPLATE, prepare_statement, record_statement, "provider"),
    FormPage("/vekstbedrifter/ny", TEMPLATE, prepare_new_provider, register_provider, "case_officer"),
    FormPage(f"{_PROVIDER}/endre", TEMPLATE, prepare_change, change_provider, "case_officer"),
    FormPage(f"{_PROVIDER}/kapasitet", TEMPLATE, prepare_capacity, set_capacity, "case_officer"),
    FormPage(f"{_PROVIDER}/eigenerklaering", TEMPLATE, prepare_statement, record_statement, "case_officer"),
    FormPage(f"{_PROVIDER}/fravaersrutine", TEMPLATE, prepare_routine, record_routine, "case_officer"),
)
