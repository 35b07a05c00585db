"""Screen 6: a consent to share information with other services is recorded and withdrawn (M6)."""

from app.web.calls import Refused
from app.web.fields import Choice, Day, Field, Lines, LongText, Several
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.names import load_person
from app.web.pages import View
from app.web.render import long_date
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet
from app.web.words import options, word

RECORDING = ("case_officer", "provider")
GIVERS = ("participant", "guardian")
METHODS = ("written", "oral", "electronic")
SERVICES = ("habilitation", "mental_health", "nav", "other_service")


async def prepare_consent(view: View) -> Sheet:
    """The form of a new consent: to kinds of service, or to single ones by name."""
    person = await load_person(view)
    form = make_form(
        Choice(name="av", label="Kven har samtykt?", to="given_by", options=options("given_by", GIVERS)),
        Day(name="dag", label="Dag samtykket vart gjeve", to="given_on"),
        Several(
            name="tenester",
            label="Kven kan det delast med?",
            to="services",
            required=False,
            options=options("service", SERVICES),
        ),
        Lines(
            name="namn",
            label="Einskilde tenester",
            to="organisations",
            required=False,
            hint="Namnet på tenesta, éi på kvar linje. Til dømes «Fysioterapi, Knarvik».",
        ),
        Day(
            name="til",
            label="Gjeld til",
            to="valid_to",
            required=False,
            hint="dd.mm.åååå, siste dag. Utan dag gjeld det til det vert trekt.",
        ),
        Choice(
            name="korleis",
            label="Korleis vart det gjeve?",
            to="method",
            required=False,
            options=options("method", METHODS),
        ),
        LongText(
            name="ordlyd",
            label="Ordlyden",
            to="wording",
            required=False,
            hint="Det som vart samtykt til, ord for ord.",
        ),
        Field(
            name="referanse",
            label="Kvar dokumentet ligg",
            to="reference",
            required=False,
            hint="Til dømes «Sak 2022/114-7».",
        ),
        dag=view.on,
    )
    frame = Frame(
        title=f"Samtykke frå {person.name}",
        here="Samtykke",
        back=back_to(person),
        button="Registrer samtykket",
        after=(
            "Tenestene kan vere med på møte og få opplysningar så lenge samtykket gjeld (M6 · § 7.2).",
            "Deltakaren eller verja kan trekkje det når som helst. Du får ei oppgåve når det bør fornyast.",
        ),
    )
    return make_sheet(form, frame, person=person)


async def record_consent(view: View, sent: Sent) -> Done:
    """Who may take part from now on is said afterwards."""
    person = sent.sheet.values["person"]
    given = await view.api.post(f"/v1/participants/{person.id}/consents", sent.body, sent.acting)
    who = ", ".join([*(word(one, "service") for one in given["services"]), *given["organisations"]])
    return Done(person.address, f"Samtykket er registrert og gjeld {who} frå {long_date(given['given_on'])}.")


async def prepare_withdrawal(view: View) -> Sheet:
    """The first day without a consent."""
    person = await load_person(view)
    path = f"/v1/participants/{person.id}/consents"
    id_ = str(view.request.path_params["consent_id"])
    consent = next((one for one in await view.api.list(path) if one["id"] == id_), None)
    if consent is None:
        raise Refused(404, {})
    who = ", ".join([*(word(one, "service") for one in consent["services"]), *consent["organisations"]])
    form = make_form(
        Day(
            name="dag",
            label="Dag samtykket vart trekt",
            to="withdrawn_on",
            hint="dd.mm.åååå. Denne dagen er den første utan samtykke.",
        ),
        dag=view.on,
    )
    frame = Frame(
        title=f"Trekk samtykket frå {person.name}",
        here="Trekk samtykket",
        back=back_to(person),
        button="Trekk samtykket",
        facts=[
            ("Gjeld", who),
            ("Gjeve", long_date(consent["given_on"])),
            *([("Ordlyd", consent["wording"])] if consent["wording"] else []),
        ],
        after=("Tenestene kan ikkje lenger vere med på møte eller få opplysningar (M6 · § 7.2).",),
        danger=True,
    )
    return make_sheet(form, frame, person=person, path=f"{path}/{id_}")


async def withdraw_consent(view: View, sent: Sent) -> Done:
    """From that day on it counts for nothing."""
    withdrawn = await view.api.post(f"{sent.sheet.values['path']}/withdrawal", sent.body, sent.acting)
    said = f"Samtykket er trekt frå {long_date(withdrawn['withdrawn_on'])}."
    return Done(sent.sheet.values["person"].address, said)


ROUTES = (
    FormPage("/deltakarar/{participant_id:uuid}/samtykke", TEMPLATE, prepare_consent, record_consent, *RECORDING),
    FormPage(
        "/deltakarar/{participant_id:uuid}/samtykke/{consent_id:uuid}/trekk",
        TEMPLATE,
        prepare_withdrawal,
        withdraw_consent,
        *RECORDING,
    ),
)
