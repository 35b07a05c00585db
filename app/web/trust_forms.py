"""The forms of the trust: a sum, an applicant, an application, its decision, payments and repayments (R)."""

from decimal import Decimal
from typing import Any

from app.web.applicants import HANDLERS, HIDDEN_NAME, name_applicants
from app.web.calls import Refused
from app.web.fields import Amount, Choice, Day, Field, Hidden, LongText, Option, Select
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Wrong, make_form, point_at
from app.web.pages import View
from app.web.render import amount, long_date
from app.web.sheets import TEMPLATE, Frame, make_sheet
from app.web.trust import find_position
from app.web.words import WORDS, options, word

PURPOSES = ("respite", "escort")
REASONS = tuple(WORDS["trust_reason"])
CHOICES = (Option("grant", "Innvilg"), Option("reject", "Avslå"))
ENTRIES = {"grant": "vedtaket", "reject": "vedtaket", "payment": "utbetalinga", "repayment": "tilbakebetalinga"}


async def prepare_sum(view: View) -> Sheet:
    """The board's sum of a year, or a raise of it."""
    year = int(view.request.path_params["year"])
    position = await find_position(view, year)
    form = make_form(
        Amount(name="sum", label="Heile summen for året", to="amount"),
        Day(name="dag", label="Vedteken", to="decided_on"),
        Choice(
            name="av",
            label="Kven har vedteke summen?",
            to="decided_by",
            options=options("trust_decider", ("board", "municipality")),
        ),
        Field(name="grunn", label="Grunn eller sak", to="reason", hint="Utan namn på personar."),
        Day(name="frist", label="Søknadsfrist", to="deadline_on", required=False),
        dag=view.on,
    )
    facts = [] if position is None else [("Summen no", f"{amount(position['sum'])} kroner")]
    frame = Frame(
        title=f"Summen for {year}",
        here="Summen",
        back=(f"/legat/{year}", f"Legatet {year}"),
        button="Lagre summen",
        facts=facts,
        after=(
            "Skriv heile den nye summen, ikkje berre det han vert auka med. Ein sum for eit år kan berre aukast, og"
            " gjeld det året åleine (R4).",
            "Det som ikkje vert brukt, vert ikkje overført til neste år (R9).",
        ),
    )
    return make_sheet(form, frame, year=year)


async def record_sum(view: View, sent: Sent) -> Done:
    """It counts from its day."""
    year = sent.sheet.values["year"]
    try:
        made = await view.api.post(f"/v1/trust/years/{year}/sums", sent.body, sent.acting)
    except Refused as refused:
        raise point_at(refused, {"not-a-raise": "sum"}) from None
    return Done(f"/legat/{year}", f"Summen for {year} er {amount(made['amount'])} kroner.")


async def prepare_application(view: View) -> Sheet:
    """An application of the person in the address."""
    id_ = view.query("deltakar")
    form = make_form(
        Hidden(name="deltakar", to="participant_id"),
        Day(name="motteken", label="Motteken", to="received_on"),
        Choice(name="foremaal", label="Kva gjeld søknaden?", to="purpose", options=options("purpose", PURPOSES)),
        Amount(name="belop", label="Kor mykje er det søkt om?", to="amount"),
        Day(
            name="dokumentasjon",
            label="Dokumentasjon sett den",
            to="documentation_seen_on",
            required=False,
            hint="dd.mm.åååå. Dokumentet vert ikkje lagra.",
        ),
        Field(
            name="tilknyting",
            label="Kvifor høyrer personen heime i Alver?",
            to="belonging_reason",
            required=False,
            hint="Berre når personen er folkeregistrert i ein annan kommune.",
        ),
        deltakar=id_,
        motteken=view.on,
    )
    frame = Frame(
        title="Søknad til legatet",
        here="Ny søknad",
        back=("/legat/sokjar", "Finn søkjaren"),
        button="Registrer søknaden",
        after=(
            "Kjem søknaden etter fristen, vert han avgjord etter dei som kom i tide (R5).",
            "Dokumentasjonen må vere sett før noko vert innvilga (R6).",
        ),
    )
    return make_sheet(form, frame)


