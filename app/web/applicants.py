"""Who applies to the trust or for a trip: found by name or number, or registered (X2, X3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from starlette.routing import BaseRoute

from app.web.calls import Refused
from app.web.fields import BirthDay, Field
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Typed, make_form, point_at
from app.web.names import full_name, load_people
from app.web.pages import Action, Page, View
from app.web.people import go_to_number
from app.web.sheets import TEMPLATE, Frame, make_sheet

HANDLERS = ("case_officer", "grants_officer")
HIDDEN_NAME = "Verna adresse"
FOUND = 25
_TAKEN = {"identity-number-taken": "fnr"}


async def name_applicants(view: View, found: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The applicants' names by id; of a protected address none."""
    people = await load_people(view.api, (one["participant_id"] for one in found))
    return {
        id_: full_name(people[id_]) if id_ in people else HIDDEN_NAME
        for id_ in {one["participant_id"] for one in found}
    }


@dataclass(frozen=True, slots=True)
class ApplicantPages:
    """The pages below `address` on which the applicant is found, on the way to the form at `form`."""

    address: str
    title: str
    form: str

    @property
    def search(self) -> str:
        """The address of the search."""
        return f"{self.address}/sokjar"

    async def find_applicant(self, view: View) -> Response:
        """By the beginning of the name."""
        name = view.query("name")
        people: Sequence[Mapping[str, Any]] = ()
        if name:
            people = (await view.api.get("/v1/participants", name=name, limit=FOUND))["items"]
        found = [(one["id"], full_name(one), one.get("birth_date")) for one in people]
        return view.render("sokjar.html", name=name, found=found, back=(self.address, self.title), form=self.form)

    async def look_up_applicant(self, view: View, form: Typed) -> Response:
        """By identity number, which is in no address."""
        return await go_to_number(view, form, self.form)

    async def prepare_applicant(self, view: View) -> Sheet:
        """Somebody who has no place, and is registered to apply."""
        form = make_form(
            Field(name="fornamn", label="Fornamn", to="given_name"),
            Field(name="etternamn", label="Etternamn", to="family_name"),
            BirthDay(name="fodd", label="Fødd", to="birth_date"),
            Field(
                name="kommune", label="Kommunenummer", to="municipality_number", hint="Der personen er folkeregistrert."
            ),
            Field(
                name="fnr",
                label="Fødselsnummer eller D-nummer",
                to="national_identity_number",
                required=False,
                hint="11 siffer. Nummeret vert aldri vist att.",
            ),
            kommune=view.request.app.state.settings.municipality_number,
        )
        frame = Frame(
            title="Registrer ein søkjar",
            here="Registrer",
            back=(self.search, "Finn søkjaren"),
            button="Registrer søkjaren",
            after=("Berre den som ikkje er registrert frå før. Du går vidare til søknaden.",),
        )
        return make_sheet(form, frame)

    async def register_applicant(self, view: View, sent: Sent) -> Done:
        """On to the application."""
        try:
            made = await view.api.post("/v1/participants", {**sent.body, "service_area": "other"}, sent.acting)
        except Refused as refused:
            raise point_at(refused, _TAKEN) from None
        return Done(f"{self.form}{made['id']}", f"{full_name(made)} er registrert.")

    @property
    def routes(self) -> tuple[BaseRoute, ...]:
        """The search, the lookup by number, and the form of somebody new."""
        return (
            Page(self.search, self.find_applicant, *HANDLERS),
            Action(f"{self.search}/oppslag", self.look_up_applicant, *HANDLERS),
            FormPage(f"{self.search}/ny", TEMPLATE, self.prepare_applicant, self.register_applicant, *HANDLERS),
        )
