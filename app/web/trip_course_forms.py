"""The forms of holiday trips: a trip, acceptances, its decision and cancellation, and entries of the fund (T)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.web.applicants import HANDLERS, name_applicants
from app.web.calls import Refused
from app.web.fields import Amount, Choice, Day, Field, Hidden, LongText, Option, Select, Several
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Wrong, make_form, point_at
from app.web.pages import View
from app.web.render import amount, long_date, to_date
from app.web.sheets import TEMPLATE, Frame, make_sheet
from app.web.trip_pages import (
    ENDED,
    address_of,
    describe_days,
    load_trip,
)
from app.web.words import WORDS, options, word

DECISIONS = (
    Option("grant", "Innvilg", "Feriefondet set av sin del."),
    Option("reject", "Avslå"),
    Option("withdraw", "Trekt", "Deltakarane har trekt seg."),
)
AREAS = ("habilitation", "mental_health")
REASONS = tuple(WORDS["trip_reason"])


async def prepare_trip(view: View) -> Sheet:
    """A trip of people who have applied and are on no other."""
    year = int(view.request.path_params["year"])
    choices = await _list_choices(view, year, None)
    form = make_form(*_list_trip_fields(choices, changes=False))
    frame = Frame(
        title="Ny ferietur",
        here="Ny tur",
        back=(f"/feriereiser/{year}/turar", f"Ferieturar {year}"),
        button="Lagre turen",
        line="" if choices else f"Ingen søknad for {year} står att utan tur.",
        after=(
            "Tenesta skriv bemanningsplanen, og så har kvar deltakar ein pris (T13–T15).",
            "Ingenting er bindande før deltakaren eller verja har sagt ja til prisen, og turen er innvilga (T16, T19).",
        ),
    )
    return make_sheet(form, frame)


async def record_trip(view: View, sent: Sent) -> Done:
    """Its page is next."""
    trip = await view.api.post("/v1/trips", sent.body, sent.acting)
    return Done(address_of(trip), "Turen er lagra. Det neste er bemanningsplanen.")


async def prepare_change(view: View) -> Sheet:
    """Days and participants of a trip; after a grant somebody may leave, and no more."""
    trip = await load_trip(view)
    _, etag = await view.api.get_with_etag(f"/v1/trips/{trip['id']}")
    form = make_form(
        *_list_trip_fields(await _list_choices(view, to_date(trip["starts_on"]).year, trip), changes=True),
        etag=etag,
        sokjarar=[one["application_id"] for one in trip["participants"] if not one["left_on"]],
        fra=trip["starts_on"],
        til=trip["ends_on"],
        grunn=trip["longer_reason"],
        arbeidstid=trip["working_time_agreed_on"],
        teneste=trip["service_area"],
    )
    frame = Frame(
        title="Endre ferieturen",
        here="Endre",
        back=(address_of(trip), "Ferieturen"),
        button="Lagre endringa",
        line=describe_days(trip),
        after=(
            "Prisane vert rekna på nytt. Den som får høgare pris, må seie ja til den nye (T16).",
            "Når turen er innvilga, kan nokon trekkje seg; alt anna står fast (T20).",
        ),
    )
    return make_sheet(form, frame, trip=trip)


async def change_trip(view: View, sent: Sent) -> Done:
    """The prices are made again where there is a plan."""
    trip = await view.api.patch(f"/v1/trips/{sent.sheet.values['trip']['id']}", sent.body, sent.acting)
    return Done(address_of(trip), "Turen er endra.")


async def _list_choices(view: View, year: int, trip: Mapping[str, Any] | None) -> list[Option]:
    """The applications of a year to choose from: a trip's own, and those that are on no trip."""
    applications = await view.api.list("/v1/trip-applications", year=year)
    taken = {
        one["application_id"]
        for other in await view.api.list("/v1/trips", year=year)
        if other["status"] not in ENDED and (trip is None or other["id"] != trip["id"])
        for one in other["participants"]
        if not one["left_on"]
    }
    free = [one for one in applications if one["id"] not in taken and one["status"] != "withdrawn"]
    names = await name_applicants(view, free)
    return [
        Option(one["id"], names[one["participant_id"]], _describe_wish(one))
        for one in sorted(free, key=lambda one: (one["preferred_from"], one["received_on"], one["id"]))
    ]


def _list_trip_fields(choices: Sequence[Option], *, changes: bool) -> list[Field]:
    return [
        Several(name="sokjarar", label="Kven er med?", to="application_ids", options=choices),
        Day(name="fra", label="Første dag", to="starts_on"),
        Day(name="til", label="Siste dag", to="ends_on"),
        Field(
            name="grunn",
            label="Kvifor er turen lengre enn hovudregelen?",
            to="longer_reason",
            required=False,
            null=changes,
        ),
        Day(
            name="arbeidstid",
            label="Arbeidstida vart avtalt den",
            to="working_time_agreed_on",
            required=False,
            null=changes,
            hint="dd.mm.åååå. Berre for ein tur som er lengre enn hovudregelen.",
        ),
        Select(
            name="teneste",
            label="Kven skriv bemanningsplanen?",
            to="service_area",
            required=False,
            null=changes,
            options=options("service_area", AREAS),
            hint="Tomt: tenesta til deltakarane, når alle har same.",
        ),
    ]