async def record_application(view: View, sent: Sent) -> Done:
    """Its page is next."""
    made = await view.api.post("/v1/trust/applications", sent.body, sent.acting)
    late = " Han kom etter fristen." if made["late"] else ""
    return Done(f"/legat/soknader/{made['id']}", f"Søknaden er registrert.{late}")


async def prepare_decision(view: View) -> Sheet:
    """What is asked for, and what is left of the year's sum."""
    application, values = await _load_application(view)
    position = await find_position(view, application["year"])
    form = make_form(
        Choice(name="avgjerd", label="Kva er avgjort?", to="kind", options=CHOICES),
        Amount(name="belop", label="Innvilga beløp", to="amount", required=False, depends=True),
        Select(
            name="grunn",
            label="Grunn til avslag",
            to="reason",
            required=False,
            depends=True,
            options=options("trust_reason", REASONS),
        ),
        Day(name="dag", label="Dag for vedtaket", to="decided_on"),
        belop=application["amount"],
        dag=view.on,
    )
    facts = [
        ("Søkt om", f"{amount(application['amount'])} kroner"),
        ("Motteken", long_date(application["received_on"]) + (", etter fristen" if application["late"] else "")),
        (
            "Dokumentasjon",
            f"sett {long_date(application['documentation_seen_on'])}"
            if application["documentation_seen_on"]
            else "ikkje sett",
        ),
        ("Att av summen", "ingen sum" if position is None else f"{amount(position['left'])} kroner"),
    ]
    frame = Frame(
        title=f"Avgjer søknaden frå {values['name']}",
        here="Avgjer",
        back=values["back"],
        button="Lagre vedtaket",
        facts=facts,
        after=(
            "Ei tildeling er heil eller ingenting: er det ikkje nok att, kan du innvilge eit mindre beløp (R3).",
            "Eit vedtak som er ført ved feil, kan annullerast så lenge ingenting er utbetalt (D10).",
            "Det som ikkje er brukt innan året er ute, fell bort (R7).",
        ),
    )
    return make_sheet(form, frame, **values)


async def decide_application(view: View, sent: Sent) -> Done:
    """A grant has an amount, a rejection a reason."""
    granted = sent.body.get("kind") == "grant"
    needed = ("amount", "belop", "Skriv beløpet som er innvilga.") if granted else ("reason", "grunn", "Vel ein grunn.")
    if needed[0] not in sent.body:
        raise Wrong({needed[1]: needed[2]})
    other = "reason" if granted else "amount"
    body = {name: value for name, value in sent.body.items() if name != other}
    here = sent.sheet.values["back"][0]
    try:
        made = await view.api.post(f"/v1{sent.sheet.values['api_path']}/decision", body, sent.acting)
    except Refused as refused:
        fields = {"person-limit": "belop", "trust-sum-exhausted": "belop", "no-trust-sum": "dag"}
        raise point_at(refused, fields) from None
    if not granted:
        return Done(here, f"Søknaden er avslegen: {word(made['reason'], 'trust_reason').lower()}.")
    return Done(here, f"Innvilga {amount(made['amount'])} kroner. Det er {amount(made['left'])} kroner att av summen.")


async def prepare_annulment(view: View) -> Sheet:
    """Of the decision, payment or repayment that the address names."""
    application, values = await _load_application(view)
    entry_id = str(view.request.path_params["trust_entry_id"])
    entry = next((one for one in application["entries"] if one["id"] == entry_id), None)
    if entry is None:
        raise Refused(404, {})
    form = make_form(LongText(name="grunn", label="Kva var feil?", to="reason", hint="Utan namn på personar."))
    what = f"{amount(entry['amount'])} kroner" if entry["amount"] else word(entry["reason"], "trust_reason")
    named = ENTRIES[entry["kind"]]
    after = {
        "vedtaket": (
            "Vedtaket vert ståande på søknaden, og tel ikkje lenger. Søknaden kan avgjerast på nytt (D10).",
            "Er noko utbetalt, kan vedtaket ikkje annullerast: registrer det som vert betalt tilbake (R7).",
        ),
        "utbetalinga": (
            "Utbetalinga vert ståande på søknaden, og tel ikkje lenger: ho vart aldri gjord (D10).",
            "Vart pengane betalte ut og så betalte tilbake, registrer ei tilbakebetaling i staden (R7).",
        ),
        "tilbakebetalinga": (
            "Tilbakebetalinga vert ståande på søknaden, og tel ikkje lenger (D10).",
            "Det ho gjorde ledig, må framleis vere ledig, for legatet og for personen (R2, R3).",
        ),
    }
    frame = Frame(
        title=f"Annuller {named} på søknaden frå {values['name']}",
        here="Annuller",
        back=values["back"],
        button=f"Annuller {named}",
        facts=[(word(entry["kind"], "trust_entry"), what), ("Dag", long_date(entry["on"]))],
        after=after[named],
        danger=True,
    )
    return make_sheet(form, frame, entry_id=entry_id, named=named, **values)


