"""Screen 4: an application is received, a provider is asked, and its answer recorded (D4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.web.fields import Check, Choice, Day, Hidden, LongText, Option, Pick, Select, Whole, YesNo
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Form, make_form
from app.web.names import full_name, load_providers
from app.web.pages import Page, View
from app.web.person import OPEN
from app.web.render import count, long_date, number, to_date
from app.web.words import options, word

ANSWER_DAYS = 14
"""From when an unanswered request is told as late, as the work list's `request_unanswered` does (D4)."""

REASON = LongText(name="grunn", label="Grunn", to="reason", hint="Vert ståande på saka.")


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a provider, and what may be done with it."""

    id: str
    provider: str
    data: Mapping[str, Any]
    days: int

    @property
    def standing(self) -> str:
        """What became of it, in a word."""
        if self.data["recalled_on"]:
            return "Kalla tilbake"
        if self.data["retracted_on"]:
            return "Ja vart teke tilbake"
        return {None: "Ventar på svar", "accepted": "Ja", "declined": "Nei"}[self.data["answer"]]

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.standing == "Ventar på svar"

    @property
    def is_accepted(self) -> bool:
        """Whether the provider has said yes, and stands by it."""
        return self.standing == "Ja"

    @property
    def is_late(self) -> bool:
        """Whether the answer should have been here."""
        return self.is_open and self.days > ANSWER_DAYS


async def prepare_new_application(view: View) -> Sheet:
    """The form of an application of one person, who is chosen before."""
    id_ = str(view.request.path_params["participant_id"])
    person = await view.api.get(f"/v1/participants/{id_}")
    form = make_form(
        Day(name="motteken", label="Motteken", to="received_on"),
        Choice(name="behov", label="Behov", to="need", options=options("need", ("permanent", "temporary"))),
        LongText(
            name="ynske",
            label="Kva ynskjer søkjaren sjølv?",
            to="wishes",
            hint="Til dømes kva slag arbeid, og hjå kven. Vekstbedrifta som vert spurd, får sjå det.",
        ),
        Check(name="medisin", label="Søkjaren treng hjelp med medisin i arbeidstida", to="medication_tasks"),
        *_view_fields(required=False),
        motteken=view.on,
    )
    return Sheet({"form": form}, {"person": person, "name": full_name(person)})


async def record_application(view: View, sent: Sent) -> Done:
    """The service's view comes along where all of it is there."""
    body = _with_view(sent.body)
    body["participant_id"] = sent.sheet.values["person"]["id"]
    made = await view.api.post("/v1/applications", body, sent.acting)
    others = len(made["open_applications"])
    more = f" Personen har {count(others, 'annan open søknad', 'andre opne søknader')}." if others else ""
    return Done(f"/soknader/{made['id']}", f"Søknaden er registrert.{more} No kan du spørje ei vekstbedrift.")


async def show_application(view: View) -> Response:
    """The application with its three steps."""
    sheet = await prepare_application(view)
    return view.render("soknad.html", forms=sheet.forms, **sheet.values)


async def prepare_application(view: View) -> Sheet:
    """Everything on the page, and the forms that its standing allows."""
    id_ = str(view.request.path_params["application_id"])
    application, etag = await view.api.get_with_etag(f"/v1/applications/{id_}")
    person = await view.api.get(f"/v1/participants/{application['participant_id']}")
    providers = await load_providers(view.api)
    asked = await view.api.list(f"/v1/applications/{id_}/requests")
    vacancies = (await view.api.get("/v1/providers/vacancies", on=view.on))["items"]
    deviations = await view.api.list("/v1/deviations", status="open", on=view.on)
    requests = [
        Request(one["id"], providers.get(one["provider_id"], ""), one, (view.on - to_date(one["sent_on"])).days)
        for one in sorted(asked, key=lambda one: (one["sent_on"], one["id"]))
    ]
    forms = _make_forms(view.on, application, requests, _describe_providers(providers, vacancies, deviations))
    # The only one that replaces what another may have written.
    forms["tenesta"] = replace(forms["tenesta"], etag=etag)
    values = {
        "application": application,
        "person": person,
        "name": full_name(person),
        "requests": requests,
        "waiting_days": (view.on - to_date(application["received_on"])).days,
        "is_open": application["status"] in OPEN,
        "vacancies": [(providers.get(one["provider_id"], ""), one) for one in vacancies],
    }
    return Sheet(forms, values)


