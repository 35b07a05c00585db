"""A page of one person's log is found by the index, however few of the log's rows the person is in."""

from alembic import op

revision = "0066_access_log_pages"
down_revision = "0065_service_norms"
branch_labels = None
depends_on = None

_FUNCTION = """
create or replace function read_access_log(participants uuid[], objects uuid[], of_actor text, of_action text,
    with_outcome text, since timestamptz, until timestamptz, before_id uuid, before_place integer, line_limit integer)
returns table (id uuid, at timestamptz, actor varchar, organisation varchar, supplier varchar, action varchar,
    method varchar, route varchar, purpose varchar, outcome varchar, request_id varchar, participant_id uuid,
    object_id uuid, more_denied integer, reason varchar, reference varchar, place integer)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp set plan_cache_mode = 'force_custom_plan'{settings} as $$
begin
    if not public.caller_has_role('auditor', 'case_officer') then
        raise insufficient_privilege;
    end if;
    return query
    select log.id, log.at, log.actor, log.organisation, log.supplier, log.action, log.method, log.route, log.purpose,
        case when line.place <= cardinality(log.participant_ids) then log.outcome else 'denied' end, log.request_id,
        case when line.place <= cardinality(log.participant_ids) then line.subject_id end,
        case when line.place > cardinality(log.participant_ids) then line.subject_id end,
        log.more_denied, log.reason, log.reference, line.place::integer
    from public.access_log as log
    cross join unnest(log.participant_ids || log.denied_ids) with ordinality as line (subject_id, place)
    where (participants is null or log.participant_ids && participants
            or log.denied_ids <> '{{}}' and log.denied_ids && objects)
        and (participants is null or case when line.place <= cardinality(log.participant_ids)
            then line.subject_id = any (participants) else line.subject_id = any (objects) end)
        and (of_actor is null or log.actor = of_actor)
        and (of_action is null or log.action = of_action)
        and (since is null or log.at >= since)
        and (until is null or log.at < until)
        and (with_outcome is null or with_outcome = case when line.place <= cardinality(log.participant_ids)
            then log.outcome else 'denied' end)
        and (before_id is null or log.id <= before_id and (log.id < before_id or line.place < before_place))
    order by {order} desc, line.place desc
    limit line_limit;
end
$$
"""
_SORTED = "case when participants is null then log.id else greatest(log.id, log.id) end"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_FUNCTION.format(order=_SORTED, settings="\nset max_parallel_workers_per_gather = 0"))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_FUNCTION.format(order="log.id", settings=""))
