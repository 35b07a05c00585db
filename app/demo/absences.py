"""The demo's absences: two days of sickness, a long absence that was reviewed, and one that waits for it (A1, A3)."""

from datetime import date

from app.absence import absences, reviews
from app.absence.schemas import AbsenceIn, AbsenceReviewIn
from app.absence.tables import Absence, AbsenceReview
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.openapi_examples import demo_id
from app.placements.tables import Placement
from app.security.roles import Actor

NUMBERED: dict[type[object], str] = {Absence: "absence", AbsenceReview: "absence_review"}
FIRST, WAITING, REVIEWED = (demo_id("placement", number) for number in (1, 2, 3))
# 19 of the 63 planned days of the 90 up to 31 August 2022: 30.16 %.
SUMMER = {"placement_id": WAITING, "kind": "sick", "from": "2022-08-02", "to": "2022-08-26"}
SPRING = {"placement_id": REVIEWED, "kind": "sick", "from": "2022-03-21", "to": "2022-05-06"}


async def add_absences(unit: UnitOfWork, actor: Actor, today: date) -> None:
    """Add absence of May, a review of the spring's, and what has reached the threshold on the demo's day."""
    # A row and no push, which would number it itself: the examples name its id.
    unit.session.add(
        Absence(
            provider_id=demo_id("provider", 1),
            external_id="F-0",
            placement_id=FIRST,
            revision=1,
            kind="sick",
            starts_on=date(2022, 5, 9),
            ends_on=date(2022, 5, 10),
            percent=100,
        )
    )
    await unit.session.flush()
    for period in (SPRING, SUMMER):
        await absences.record_absence(unit, AbsenceIn.model_validate(period))
    review = {"reviewed_on": "2022-05-10", "outcome": "no_change", "reason": "Sjuk, og snart attende."}
    place = await find(unit, Placement, REVIEWED)
    await reviews.record_review(unit, actor, place, AbsenceReviewIn.model_validate(review), today)
