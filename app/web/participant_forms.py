"""Screen 6: a participant is registered and changed, and two records of one person become one (D1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.web.calls import Refused
from app.web.contacts import describe_contacts, gather_contacts, list_folds, point_at_contact, write_contacts
from app.web.fields import BirthDay, Check, Choice, Field, Option
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Wrong, make_form, point_at
from app.web.names import full_name, load_person
from app.web.pages import View
from app.web.render import long_date, moment
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet
from app.web.words import options, word

AREAS = ("habilitation", "mental_health", "other")
NEW_CONTACTS = 2
TAKEN = {"identity-number-taken": "fnr"}


class Duplicate(Choice):
    """A record to merge. The API knows which it was: a second click names one that is merged already."""

    def parse(self, text: str) -> str:
        return text


async def prepare_registration(view: View) -> Sheet:
    """An empty form; most people live in the municipality."""
    fields = (
        *_describe_person(),
        Field(
            name="fnr",
            label="Fødselsnummer eller D-nummer",
            to="national_identity_number",
            required=False,
            hint="11 siffer. Nummeret vert aldri vist att.",
        ),
        Check(
            name="vern",
            label="Har verna adresse",
            to="address_protection",
            hint="Berre Forvaltningskontoret ser namnet i lister.",
        ),
        *describe_contacts(NEW_CONTACTS),
    )
    frame = Frame(
        title="Registrer ein deltakar",
        here="Registrer",
        back=("/deltakarar", "Deltakarar"),
        button="Registrer deltakaren",
        folds=list_folds([], NEW_CONTACTS),
        after=(
            "Finst det alt nokon med same namn og fødselsdato, får du sjå det, og kan slå dei saman.",
            "Deretter registrerer du søknaden på personen si side.",
        ),
    )
    return make_sheet(make_form(*fields, kommune=view.request.app.state.settings.municipality_number), frame)


async def register_participant(view: View, sent: Sent) -> Done:
    """Whoever may be the same person is shown next."""
    body, numbers = gather_contacts(sent.body)
    try:
        person = await view.api.post("/v1/participants", body, sent.acting)
    except Refused as refused:
        raise point_at(point_at_contact(refused, numbers), TAKEN) from None
    said = f"{full_name(person)} er registrert."
    if person.get("possible_protected_duplicate"):
        said += " Ein person med verna adresse har same namn og fødselsdato."
    if person.get("possible_duplicates"):
        said += " Det finst alt nokon med same namn og fødselsdato. Sjå om det er same person."
        # The older record is the one that others know.
        return Done(f"/deltakarar/{person['possible_duplicates'][0]}/slaa-saman", said)
    return Done(f"/deltakarar/{person['id']}", f"{said} Registrer søknaden når han er komen.")


async def prepare_change(view: View) -> Sheet:
    """What stands there, and its version. The identity number is never shown."""
    id_ = str(view.request.path_params["participant_id"])
    data, etag = await view.api.get_with_etag(f"/v1/participants/{id_}")
    contacts = data["contacts"]
    number = len(contacts) + 1
    fields = (
        *_describe_person(),
        Field(
            name="fnr",
            label="Nytt fødselsnummer eller D-nummer",
            to="national_identity_number",
            required=False,
            hint="11 siffer. Lat feltet stå tomt om nummeret ikkje skal endrast.",
        ),
        Check(name="fjern", label="Fjern fødselsnummeret som er lagra"),
        Check(name="vern", label="Har verna adresse", to="address_protection"),
        *describe_contacts(number),
    )
    form = make_form(
        *fields,
        etag=etag,
        fornamn=data["given_name"],
        etternamn=data["family_name"],
        fodd=data["birth_date"],
        kommune=data["municipality_number"],
        teneste=data["service_area"],
        vern=data["address_protection"],
        **write_contacts(contacts),
    )
    name = full_name(data)
    frame = Frame(
        title=f"Endre opplysningane om {name}",
        here="Endre",
        back=(f"/deltakarar/{id_}", name),
        button="Lagre endringane",
        folds=list_folds(contacts, number),
        after=(
            "Ein kontakt som du tømer alle felta til, vert fjerna.",
            "Vern av adressa kan berre de oppheve. Seier eit anna system at det er slutt, får de ei oppgåve: lagra med"
            " krysset på dersom adressa framleis er verna.",
            "Flyttar deltakaren til ein annan kommune, får du ei oppgåve om plassen (D1 · § 2).",
        ),
    )
    return make_sheet(form, frame, id=id_)


async def change_participant(view: View, sent: Sent) -> Done:
    """All that stands in the form, and the identity number where a new one is typed or it is to go."""
    id_ = sent.sheet.values["id"]
    body, numbers = gather_contacts(sent.body)
    if sent.form.has("fjern", "ja"):
        if "national_identity_number" in body:
            raise Wrong({"fjern": "Du har skrive eit nytt nummer. Tøm det, eller ta bort krysset."})
        body["national_identity_number"] = None
    try:
        person = await view.api.patch(f"/v1/participants/{id_}", body, sent.acting)
    except Refused as refused:
        raise point_at(point_at_contact(refused, numbers), TAKEN) from None
    return Done(f"/deltakarar/{id_}", f"Opplysningane om {full_name(person)} er lagra.")


async def prepare_merge(view: View) -> Sheet:
    """Others who were born on the same day: a record of the same person is one of them."""
    person = await load_person(view)
    born = person.data["birth_date"]
    others = [one for one in await view.api.list("/v1/participants", birth_date=born) if one["id"] != person.id]
    hint = "Alle som er registrerte med same fødselsdato." if others else "Ingen andre har same fødselsdato."
    form = make_form(
        Duplicate(
            name="dublett",
            label="Kven er den same personen?",
            to="duplicate_id",
            options=[Option(one["id"], full_name(one), _describe(one)) for one in others],
            hint=hint,
        )
    )
    frame = Frame(
        title=f"Slå saman med {person.name}",
        here="Slå saman",
        back=back_to(person),
        button="Slå saman",
        facts=[("Vert ståande", person.name), ("Fødd", long_date(born)), ("Registrert", _describe(person.data))],
        after=(
            f"Plassar, fråvær, møte og søknader frå begge står etterpå hjå {person.name}. Den andre posten vert borte,"
            " og det kan ikkje gjerast om (D1).",
            f"Namn og adresse er dei som {person.name} har her; kontaktane frå begge vert tekne vare på.",
        ),
        danger=True,
    )
    return make_sheet(form, frame, person=person)


async def merge_participants(view: View, sent: Sent) -> Done:
    """The one in the address stays."""
    person = sent.sheet.values["person"]
    await view.api.post(f"/v1/participants/{person.id}/merge", sent.body, sent.acting)
    return Done(person.address, f"Dei to er slått saman. Alt står no hjå {person.name}.")


def _describe_person() -> Sequence[Field]:
    return (
        Field(name="fornamn", label="Fornamn", to="given_name"),
        Field(name="etternamn", label="Etternamn", to="family_name"),
        BirthDay(name="fodd", label="Fødd", to="birth_date"),
        Field(
            name="kommune",
            label="Kommunenummer der personen er folkeregistrert",
            to="municipality_number",
            hint="Fire siffer. Plass kan berre tildelast den som er busett i kommunen (D1 · § 2).",
        ),
        Choice(
            name="teneste",
            label="Kva teneste følgjer opp?",
            to="service_area",
            options=options("service_area", AREAS),
        ),
    )


def _describe(person: Mapping[str, Any]) -> str:
    """What tells two records of one name apart."""
    if "external_ids" not in person:  # a protected address: no more than the id is shown unasked
        return f"registrert {moment(person['created_at'])}"
    known = ", ".join(f"{one['system']} {one['value']}" for one in person["external_ids"])
    area = word(person["service_area"], "service_area")
    return f"{area}, registrert {moment(person['created_at'])}{f', {known}' if known else ''}"


ROUTES = (
    FormPage("/deltakarar/ny", TEMPLATE, prepare_registration, register_participant, "case_officer"),
    FormPage("/deltakarar/{participant_id:uuid}/endre", TEMPLATE, prepare_change, change_participant, "case_officer"),
    FormPage(
        "/deltakarar/{participant_id:uuid}/slaa-saman", TEMPLATE, prepare_merge, merge_participants, "case_officer"
    ),
)
