"""The Ramberg trust's grants of a year in cells by service area (R10), as known on a day."""

from datetime import date

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.figures.cells import AreaRow, YearMeasures, add_by_area

_GRANTS = CompiledQuery(
    text(
        """
        select entry.entered_on, participant.service_area, entry.amount, participant.id
        from trust_entry as entry
        join trust_application as application on application.id = entry.application_id
        join participant on participant.id = application.participant_id
        where entry.kind = 'grant' and entry.annulled_at is null
            and entry.entered_on between :first and :last and entry.entered_on <= :on
        """
    )
)
MEASURES_OF_TRUST = frozenset({"trust_grants", "trust_granted"})


async def add_trust_grants(queries: Queries, measures: YearMeasures, on: date) -> None:
    """R10: what was granted in the year, in the month of the decision.

    Read with the case office's rights: what goes out are sums.
    """
    async with queries.acting_as("case_officer"):
        rows = await queries.fetch(_GRANTS, first=date(measures.year, 1, 1), last=date(measures.year, 12, 31), on=on)
    grants = [
        AreaRow(granted_on, area, {"trust_grants": 1, "trust_granted": amount}, [person])
        for granted_on, area, amount, person in rows
    ]
    add_by_area(measures, MEASURES_OF_TRUST, "trust_grantees", grants)