async def annul_entry(view: View, sent: Sent) -> Done:
    """Of a decision the application is undecided."""
    values = sent.sheet.values
    await view.api.post(f"/v1/trust/entries/{values['entry_id']}/annulment", sent.body, sent.acting)
    done = {
        "vedtaket": "Vedtaket er annullert. Søknaden er ikkje avgjord.",
        "utbetalinga": "Utbetalinga er annullert.",
        "tilbakebetalinga": "Tilbakebetalinga er annullert.",
    }
    return Done(values["back"][0], done[values["named"]])


async def prepare_payment(view: View) -> Sheet:
    """What is left of a grant is paid against a voucher."""
    application, values = await _load_application(view)
    left = Decimal(application["granted"] or 0) - Decimal(application["paid"]) - Decimal(application["lapsed"])
    form = make_form(
        Amount(name="belop", label="Utbetalt", to="amount"),
        Day(name="dag", label="Betalt den", to="on"),
        Day(
            name="bilag",
            label="Bilag sett den",
            to="voucher_seen_on",
            hint="dd.mm.åååå, seinast den dagen det vart betalt.",
        ),
        belop=left,
        dag=view.on,
    )
    frame = Frame(
        title=f"Utbetaling til {values['name']}",
        here="Utbetaling",
        back=values["back"],
        button="Registrer utbetalinga",
        facts=[("Att av tildelinga", f"{amount(left)} kroner")],
        after=("Tenesta betaler ingenting. Ho held orden på kva som er betalt mot bilag, og kva som står att (R7).",),
    )
    return make_sheet(form, frame, **values)


async def record_payment(view: View, sent: Sent) -> Done:
    """Never above the grant."""
    try:
        made = await view.api.post(f"/v1{sent.sheet.values['api_path']}/payment", sent.body, sent.acting)
    except Refused as refused:
        raise point_at(refused, {"payment-above-grant": "belop", "grant-lapsed": "dag"}) from None
    return Done(sent.sheet.values["back"][0], f"Utbetalinga er registrert: {amount(made['amount'])} kroner.")


async def prepare_repayment(view: View) -> Sheet:
    """What was paid and comes back."""
    application, values = await _load_application(view)
    paid = Decimal(application["paid"]) - Decimal(application["repaid"])
    form = make_form(
        Amount(name="belop", label="Betalt tilbake", to="amount"),
        Day(name="dag", label="Betalt tilbake den", to="on"),
        dag=view.on,
    )
    frame = Frame(
        title=f"Tilbakebetaling frå {values['name']}",
        here="Tilbakebetaling",
        back=values["back"],
        button="Registrer tilbakebetalinga",
        facts=[("Utbetalt og ikkje betalt tilbake", f"{amount(paid)} kroner")],
        after=("Beløpet vert ledig att i det same året, for legatet og for personen (R7).",),
    )
    return make_sheet(form, frame, **values)


async def record_repayment(view: View, sent: Sent) -> Done:
    """Never above what was paid."""
    try:
        made = await view.api.post(f"/v1{sent.sheet.values['api_path']}/repayment", sent.body, sent.acting)
    except Refused as refused:
        raise point_at(refused, {"repayment-above-payment": "belop"}) from None
    return Done(sent.sheet.values["back"][0], f"Tilbakebetalinga er registrert: {amount(made['amount'])} kroner.")


