"""The steps on the way to a place, as the case office takes them, for tests that begin further along."""

from typing import Any, Protocol

import httpx

LEGAL_BASIS = "Helse- og omsorgstenestelova § 3-3"
ABSENCE_ROUTINE = {
    "agreed_on": "2021-01-01",
    "contact_after_days": 3,
    "contact": "Pårørande, så utøvande teneste",
    "reference": "Sak 2021/12",
}
GUIDELINE = {"valid_from": "2022-01-01"}
RATE = {
    "valid_from": "2022-01-01",
    "known_from": "2022-01-01",
    "monthly_amount": "14878.00",
    "source": "Guideline 2022, ch. 8",
}


class Callers(Protocol):
    """Those who take the steps: as much of an `Api` as they need."""

    @property
    def case_officer(self) -> httpx.AsyncClient: ...

    @property
    def finance(self) -> httpx.AsyncClient: ...


def ok(answer: httpx.Response, status: int = 201) -> dict[str, Any]:
    """The answer's body; the test fails unless it has the status."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem's body; the test fails unless it has the status and code, and a 422 a pointer to each fault."""
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}"), answer.text
    body: dict[str, Any] = answer.json()
    assert status != 422 or all(error["pointer"].startswith("#") for error in body["errors"]), answer.text
    assert status != 422 or body["errors"], answer.text
    return body


async def law(api: Callers, frame: str | None = "6934000.00") -> None:
    """Guideline, rate and frame of 2022."""
    ok(await api.case_officer.post("/v1/guideline-versions", json=GUIDELINE))
    ok(await api.case_officer.post("/v1/rates", json=RATE))
    if frame is not None:
        body = {"amount": frame, "adopted_on": "2021-12-16", "reason": "Budsjett 2022"}
        ok(await api.finance.post("/v1/budgets/2022/frames", json=body))


async def provider(
    api: Callers, places: int = 10, organisation_number: str = "310300403", name: str = "Gløde AS"
) -> str:
    """A provider with a capacity since 2021, and an absence routine (P7); its id."""
    body = {"name": name, "organisation_number": organisation_number, "municipality_number": "4631"}
    made: str = ok(await api.case_officer.post("/v1/providers", json=body))["id"]
    capacity = {"valid_from": "2021-01-01", "places": places}
    ok(await api.case_officer.post(f"/v1/providers/{made}/capacities", json=capacity))
    ok(await api.case_officer.post(f"/v1/providers/{made}/absence-routines", json=ABSENCE_ROUTINE))
    return made


async def participant(api: Callers, **changes: Any) -> str:
    """A participant's id."""
    body = {
        "given_name": "Sprek",
        "family_name": "Hage",
        "birth_date": "1990-01-01",
        "municipality_number": "4631",
        "service_area": "habilitation",
    }
    made: str = ok(await api.case_officer.post("/v1/participants", json=body | changes))["id"]
    return made


async def application(api: Callers, participant_id: str, **changes: Any) -> str:
    """An application's id."""
    body = {"participant_id": participant_id, "received_on": "2022-01-03", "need": "permanent", "wishes": "Ute."}
    made: str = ok(await api.case_officer.post("/v1/applications", json=body | changes))["id"]
    return made


async def request(
    api: Callers, application_id: str, provider_id: str, answer: str | None = "accepted", sent_on: str = "2022-01-04"
) -> str:
    """A request's id, answered unless `answer` is None."""
    path = f"/v1/applications/{application_id}/requests"
    sent = await api.case_officer.post(path, json={"provider_id": provider_id, "sent_on": sent_on})
    made: str = ok(sent)["id"]
    if answer is not None:
        body = {"answer": answer} | ({"reason": "no_capacity"} if answer == "declined" else {})
        ok(await api.case_officer.post(f"/v1/requests/{made}/answer", json=body), 200)
    return made


