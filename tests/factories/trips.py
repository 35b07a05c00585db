"""The trip scheme, rounds and applications (T)."""

from typing import Any

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok

ROUNDS, APPLICATIONS = "/v1/trip-rounds", "/v1/trip-applications"
TRIAL = {"valid_from": "2021-01-01", "valid_to": "2022-12-31", "source": "Prøveordning"}


def trip_round(**changes: Any) -> dict[str, Any]:
    """The round of the long trips of 2022, as it can be sent."""
    return {
        "year": 2022,
        "length": "long",
        "opens_on": "2021-11-01",
        "deadline": "2022-02-01",
        "notice_text": "Søk om ferie- og fritidsreise i 2022.",
    } | changes


def application(participant_id: str, **changes: Any) -> dict[str, Any]:
    """An application in time for a long trip."""
    return {
        "participant_id": participant_id,
        "received_on": "2022-01-10",
        "wishes": "Bade og sjå dyr.",
        "length": "long",
        "preferred_from": "2022-06-20",
        "preferred_to": "2022-06-26",
        "need_grade": "extensive",
        "documented_on": "2021-12-01",
        "documented_by": "habilitation",
    } | changes


def assessment(*scores: int | None, **changes: Any) -> dict[str, Any]:
    """Scores of benefit, resource, severity and mastery; None where one is missing."""
    names = ("benefit", "resource", "severity", "mastery")
    criteria = {
        name: None if score is None else {"score": score, "reason": f"Vurdert til {score}."}
        for name, score in zip(names, scores, strict=True)
    }
    return {"assessed_on": "2022-02-10"} | criteria | changes


async def record_scheme(api: Api, **changes: Any) -> dict[str, Any]:
    """A version of the scheme: the trial's."""
    return ok(await api.case_officer.post("/v1/trip-schemes", json=TRIAL | changes))


async def open_round(api: Api, **changes: Any) -> dict[str, Any]:
    """A round."""
    return ok(await api.grants_officer.post(ROUNDS, json=trip_round(**changes)))


async def apply(api: Api, participant_id: str | None = None, **changes: Any) -> dict[str, Any]:
    """An application; of somebody new if nobody is named."""
    who = participant_id or await steps.participant(api, service_area="other")
    return ok(await api.grants_officer.post(APPLICATIONS, json=application(who, **changes)))


async def assess(api: Api, id_: str, *scores: int | None) -> dict[str, Any]:
    """The application with these scores."""
    return ok(await api.grants_officer.post(f"{APPLICATIONS}/{id_}/assessment", json=assessment(*scores)))