async def prepare_completion(view: View) -> Sheet:
    """What was missing of an application."""
    application, values = await _load_application(view)
    _, etag = await view.api.get_with_etag(f"/v1{values['api_path']}")
    form = make_form(
        Day(name="dokumentasjon", label="Dokumentasjon sett den", to="documentation_seen_on", required=False),
        LongText(
            name="tilknyting", label="Kvifor høyrer personen heime i Alver?", to="belonging_reason", required=False
        ),
        etag=etag,
        dokumentasjon=application["documentation_seen_on"],
        tilknyting=application["belonging_reason"],
    )
    frame = Frame(
        title=f"Fyll ut søknaden frå {values['name']}",
        here="Fyll ut",
        back=values["back"],
        button="Lagra",
        after=(
            "Dokumentasjonen vert ikkje lagra, berre at ho er sett, kva dag og av kva eining (R6).",
            "Grunnen trengst berre når personen er folkeregistrert i ein annan kommune.",
        ),
    )
    return make_sheet(form, frame, **values)


async def complete_application(view: View, sent: Sent) -> Done:
    """Before it is decided."""
    await view.api.patch(f"/v1{sent.sheet.values['api_path']}", sent.body, sent.acting)
    return Done(sent.sheet.values["back"][0], "Søknaden er fylt ut.")


async def _load_application(view: View) -> tuple[dict[str, Any], dict[str, Any]]:
    """The application in the address, and what its forms share."""
    id_ = str(view.request.path_params["trust_application_id"])
    application: dict[str, Any] = await view.api.get(f"/v1/trust/applications/{id_}")
    name = (await name_applicants(view, [application]))[application["participant_id"]]
    shown = "ein med verna adresse" if name == HIDDEN_NAME else name
    values = {
        "name": shown,
        "api_path": f"/trust/applications/{id_}",
        "back": (f"/legat/soknader/{id_}", f"Søknaden frå {shown}"),
    }
    return application, values


async def prepare_sending(view: View) -> Sheet:
    """When the report of a year was sent to the board."""
    year = int(view.request.path_params["year"])
    form = make_form(Day(name="dag", label="Send den", to="sent_on"), dag=view.on)
    frame = Frame(
        title=f"Rapporten for {year} er send",
        here="Send",
        back=(f"/legat/{year}/rapport", f"Rapport {year}"),
        button="Lagre dagen",
        after=(f"Rapporten skal til styret seinast 31. januar {year + 1}. Då er oppgåva gjord (R10).",),
    )
    return make_sheet(form, frame, year=year)


async def record_sending(view: View, sent: Sent) -> Done:
    """The year's task is done."""
    year = sent.sheet.values["year"]
    made = await view.api.post(f"/v1/trust/years/{year}/report", sent.body, sent.acting)
    return Done(f"/legat/{year}/rapport", f"Rapporten er ført som send {long_date(made['sent_on'])}.")


_ONE = "/legat/soknader/{trust_application_id:uuid}"
ROUTES = (
    FormPage("/legat/{year:int}/sum", TEMPLATE, prepare_sum, record_sum, *HANDLERS),
    FormPage("/legat/{year:int}/rapport/sending", TEMPLATE, prepare_sending, record_sending, *HANDLERS),
    FormPage("/legat/soknader/ny", TEMPLATE, prepare_application, record_application, *HANDLERS),
    FormPage(f"{_ONE}/avgjerd", TEMPLATE, prepare_decision, decide_application, *HANDLERS),
    FormPage(f"{_ONE}/vedtak/{{trust_entry_id:uuid}}/annullering", TEMPLATE, prepare_annulment, annul_entry, *HANDLERS),
    FormPage(f"{_ONE}/utbetaling", TEMPLATE, prepare_payment, record_payment, *HANDLERS),
    FormPage(f"{_ONE}/tilbakebetaling", TEMPLATE, prepare_repayment, record_repayment, *HANDLERS),
    FormPage(f"{_ONE}/utfylling", TEMPLATE, prepare_completion, complete_application, *HANDLERS),
)
