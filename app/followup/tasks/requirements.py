"""What each version of the guideline requires of follow-up."""

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.rates.tables import GuidelineVersion
from app.rules.follow_up_duties import FollowUpRequirements

_VERSIONS = CompiledQuery(
    select(
        col(GuidelineVersion.valid_from),
        col(GuidelineVersion.plan_due_days),
        col(GuidelineVersion.conversations_per_year),
        col(GuidelineVersion.cooperation_meetings_per_year),
        col(GuidelineVersion.evaluations_per_year),
        col(GuidelineVersion.consent_months),
        col(GuidelineVersion.part_year_percent),
        col(GuidelineVersion.part_year_conversations),
    ).order_by(col(GuidelineVersion.valid_from))
)


async def load_requirements(queries: Queries) -> tuple[FollowUpRequirements, ...]:
    """M1–M4, M6: what each version of the guideline requires, by the day it applies from."""
    return tuple(FollowUpRequirements(*row) for row in await queries.fetch(_VERSIONS))