def _describe_wish(application: Mapping[str, Any]) -> str:
    days = f"{long_date(application['preferred_from'])} – {long_date(application['preferred_to'])}"
    late = ", etter fristen" if application["late"] else ""
    return f"{word(application['length'], 'trip_length')}, {days}{late}"


async def prepare_acceptance(view: View) -> Sheet:
    """The price that a participant or guardian says yes to, as it is now."""
    trip = await load_trip(view)
    names = await name_applicants(view, trip["participants"])
    wanted = str(view.request.path_params["participant_id"])
    own = next((one for one in trip["participants"] if one["participant_id"] == wanted and one["price"]), None)
    form = make_form(
        Hidden(name="deltakar", to="participant_id"),
        Hidden(name="pris", to="price"),
        Day(name="dag", label="Svart skriftleg den", to="accepted_on"),
        Choice(
            name="av",
            label="Kven har svart?",
            to="accepted_by",
            options=options("accepted_by", ("participant", "guardian")),
        ),
        deltakar=own and own["participant_id"],
        pris=own and own["price"],
        dag=view.on,
    )
    frame = Frame(
        title="Ja til prisen",
        here="Ja til prisen",
        back=(address_of(trip), "Ferieturen"),
        button="Lagre svaret",
        line=describe_days(trip),
        facts=[("Deltakar", names[own["participant_id"]]), ("Pris", f"{amount(own['price'])} kroner")] if own else [],
        after=("Vert prisen høgare sidan, må deltakaren seie ja på nytt. Vert han lågare, gjeld svaret (T16).",),
    )
    return make_sheet(form, frame, trip=trip)


async def accept_price(view: View, sent: Sent) -> Done:
    """In writing, of the price that was shown."""
    trip = sent.sheet.values["trip"]
    await view.api.post(f"/v1/trips/{trip['id']}/acceptances", sent.body, sent.acting)
    return Done(address_of(trip), "Svaret er lagra.")


async def prepare_decision(view: View) -> Sheet:
    """What the trip costs the fund, and what the fund has."""
    trip = await load_trip(view)
    fund = await view.api.find(f"/v1/trip-fund/{to_date(trip['starts_on']).year}")
    form = make_form(
        Choice(name="avgjerd", label="Kva er avgjort?", to="kind", options=DECISIONS),
        Day(name="dag", label="Dag for vedtaket", to="decided_on"),
        Select(
            name="grunn",
            label="Grunn til avslag",
            to="reason",
            required=False,
            depends=True,
            options=options("trip_reason", REASONS),
        ),
        Field(
            name="sein",
            label="Kvifor vert ein sein søknad innvilga?",
            to="late_reason",
            required=False,
            depends=True,
            hint="Berre når ein søknad kom etter fristen.",
        ),
        LongText(name="tekst", label="Tekst i vedtaket", to="text", required=False, depends=True),
        dag=view.on,
    )
    facts = [("Turen", describe_days(trip))]
    if trip["fund_part"] is not None:
        facts.append(("Fondet sin del", f"{amount(trip['fund_part'])} kroner"))
    if fund is not None:
        facts.append(("Ledig i feriefondet", f"{amount(fund['available'])} kroner"))
    if trip["late"]:
        facts.append(("Frist", f"Ein søknad kom etter {long_date(trip['last_notice_on'])}"))
    frame = Frame(
        title="Vedtak om ferieturen",
        here="Vedtak",
        back=(address_of(trip), "Ferieturen"),
        button="Lagre vedtaket",
        facts=facts,
        after=(
            "Vedtaket er endeleg (T19).",
            "Ein tur som er innvilga, kan avlysast; då vert pengane i fondet ledige att (T18).",
        ),
    )
    return make_sheet(form, frame, trip=trip)


async def decide_trip(view: View, sent: Sent) -> Done:
    """A rejection has a reason and a text, a grant perhaps a reason for what came late."""
    kind = sent.body.get("kind")
    kept = {"grant": {"late_reason"}, "reject": {"reason"}}.get(str(kind), set())
    body = {name: value for name, value in sent.body.items() if name not in {"late_reason", "reason"} - kept}
    if kind == "reject":
        missing = {"grunn": "Vel ein grunn."} if "reason" not in body else {}
        missing |= {"tekst": "Skriv teksten i avslaget."} if "text" not in body else {}
        if missing:
            raise Wrong(missing)
    trip = sent.sheet.values["trip"]
    try:
        made = await view.api.post(f"/v1/trips/{trip['id']}/decisions", body, sent.acting)
    except Refused as refused:
        raise point_at(refused, {"late-needs-reason": "sein"}) from None
    if kind == "grant":
        return Done(address_of(trip), f"Turen er innvilga. Feriefondet har sett av {amount(made['reserved'])} kroner.")
    return Done(address_of(trip), "Turen er avslegen." if kind == "reject" else "Turen er trekt.")


