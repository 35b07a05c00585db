"""The processing of a person's data is restricted, and the restriction lifted, each with a reason (GDPR art. 18)."""

from app.web.calls import Refused
from app.web.fields import Field
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.names import load_person
from app.web.pages import View, load_callers
from app.web.render import moment
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet

LIST = "/deltakarar"
_PERSON = "/deltakarar/{participant_id:uuid}/avgrensing"
_STOPPED = (
    "Opplysningane vert lagra, og korkje viste eller endra. Lister utelèt personen.",
    "Innsyn for personen, innsynsloggen og rekneskapen går vidare.",
)


async def prepare_restriction(view: View) -> Sheet:
    """Why; everybody is stopped by it, the case office too."""
    person = await load_person(view)
    frame = Frame(
        title=f"Avgrens handsaminga av {person.name}",
        here="Avgrensing",
        back=back_to(person),
        button="Avgrens handsaminga",
        after=_STOPPED,
        danger=True,
    )
    hint = "Til dømes «Personen meiner at opplysningane er feil». Nemn ingen andre."
    return make_sheet(make_form(Field(name="grunn", label="Grunn", to="reason", hint=hint)), frame, id=person.id)


async def restrict(view: View, sent: Sent) -> Done:
    """The person's own page is closed from now on."""
    await view.api.post(f"/v1/participants/{sent.sheet.values['id']}/restriction", sent.body, sent.acting)
    return Done(LIST, "Handsaminga er avgrensa. Opne personen frå lista for å oppheve det.")


async def prepare_lifting(view: View) -> Sheet:
    """Who restricted it, when and why. Raises `Refused` where there is no restriction."""
    id_ = str(view.request.path_params["participant_id"])
    found = await view.api.list(f"/v1/participants/{id_}/restrictions")
    current = next((one for one in found if one["lifted_at"] is None), None)
    if current is None:
        raise Refused(404, {})
    callers = await load_callers(view, [current["restricted_by"]])
    frame = Frame(
        title="Handsaminga er avgrensa",
        here="Avgrensing",
        back=(LIST, "Deltakarar"),
        button="Opphev avgrensinga",
        facts=[
            ("Avgrensa av", callers[current["restricted_by"]]),
            ("Avgrensa", moment(current["created_at"])),
            ("Grunn", current["reason"]),
        ],
        after=(*_STOPPED, "Personen skal ha beskjed før avgrensinga vert oppheva."),
        others=[
            (f"{LIST}/{id_}/opplysningar", "Sjå alt som er lagra"),
            (f"/innsyn/{id_}", "Kven har sett opplysningane?"),
        ],
    )
    hint = "Til dømes «Opplysningane er retta, og personen har fått beskjed»."
    form = make_form(Field(name="grunn", label="Grunn til å oppheve", to="reason", hint=hint))
    return make_sheet(form, frame, id=id_)


async def lift(view: View, sent: Sent) -> Done:
    """The person is there again."""
    id_ = sent.sheet.values["id"]
    await view.api.post(f"/v1/participants/{id_}/restriction/lifting", sent.body, sent.acting)
    return Done(f"{LIST}/{id_}", "Avgrensinga er oppheva.")


ROUTES = (
    FormPage(_PERSON, TEMPLATE, prepare_restriction, restrict, "case_officer"),
    FormPage(f"{_PERSON}/opphev", TEMPLATE, prepare_lifting, lift, "case_officer"),
)
