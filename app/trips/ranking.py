"""The ranking of a round's applications (T11): a proposal with reasons, of which nothing is stored."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.access_log.restrictions import find_restricted
from app.database.queries import Queries
from app.http.lookup import find
from app.http.names import format_day
from app.rules.trips import RankedApplication, TripScores, explain_rank, rank_applications
from app.trips.application_schemas import RankedTripApplication, TripRankingOut
from app.trips.applications import Timeliness, measure_timeliness
from app.trips.overview import load_decided
from app.trips.tables import TripApplication, TripRound


async def compute_ranking(queries: Queries, round_id: UUID, places: int) -> TripRankingOut:
    """T11: the round's applications that are not withdrawn (T12). Records access to the people.

    Without those whose data may only be stored (G1).

    Raises `NOT_FOUND`.
    """
    round_ = await find(queries, TripRound, round_id)
    statement = select(TripApplication).where(
        col(TripApplication.length) == round_.length,
        col(TripApplication.preferred_from).between(date(round_.year, 1, 1), date(round_.year, 12, 31)),
        col(TripApplication.withdrawn_on).is_(None),
    )
    found = await queries.select(statement)
    timeliness = await measure_timeliness(queries, found)
    restricted = await find_restricted(queries, {one.participant_id for one in found})
    applications = [
        one for one in found if timeliness[one.id].round_id == round_.id and one.participant_id not in restricted
    ]
    record_access(queries, (application.participant_id for application in applications))
    ranking = rank_applications(
        (_to_ranked(application, timeliness[application.id]) for application in applications), places
    )
    known = {str(one.id): one for one in applications}
    # One that was rejected once and granted later is granted.
    decided = sorted(await load_decided(queries, date.min, date.max), key=lambda one: one.reason is None)
    decisions = {one.application_id: "grant" if one.reason is None else "reject" for one in decided}

    def show(one: RankedApplication, *, rank: int | None, reason: str, explanation: str) -> RankedTripApplication:
        application = known[one.id]
        return RankedTripApplication.model_validate(
            {
                "rank": rank,
                "application_id": application.id,
                "participant_id": application.participant_id,
                "total": one.scores.total,
                "late": one.late,
                "within_interval": one.within_interval,
                "last_granted_year": one.last_granted_year,
                "received_on": one.received_on,
                "reason": reason,
                "explanation": explanation,
                "decision": decisions.get(application.id),
            }
        )

    order = [*ranking.proposed, *ranking.waiting]
    ranked = []
    for rank, (before, one) in enumerate(zip([None, *order], order, strict=False), start=1):
        reason = explain_rank(one, before)
        ranked.append(show(one, rank=rank, reason=reason, explanation=_describe(reason, one, before)))
    return TripRankingOut(
        round_id=round_.id,
        places=places,
        proposed=ranked[:places],
        waiting=ranked[places:],
        not_assessed=[
            show(
                one,
                rank=None,
                reason="not_assessed",
                explanation="Vurderinga er ikkje ferdig; søknaden er ikkje rangert.",
            )
            for one in ranking.not_assessed
        ],
    )


def _to_ranked(application: TripApplication, timeliness: Timeliness) -> RankedApplication:
    return RankedApplication(
        id=str(application.id),
        received_on=application.received_on,
        scores=TripScores(application.benefit, application.resource, application.severity, application.mastery),
        late=timeliness.late,
        within_interval=timeliness.within_interval,
        last_granted_year=timeliness.last_granted_year,
    )


def _describe(reason: str, one: RankedApplication, before: RankedApplication | None) -> str:
    """Why an application stands after the one before it, in nynorsk."""
    if before is None:
        return "Står fremst i lista."
    waited = "har ikkje fått reise før" if before.last_granted_year is None else "har venta lenger"
    return {
        "late": "Søknaden kom for seint. Dei som kom i tide, står føre.",
        "within_interval": "Personen fekk reise for kort tid sidan. Dei som det er lenge nok sidan, står føre.",
        "scores": f"Summen av vurderingane er {one.scores.total}. Søknaden framfor har {before.scores.total}.",
        "last_granted": f"Lik sum, men personen fekk reise i {one.last_granted_year}. Den framfor {waited}.",
        "received": f"Lik i alt anna, men søknaden kom {format_day(one.received_on)}."
        f" Den framfor kom {format_day(before.received_on)}.",
        "id": "Lik i alt. Rekkjefølgja er den søknadene vart registrerte i.",
    }[reason]