async def prepare_cancellation(view: View) -> Sheet:
    """Why the trip is not made after all."""
    trip = await load_trip(view)
    form = make_form(
        Day(name="dag", label="Avlyst den", to="cancelled_on"),
        Field(name="grunn", label="Kvifor?", to="reason", hint="Utan namn på personar."),
        dag=view.on,
    )
    frame = Frame(
        title="Avlys ferieturen",
        here="Avlys",
        back=(address_of(trip), "Ferieturen"),
        button="Avlys turen",
        line=describe_days(trip),
        danger=True,
        after=(
            "Det som feriefondet har sett av, vert ledig att (T18).",
            "Ein avlyst tur tel ikkje når nokon vil på tur neste gong (T10).",
        ),
    )
    return make_sheet(form, frame, trip=trip)


async def cancel_trip(view: View, sent: Sent) -> Done:
    """Nothing more may be done to it."""
    trip = sent.sheet.values["trip"]
    await view.api.post(f"/v1/trips/{trip['id']}/cancellation", sent.body, sent.acting)
    return Done(address_of(trip), "Turen er avlyst.")


async def prepare_fund_entry(view: View) -> Sheet:
    """What comes into the fund: set aside by the municipality, or given."""
    year = int(view.request.path_params["year"])
    form = make_form(
        Choice(name="kva", label="Kva kjem inn?", to="kind", options=options("fund_entry", ("allocation", "gift"))),
        Amount(name="belop", label="Beløp", to="amount"),
        Day(name="dag", label="Vedteke eller motteke den", to="on"),
        Field(name="grunn", label="Sak, eller kva gåva er til", to="reason", hint="Utan namn på personar."),
        dag=view.on,
    )
    frame = Frame(
        title=f"Inn i feriefondet {year}",
        here="Ny post",
        back=(f"/feriereiser/{year}/fond", f"Feriefondet {year}"),
        button="Lagre posten",
        after=("Det turane set av, frigjer og kostar, vert ført av seg sjølv (T18).",),
    )
    return make_sheet(form, frame, year=year)


async def record_fund_entry(view: View, sent: Sent) -> Done:
    """It is available at once."""
    year = sent.sheet.values["year"]
    made = await view.api.post("/v1/trip-fund/entries", {**sent.body, "year": year}, sent.acting)
    return Done(f"/feriereiser/{year}/fond", f"{amount(made['amount'])} kroner er førte i feriefondet.")


async def prepare_fund_annulment(view: View) -> Sheet:
    """Of what came in; what trips entered is corrected by what is done to them."""
    year, id_ = int(view.request.path_params["year"]), str(view.request.path_params["trip_fund_entry_id"])
    entries = await view.api.list("/v1/trip-fund/entries", year=year)
    entry = next((one for one in entries if one["id"] == id_ and one["trip_id"] is None), None)
    if entry is None:
        raise Refused(404, {})
    form = make_form(LongText(name="grunn", label="Kva var feil?", to="reason", hint="Utan namn på personar."))
    frame = Frame(
        title="Annuller posten",
        here="Annuller",
        back=(f"/feriereiser/{year}/fond", f"Feriefondet {year}"),
        button="Annuller posten",
        facts=[
            (word(entry["kind"], "fund_entry"), f"{amount(entry['amount'])} kroner"),
            ("Dag", long_date(entry["on"])),
            ("Grunn", entry["reason"]),
        ],
        after=(
            "Posten vert ståande i lista, og tel ikkje lenger (D10).",
            "Det turane har sett av eller kosta, må framleis vere i fondet (T18).",
        ),
        danger=True,
    )
    return make_sheet(form, frame, year=year, entry=entry)


async def annul_fund_entry(view: View, sent: Sent) -> Done:
    """It counts for nothing."""
    year, entry = sent.sheet.values["year"], sent.sheet.values["entry"]
    await view.api.post(f"/v1/trip-fund/entries/{entry['id']}/annulment", sent.body, sent.acting)
    return Done(f"/feriereiser/{year}/fond", f"{amount(entry['amount'])} kroner er annullerte i feriefondet.")


_ONE = "/feriereiser/turar/{trip_id:uuid}"
ROUTES = (
    FormPage("/feriereiser/{year:int}/turar/ny", TEMPLATE, prepare_trip, record_trip, *HANDLERS),
    FormPage("/feriereiser/{year:int}/fond/post", TEMPLATE, prepare_fund_entry, record_fund_entry, *HANDLERS),
    FormPage(
        "/feriereiser/{year:int}/fond/{trip_fund_entry_id:uuid}/annullering",
        TEMPLATE,
        prepare_fund_annulment,
        annul_fund_entry,
        *HANDLERS,
    ),
    FormPage(f"{_ONE}/endring", TEMPLATE, prepare_change, change_trip, *HANDLERS),
    FormPage(f"{_ONE}/svar/{{participant_id:uuid}}", TEMPLATE, prepare_acceptance, accept_price, *HANDLERS),
    FormPage(f"{_ONE}/vedtak", TEMPLATE, prepare_decision, decide_trip, *HANDLERS),
    FormPage(f"{_ONE}/avlysing", TEMPLATE, prepare_cancellation, cancel_trip, *HANDLERS),
)