def _make_forms(
    on: date, application: Mapping[str, Any], requests: Sequence[Request], providers: Sequence[Option]
) -> dict[str, Form]:
    waiting = [one for one in requests if one.is_open]
    accepted = [one for one in requests if one.is_accepted]
    view = application["service_view"] or {}
    asking: dict[str, Any] = {"sendt": on, "del": 100}
    return {
        "foresporsel": make_form(
            Pick(
                name="vekstbedrift",
                label="Vekstbedrift",
                to="provider_id",
                options=providers,
                hint="Du kan spørje ei full bedrift òg; vedtaket vert stoppa om plassen ikkje er ledig den dagen.",
            ),
            Day(name="sendt", label="Sendt", to="sent_on"),
            Whole(name="del", label="Del av full plass", to="share", unit="%"),
            Day(name="fra", label="Frå dag", to="starts_from", required=False),
            prefix="f-",
            **asking,
        ),
        "svar": make_form(
            _choose_request(waiting),
            Choice(name="svar", label="Svar", to="answer", options=options("answer", ("accepted", "declined"))),
            Day(name="svart", label="Svara", to="answered_on"),
            Select(
                name="grunn",
                label="Grunn til nei",
                to="reason",
                required=False,
                options=options("decline", ("no_capacity", "cannot_accommodate", "other")),
            ),
            LongText(name="tekst", label="Forklaring", to="text", required=False),
            YesNo(name="lokale", label="Er lokala eigna?", to="premises_suitable", required=False),
            prefix="s-",
            svart=on,
            foresporsel=waiting[-1].id if waiting else None,
        ),
        "tilbakekalling": make_form(
            _choose_request(waiting), REASON, prefix="k-", foresporsel=waiting[-1].id if waiting else None
        ),
        "tilbaketrekking": make_form(
            _choose_request(accepted), REASON, prefix="j-", foresporsel=accepted[-1].id if accepted else None
        ),
        "tenesta": make_form(
            *_view_fields(required=True),
            prefix="t-",
            teneste=view.get("area"),
            teneste_dag=view.get("given_on") or on,
            teneste_syn=view.get("text"),
        ),
        "trekking": make_form(Day(name="dag", label="Trekt den", to="withdrawn_on"), prefix="x-", dag=on),
        "annullering": make_form(REASON, prefix="a-"),
    }


def _choose_request(requests: Sequence[Request]) -> Hidden | Select:
    """The request that is meant: unseen where there is one, else to be chosen."""
    if len(requests) < 2:
        return Hidden(name="foresporsel")
    return Select(
        name="foresporsel",
        label="Førespurnad til",
        options=[Option(one.id, f"{one.provider}, sendt {long_date(one.data['sent_on'])}") for one in requests],
    )


def _view_fields(*, required: bool) -> tuple[Select, Day, LongText]:
    areas = options("service_area", ("habilitation", "mental_health", "other"))
    return (
        Select(name="teneste", label="Teneste", to="service_view/area", required=required, options=areas),
        Day(name="teneste_dag", label="Vurdert den", to="service_view/given_on", required=required),
        LongText(name="teneste_syn", label="Tenesta si vurdering", to="service_view/text", required=required),
    )


