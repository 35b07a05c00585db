"""Applications to the trust as they go out, with what came of each (R5–R7)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.participants.protection import find_concealed
from app.rules.money import from_ore
from app.rules.trust import is_late
from app.trust.applications import list_holding, load_entries, make_grant
from app.trust.schemas import TrustApplicationOut, TrustEntryOut, TrustStatus
from app.trust.tables import TrustApplication, TrustEntry
from app.trust.years import TrustYear, load_sums


def to_entry(entry: TrustEntry) -> TrustEntryOut:
    """A decision, payment or repayment."""
    return TrustEntryOut.model_validate(
        entry.model_dump(exclude={"entered_on", "application_id"}) | {"on": entry.entered_on}
    )


async def to_response(
    queries: Queries, applications: Sequence[TrustApplication], on: date
) -> list[TrustApplicationOut]:
    """Each application as of a day. Records access to the people."""
    record_access(queries, (application.participant_id for application in applications))
    entries = await load_entries(queries, [application.id for application in applications])
    deadlines = {
        year: TrustYear(year, await load_sums(queries, year)).deadline_on
        for year in {application.received_on.year for application in applications}
    }
    concealed = await find_concealed(queries, {application.participant_id for application in applications})
    found = []
    for application in applications:
        own = entries[application.id]
        grant = make_grant(application, own)
        status: TrustStatus = "granted" if grant is not None else "rejected" if list_holding(own) else "undecided"
        found.append(
            TrustApplicationOut.model_validate(
                application.model_dump()
                | {
                    "municipality_number": None
                    if application.participant_id in concealed
                    else application.municipality_number,
                    "year": application.received_on.year,
                    "late": is_late(application.received_on, deadlines[application.received_on.year]),
                    "status": status,
                    "granted": None if grant is None else from_ore(grant.ore),
                    "paid": Decimal(0) if grant is None else from_ore(grant.sum_paid()),
                    "repaid": Decimal(0) if grant is None else from_ore(grant.sum_repaid()),
                    "lapsed": Decimal(0) if grant is None else from_ore(grant.compute_lapsed(on)),
                    "entries": [to_entry(entry) for entry in own],
                }
            )
        )
    return found
