"""A case officer says why a person with a protected address is opened, before a page shows anything of the person."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Response

from app.http.access_reasons import REASONS, is_reference
from app.http.identity_numbers import IDENTITY_NUMBER_IN_TEXT, holds_identity_number
from app.web.fields import Choice, Field, Hidden, Invalid
from app.web.form_pages import FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.messages import go_on
from app.web.pages import View, own_path
from app.web.sheets import TEMPLATE, Frame, make_sheet
from app.web.stated_reasons import keep_stated_reason
from app.web.words import options


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Field):
    """The number of a case, as the access log keeps it."""

    def parse(self, text: str) -> str:
        if holds_identity_number(text):
            raise Invalid(IDENTITY_NUMBER_IN_TEXT.nn)
        if not is_reference(text):
            raise Invalid("Saksnummeret kan ha opp til 100 teikn, utan æ, ø og å. Til dømes 2022/1234.")
        return text


async def prepare_reason(view: View) -> Sheet:
    """Four reasons and the number of a case. Nothing of the person is asked of the API."""
    address = f"/deltakarar/{view.request.path_params['participant_id']}"
    form = make_form(
        Choice(
            name="grunn",
            label="Kvifor opnar du opplysningane?",
            to="reason",
            options=options("access_reason", REASONS),
        ),
        Reference(name="sak", label="Saksnummer", to="reference", required=False, hint="Til dømes 2022/1234."),
        Hidden(name="til", required=False),
        til=view.query("til"),
    )
    frame = Frame(
        title="Deltakaren har verna adresse",
        line="Sei kvifor du treng opplysningane, før dei vert viste.",
        here="Grunngjeving",
        back=("/deltakarar", "Deltakarar"),
        button="Opne opplysningane",
        after=(
            "Grunngjevinga står i innsynsloggen saman med namnet ditt. Deltakaren og revisoren kan lese ho.",
            "Ho gjeld denne deltakaren til du lukkar nettlesaren. Ein annan deltakar spør sida om for seg.",
        ),
    )
    return make_sheet(form, frame, address=address)


async def state_reason(view: View, sent: Sent) -> Response:
    """On to the page that asked."""
    target = own_path(sent.form.value("til")) or sent.sheet.values["address"]
    response = go_on(target)
    keep_stated_reason(
        view.request,
        response,
        view.session.actor,
        UUID(str(view.request.path_params["participant_id"])),
        sent.body["reason"],
        sent.body.get("reference"),
    )
    return response


ROUTES = (
    FormPage("/deltakarar/{participant_id:uuid}/grunngjeving", TEMPLATE, prepare_reason, state_reason, "case_officer"),
)
