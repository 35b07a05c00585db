"""The demo's applications of July and August 2022: two that a provider said yes to, and three under way (D4, P3)."""

from datetime import date
from typing import NamedTuple

from app.database.unit_of_work import UnitOfWork
from app.http.openapi_examples import demo_id
from app.placements import applications, requests
from app.placements.schemas import ApplicationIn, RequestAnswerIn, RequestIn


class ExampleApplication(NamedTuple):
    """An application, the request to a provider (its number from 1), and the answer: accepted, declined or none yet."""

    received_on: date
    wishes: str
    provider: int | None = None
    sent_on: date | None = None
    accepted: bool = False
    answered_on: date | None = None


APPLICATIONS = (
    ExampleApplication(
        date(2022, 7, 4),
        "Vil arbeide ute, helst med dyr eller i hage.",
        provider=1,
        sent_on=date(2022, 7, 8),
        accepted=True,
        answered_on=date(2022, 7, 20),
    ),
    ExampleApplication(
        date(2022, 7, 18),
        "Ynskjer rolege dagar i trebearbeidinga.",
        provider=2,
        sent_on=date(2022, 8, 1),
        accepted=True,
        answered_on=date(2022, 8, 15),
    ),
    # Twenty days without an answer on the demo's day.
    ExampleApplication(
        date(2022, 8, 8),
        "Vil prøve kantina og møte folk.",
        provider=3,
        sent_on=date(2022, 8, 11),
    ),
    ExampleApplication(
        date(2022, 7, 25),
        "Ynskjer arbeid med tekstil, gjerne saman med ein ven.",
        provider=3,
        sent_on=date(2022, 7, 29),
        answered_on=date(2022, 8, 17),
    ),
    ExampleApplication(date(2022, 8, 29), "Vil ha ei fast oppgåve på vaskeriet."),
)


async def add_applications(unit: UnitOfWork, first_participant: int) -> None:
    """Receive each application, of one participant after the other, and what came of it so far."""
    for offset, example in enumerate(APPLICATIONS):
        body = ApplicationIn(
            participant_id=demo_id("participant", first_participant + offset),
            received_on=example.received_on,
            need="permanent",
            wishes=example.wishes,
            medication_tasks=False,
        )
        application = await applications.record_application(unit, body)
        if example.provider is None or example.sent_on is None:
            continue
        sent = RequestIn(provider_id=demo_id("provider", example.provider), sent_on=example.sent_on)
        request = await requests.send_request(unit, application.id, sent)
        if example.answered_on is not None:
            answer = RequestAnswerIn(
                answer="accepted" if example.accepted else "declined",
                reason=None if example.accepted else "cannot_accommodate",
                answered_on=example.answered_on,
            )
            await requests.answer_request(unit, request.id, answer, example.answered_on)
