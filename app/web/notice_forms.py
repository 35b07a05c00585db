"""Screen 6: a notice that ends a place (L3)."""

from app.web.fields import Choice, Day, LongText, Several
from app.web.form_pages import Done, Sent, Sheet
from app.web.forms import make_form
from app.web.names import load_place
from app.web.pages import View
from app.web.render import long_date
from app.web.words import options

GIVERS = ("participant", "guardian", "municipality", "provider")
REASONS = ("changed_needs", "cannot_accommodate", "extensive_absence", "other")
AGREEING = ("municipality", "provider")


async def prepare_notice(view: View) -> Sheet:
    """The form of a notice for one place; a provider's own notice is chosen already."""
    place = await load_place(view)
    form = make_form(
        Choice(name="av", label="Kven seier opp?", to="given_by", options=options("given_by", GIVERS)),
        Day(name="dag", label="Dag oppseiinga vart gjeven", to="given_on"),
        Choice(name="grunn", label="Grunn", to="reason", options=options("notice", REASONS)),
        LongText(
            name="tekst",
            label="Kva ligg bak?",
            to="text",
            required=False,
            hint="Skriv ikkje helseopplysningar som ikkje trengst.",
        ),
        Day(
            name="siste_dag",
            label="Avtalt siste dag",
            to="agreed_end_on",
            required=False,
            hint="dd.mm.åååå. Berre når partane er samde om ein annan dag enn oppseiingstida gjev.",
        ),
        Several(
            name="samde",
            label="Kven er samde om dagen?",
            to="agreed_by",
            required=False,
            options=options("agreed_by", AGREEING),
        ),
        dag=view.on,
        av="provider" if "provider" in view.roles else None,
    )
    return Sheet({"form": form}, {"place": place})


async def give_notice(view: View, sent: Sent) -> Done:
    """The last day is said afterwards: the API computes it."""
    place = sent.sheet.values["place"]
    body = {name: value for name, value in sent.body.items() if value != []}
    notice = await view.api.post(f"/v1/placements/{place.id}/notices", body, sent.acting)
    return Done(place.address, f"Oppseiinga er registrert. Siste dag er {long_date(notice['ends_on'])}.")