def grant(application_id: str, request_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a grant."""
    body = {
        "kind": "grant",
        "decided_on": "2022-01-10",
        "legal_basis": LEGAL_BASIS,
        "application_id": application_id,
        "request_id": request_id,
        "starts_on": "2022-07-01",
        "ends_on": None,
        "share": 100,
    }
    return body | changes


async def ready_to_grant(
    api: Callers, provider_id: str, participant_id: str | None = None, **changes: Any
) -> dict[str, Any]:
    """An application with an accepted request: the body of its grant."""
    person = participant_id or await participant(api)
    applied = await application(api, person, **changes)
    sent_on = changes.get("received_on", "2022-01-04")
    return grant(applied, await request(api, applied, provider_id, sent_on=sent_on))


def legacy(participant_id: str, provider_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a legacy place."""
    body = {
        "participant_id": participant_id,
        "provider_id": provider_id,
        "terms": "legacy",
        "starts_on": "2021-01-01",
        "monthly_price": "22317.00",
    }
    return body | changes


async def placed(api: Callers, provider_id: str, **changes: Any) -> str:
    """A standard place, granted from 1 July 2022 unless `changes` of the grant say otherwise; its id."""
    need = "permanent" if changes.get("ends_on") is None else "temporary"
    body = await ready_to_grant(api, provider_id, need=need)
    made: str = ok(await api.case_officer.post("/v1/decisions", json=body | changes))["placement_id"]
    return made


async def recorded(api: Callers, provider_id: str, **changes: Any) -> str:
    """A legacy place since 2021; its id."""
    body = legacy(await participant(api), provider_id, **changes)
    made: str = ok(await api.case_officer.post("/v1/placements", json=body))["id"]
    return made


def reject(application_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a rejection."""
    body = {
        "kind": "reject",
        "decided_on": "2022-01-11",
        "legal_basis": LEGAL_BASIS,
        "application_id": application_id,
        "reason": "Ikkje busett i kommunen.",
    }
    return body | changes


def change(placement_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a change."""
    body = {
        "kind": "change",
        "decided_on": "2022-08-15",
        "legal_basis": LEGAL_BASIS,
        "placement_id": placement_id,
    }
    return body | changes


def end(placement_id: str, ends_on: str, **changes: Any) -> dict[str, Any]:
    """The body of an end."""
    return change(placement_id) | {"kind": "end", "ends_on": ends_on} | changes


def annul(placement_id: str, corrects_id: str | None = None, **changes: Any) -> dict[str, Any]:
    """The body of an annulment."""
    body = {
        "kind": "annul",
        "decided_on": "2022-09-15",
        "legal_basis": "Forvaltningslova § 35",
        "placement_id": placement_id,
        "reason": "Personen var registrert to gonger.",
        "found_by": "case_office",
    }
    return body | ({} if corrects_id is None else {"corrects_id": corrects_id}) | changes


def correct(placement_id: str, corrects_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a correction; `changes` say what the decision should have said."""
    return annul(placement_id, corrects_id) | {"kind": "correct", "reason": "Året vart skrive feil."} | changes


def notice(given_on: str, **changes: Any) -> dict[str, Any]:
    """The body of a notice."""
    body = {
        "given_by": "municipality",
        "given_on": given_on,
        "reason": "changed_needs",
        "text": None,
        "agreed_end_on": None,
        "agreed_by": ["municipality", "provider"],
    }
    return body | changes


def supplement(valid_from: str, **changes: Any) -> dict[str, Any]:
    """The body of a supplement."""
    body = {
        "monthly_amount": "3000.00",
        "valid_from": valid_from,
        "valid_to": None,
        "reason": "Treng ein fast tilsett.",
        "agreed_by": ["service", "case_office", "provider"],
    }
    return body | changes


async def forecast(api: Callers, on: str = "2022-12-31", year: int = 2022) -> str:
    """The year's forecast as seen on a day."""
    answer = await api.finance.get(f"/v1/budgets/{year}/position", params={"on": on})
    amount: str = ok(answer, 200)["forecast"]
    return amount
