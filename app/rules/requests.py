"""Requests to providers for a place: which acceptances stand (D4), and what the provider is shown of the applicant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.rules.process import ApplicationStatus

Answer = Literal["accepted", "declined"]

OPEN_STATUSES: frozenset[ApplicationStatus] = frozenset({"received", "requested", "accepted"})
"""Neither decided, withdrawn nor annulled."""

AGE_BAND_YEARS = 10


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request of an application.

    `sent_number` and `answer_number` are in the order in which sending and answers were stored, in one series.
    """

    sent_number: int
    answer: Answer | None = None
    answer_number: int | None = None
    recalled: bool = False
    retracted: bool = False

    @property
    def is_open(self) -> bool:
        """It waits for its answer."""
        return self.answer is None and not self.recalled


def is_standing(request: RequestFacts, of_application: Sequence[RequestFacts]) -> bool:
    """D4: the provider has accepted, has not taken it back, and no newer answer counts instead.

    **Decided here**: the answer to a request that was sent after this acceptance is newer. Answers to requests that
    were open at the same time (`open_requests`) leave each other as they are.
    """
    if request.answer != "accepted" or request.retracted or request.answer_number is None:
        return False
    return all(other.answer is None or other.sent_number < request.answer_number for other in of_application)


def determine_application_status(
    requests: Sequence[RequestFacts],
    *,
    decided: Literal["grant", "reject"] | None,
    withdrawn: bool,
    annulled: bool = False,
) -> ApplicationStatus:
    """D4, D10: how far an application has come, from its requests and its decision."""
    if annulled:
        return "annulled"
    if decided is not None:
        return "granted" if decided == "grant" else "rejected"
    if withdrawn:
        return "withdrawn"
    if any(is_standing(request, requests) for request in requests):
        return "accepted"
    return "requested" if any(request.is_open for request in requests) else "received"


def is_applicant_visible(
    request: RequestFacts, of_application: Sequence[RequestFacts], status: ApplicationStatus, *, granted: bool
) -> bool:
    """Whether the provider still sees the applicant's wishes and age: it judges, has promised, or got the place.

    `granted` says that the application's grant rests on this very request.
    """
    if granted:
        return True
    return status in OPEN_STATUSES and (request.is_open or is_standing(request, of_application))


def determine_age_band(birth_date: date, on: date) -> str:
    """The ten years that a person's age on a day lies in: `20-29`."""
    age = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    first = max(age, 0) // AGE_BAND_YEARS * AGE_BAND_YEARS
    return f"{first}-{first + AGE_BAND_YEARS - 1}"