def _with_view(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body whose view of the service is an object of its own; left out where none of it is there."""
    found = {name: value for name, value in body.items() if not name.startswith("service_view/")}
    view = {name.partition("/")[2]: value for name, value in body.items() if name.startswith("service_view/")}
    return found | ({"service_view": view} if view.get("text") or view.get("area") else {})


def _describe_providers(
    providers: Mapping[str, str], vacancies: Sequence[Mapping[str, Any]], deviations: Sequence[Mapping[str, Any]]
) -> list[Option]:
    """Each provider with its free places and what is amiss there (P2, P4)."""
    free = {one["provider_id"]: one for one in vacancies}
    amiss: dict[str, list[str]] = {}
    for one in deviations:
        if one["provider_id"]:
            amiss.setdefault(one["provider_id"], []).append(word(one["kind"], "kind"))
    return [
        Option(id_, name, ". ".join([*_describe_vacancy(free.get(id_)), *sorted(set(amiss.get(id_, ())))]))
        for id_, name in sorted(providers.items(), key=lambda one: one[1])
    ]


def _describe_vacancy(row: Mapping[str, Any] | None) -> list[str]:
    if row is None:
        return ["Ingen plassar registrerte"]
    promised = f", {number(row['promised'])} lova bort" if Decimal(row["promised"]) else ""
    free = "ledig" if Decimal(row["free"]) == 1 else "ledige"
    said = f"{number(row['free'])} {free} av {number(row['capacity'])}{promised}"
    later = row["free_changes_on"]
    return [said, f"Endrar seg {long_date(later)}"] if later else [said]


async def send_request(view: View, sent: Sent) -> Done:
    """A provider is asked."""
    await view.api.post(f"{_api_path(view)}/requests", sent.body, sent.acting)
    return Done(_address(view), "Førespurnaden er send. Vekstbedrifta ser han på sida si.")


async def record_answer(view: View, sent: Sent) -> Done:
    """The provider's answer, which somebody took by telephone or letter."""
    request = await view.api.post(f"/v1/requests/{_request(sent)}/answer", sent.body, sent.acting)
    if request["answer"] == "accepted":
        return Done(_address(view), "Svaret er registrert: ja. No kan du gjere vedtak.")
    return Done(_address(view), "Svaret er registrert: nei. Spør gjerne ei anna vekstbedrift.")


async def recall_request(view: View, sent: Sent) -> Done:
    """An unanswered request is taken back."""
    await view.api.post(f"/v1/requests/{_request(sent)}/recall", sent.body, sent.acting)
    return Done(_address(view), "Førespurnaden er kalla tilbake.")


async def retract_acceptance(view: View, sent: Sent) -> Done:
    """The provider's yes is taken back, on its behalf."""
    await view.api.post(f"/v1/requests/{_request(sent)}/retraction", sent.body, sent.acting)
    return Done(_address(view), "Vekstbedrifta sitt ja er teke tilbake.")


async def record_service_view(view: View, sent: Sent) -> Done:
    """What the executing service thinks (D4)."""
    body = _with_view(sent.body)["service_view"]
    await view.api.put(f"{_api_path(view)}/service-view", body, sent.acting)
    return Done(_address(view), "Tenesta si vurdering er lagra.")


async def withdraw_application(view: View, sent: Sent) -> Done:
    """The applicant does not want it any more."""
    await view.api.post(f"{_api_path(view)}/withdrawal", sent.body, sent.acting)
    return Done(_address(view), "Søknaden er trekt.")


async def annul_application(view: View, sent: Sent) -> Done:
    """It was never an application (D10)."""
    await view.api.post(f"{_api_path(view)}/annulment", sent.body, sent.acting)
    return Done(_address(view), "Søknaden er annullert. Han kan framleis lesast, men tel ikkje.")


async def choose_person(view: View) -> Response:
    """«Ny søknad» from the menu: the person comes first."""
    return RedirectResponse("/deltakarar", 303)


def _request(sent: Sent) -> str:
    return sent.form.value("foresporsel")


def _address(view: View) -> str:
    return f"/soknader/{view.request.path_params['application_id']}"


def _api_path(view: View) -> str:
    return f"/v1/applications/{view.request.path_params['application_id']}"


_ONE = "/soknader/{application_id:uuid}"
ROUTES = (
    Page("/soknader/ny", choose_person, "case_officer"),
    FormPage(
        "/deltakarar/{participant_id:uuid}/soknad",
        "soknad-ny.html",
        prepare_new_application,
        record_application,
        "case_officer",
    ),
    Page(_ONE, show_application, "case_officer"),
    *(
        FormPage(f"{_ONE}/{form}", "soknad.html", prepare_application, send, "case_officer", form=form)
        for form, send in (
            ("foresporsel", send_request),
            ("svar", record_answer),
            ("tilbakekalling", recall_request),
            ("tilbaketrekking", retract_acceptance),
            ("tenesta", record_service_view),
            ("trekking", withdraw_application),
            ("annullering", annul_application),
        )
    ),
)
