"""The demo's absences: some of 2022, and two places whose absence is extensive as seen from today (A1, A3)."""

from datetime import date, timedelta

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


async def add_absences(unit: UnitOfWork, actor: Actor, today: date) -> None:
    """Add a reviewed absence, one that is due for a review, and some earlier ones."""
    # A row and not a push, which gives ids of its own: the examples name this one.
    unit.session.add(
        Absence(
            provider_id=demo_id("provider", 1),
            external_id="F-0",
            placement_id=FIRST,
            revision=1,
            kind="sick",
            starts_on=date(2022, 9, 5),
            ends_on=date(2022, 9, 6),
            percent=100,
        )
    )
    await unit.session.flush()
    # Extensive on the day that the example of a review names.
    autumn = {"placement_id": WAITING, "kind": "sick", "from": "2022-09-01", "to": "2022-10-14"}
    await absences.record_absence(unit, AbsenceIn.model_validate(autumn))
    period = {"from": (today - timedelta(days=60)).isoformat(), "to": (today - timedelta(days=10)).isoformat()}
    for placement_id in (WAITING, REVIEWED):
        recent = AbsenceIn.model_validate({"placement_id": placement_id, "kind": "sick", **period})
        await absences.record_absence(unit, recent)
    review = {"reviewed_on": today.isoformat(), "outcome": "no_change", "reason": "Sjuk, og snart attende."}
    place = await find(unit, Placement, REVIEWED)
    await reviews.record_review(unit, actor, place, AbsenceReviewIn.model_validate(review), today)
