"""The statements of A3: absence in a window, what was planned in it, and what is kept of a placement's reviews."""

from sqlalchemy import bindparam, select, text
from sqlmodel import col

from app.database.queries import CompiledQuery
from app.rates.tables import GuidelineVersion

PARAMETERS = CompiledQuery(
    select(
        col(GuidelineVersion.absence_window_days),
        col(GuidelineVersion.absence_threshold_percent),
        col(GuidelineVersion.absence_uncounted_kinds),
    )
    .where(col(GuidelineVersion.valid_from) <= bindparam("on"))
    .order_by(col(GuidelineVersion.valid_from).desc())
    .limit(1)
)
# The n-th element (from 1) of `planned_before` is how many of the window's first n - 1 days are planned.
_PLANNED = (
    "(cast(:planned_before as int[]))[least({last}, cast(:last_day as date)) - cast(:first_day as date) + 2]"
    " - (cast(:planned_before as int[]))[greatest({first} - cast(:first_day as date), 0) + 1]"
)
_ABSENT = f"sum(a.percent * ({_PLANNED.format(first='greatest(a.starts_on, p.starts_on)', last='a.ends_on')}))"
_IN_WINDOW = (
    "not a.cancelled and a.ends_on >= greatest(p.starts_on, cast(:first_day as date))"
    " and a.starts_on <= cast(:last_day as date)"
)
TALLIES = CompiledQuery(
    text(
        f"select a.placement_id, a.kind, count(*), {_ABSENT}, max(a.updated_at), max(a.starts_on)"
        " from absence a join placement p on p.id = a.placement_id"
        f" where a.placement_id = any(cast(:placements as uuid[])) and {_IN_WINDOW} group by a.placement_id, a.kind"
    )
)
# Of what is documented, before a week's is limited: nothing is extensive that is not in these.
EXTENSIVE_AS_DOCUMENTED = CompiledQuery(
    text(
        f"with documented as (select a.placement_id, {_ABSENT} as absent"
        f" from absence a join placement p on p.id = a.placement_id where {_IN_WINDOW}"
        " and a.kind <> all(cast(:uncounted as text[])) and p.annulled_on is null"
        " and p.starts_on <= cast(:last_day as date) and coalesce(p.ends_on >= cast(:last_day as date), true)"
        " group by a.placement_id),"
        " planned as ("
        f"select placement_id, sum(share * ({_PLANNED.format(first='valid_from', last='valid_to')})) as days"
        " from placement_terms where known_until is null and valid_from <= cast(:last_day as date)"
        " and coalesce(valid_to >= cast(:first_day as date), true) group by placement_id)"
        " select placement_id from documented left join planned using (placement_id)"
        " where absent > 0 and 100 * absent >= coalesce(planned.days, 0) * cast(:threshold_percent as int)"
    )
)
COUNTED_ABSENCES = CompiledQuery(
    text(
        "select a.placement_id, a.starts_on, least(a.ends_on, cast(:last_day as date)), a.percent from absence a"
        " where a.placement_id = any(cast(:placements as uuid[])) and not a.cancelled"
        " and a.ends_on >= cast(:first_day as date) and a.starts_on <= cast(:last_day as date)"
        " and a.kind <> all(cast(:uncounted as text[]))"
    )
)
PERIODS = CompiledQuery(
    text(
        "select id, provider_id, participant_id, starts_on, ends_on, share from placement"
        " where annulled_on is null and id = any(cast(:placements as uuid[]))"
    )
)
WATCHES = CompiledQuery(
    text(
        "select placement_id, notified_at, reviewed_at, reviewed_on from absence_watch"
        " where placement_id = any(cast(:placements as uuid[]))"
    )
)
SET_NOTIFIED = text(
    "insert into absence_watch (placement_id, provider_id, notified_at)"
    " select *, clock_timestamp() from unnest(cast(:placements as uuid[]), cast(:providers as uuid[]))"
    " on conflict (placement_id) do update set notified_at = excluded.notified_at"
)
CLEAR_NOTIFIED = text(
    "update absence_watch set notified_at = null where placement_id = any(cast(:placements as uuid[]))"
)
SET_REVIEWED = text(
    "insert into absence_watch (placement_id, provider_id, reviewed_at, reviewed_on)"
    " values (:placement_id, :provider_id, clock_timestamp(), cast(:reviewed_on as date))"
    " on conflict (placement_id) do update set reviewed_at = excluded.reviewed_at,"
    " reviewed_on = greatest(absence_watch.reviewed_on, excluded.reviewed_on), notified_at = null"
)
