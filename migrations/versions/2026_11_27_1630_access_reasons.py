"""A row of the access log says why a person with a protected address was opened; the log is read by operation too."""

import sqlalchemy as sa
from alembic import op

revision = "0034_access_reasons"
down_revision = "0033_after_the_end"
branch_labels = None
depends_on = None

_ARGUMENTS = "uuid[], uuid[], text, text, text, timestamptz, timestamptz, uuid, integer, integer"
_ARGUMENTS_BEFORE = "uuid[], uuid[], text, text, timestamptz, timestamptz, uuid, integer, integer"
_READ = """
create function read_access_log(participants uuid[], objects uuid[], of_actor text, of_action text,
    with_outcome text, since timestamptz, until timestamptz, before_id uuid, before_place integer, line_limit integer)
returns table (id uuid, at timestamptz, actor varchar, organisation varchar, supplier varchar, action varchar,
    method varchar, route varchar, purpose varchar, outcome varchar, request_id varchar, participant_id uuid,
    object_id uuid, more_denied integer, reason varchar, reference varchar, place integer)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp set plan_cache_mode = 'force_custom_plan' as $$
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
            or log.denied_ids <> '{}' and log.denied_ids && objects)
        and (participants is null or case when line.place <= cardinality(log.participant_ids)
            then line.subject_id = any (participants) else line.subject_id = any (objects) end)
        and (of_actor is null or log.actor = of_actor)
        and (of_action is null or log.action = of_action)
        and (since is null or log.at >= since)
        and (until is null or log.at < until)
        and (with_outcome is null or with_outcome = case when line.place <= cardinality(log.participant_ids)
            then log.outcome else 'denied' end)
        and (before_id is null or log.id <= before_id and (log.id < before_id or line.place < before_place))
    order by log.id desc, line.place desc
    limit line_limit;
end
$$;
"""
_READ_BEFORE = """
create function read_access_log(participants uuid[], objects uuid[], of_actor text, with_outcome text,
    since timestamptz, until timestamptz, before_id uuid, before_place integer, line_limit integer)
returns table (id uuid, at timestamptz, actor varchar, organisation varchar, supplier varchar, action varchar,
    method varchar, route varchar, purpose varchar, outcome varchar, request_id varchar, participant_id uuid,
    object_id uuid, more_denied integer, place integer)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp set plan_cache_mode = 'force_custom_plan' as $$
begin
    if not public.caller_has_role('auditor', 'case_officer') then
        raise insufficient_privilege;
    end if;
    return query
    select log.id, log.at, log.actor, log.organisation, log.supplier, log.action, log.method, log.route, log.purpose,
        case when line.place <= cardinality(log.participant_ids) then log.outcome else 'denied' end, log.request_id,
        case when line.place <= cardinality(log.participant_ids) then line.subject_id end,
        case when line.place > cardinality(log.participant_ids) then line.subject_id end,
        log.more_denied, line.place::integer
    from public.access_log as log
    cross join unnest(log.participant_ids || log.denied_ids) with ordinality as line (subject_id, place)
    where (participants is null or log.participant_ids && participants
            or log.denied_ids <> '{}' and log.denied_ids && objects)
        and (participants is null or case when line.place <= cardinality(log.participant_ids)
            then line.subject_id = any (participants) else line.subject_id = any (objects) end)
        and (of_actor is null or log.actor = of_actor)
        and (since is null or log.at >= since)
        and (until is null or log.at < until)
        and (with_outcome is null or with_outcome = case when line.place <= cardinality(log.participant_ids)
            then log.outcome else 'denied' end)
        and (before_id is null or log.id <= before_id and (log.id < before_id or line.place < before_place))
    order by log.id desc, line.place desc
    limit line_limit;
end
$$;
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("access_log", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("access_log", sa.Column("reference", sa.String(), nullable=True))
    for name, condition in (
        ("reason", "reason in ('case', 'follow_up', 'complaint', 'other')"),
        ("reference", "reference is null or length(reference) between 1 and 100 and reason is not null"),
    ):
        op.execute(
            "-- squawk-ignore constraint-missing-not-valid\n"
            f"alter table access_log add constraint ck_access_log_{name} check ({condition})"
        )
    op.execute("grant insert (reason, reference) on access_log to vekstplass_service")
    _replace(_ARGUMENTS_BEFORE, _READ, _ARGUMENTS)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _replace(_ARGUMENTS, _READ_BEFORE, _ARGUMENTS_BEFORE)
    op.drop_column("access_log", "reference")
    op.drop_column("access_log", "reason")


def _replace(arguments_before: str, function: str, arguments: str) -> None:
    op.execute(f"-- squawk-ignore ban-drop-function\ndrop function read_access_log({arguments_before})")
    op.execute(function)
    op.execute(f"revoke execute on function read_access_log({arguments}) from public")
    op.execute(f"grant execute on function read_access_log({arguments}) to vekstplass_service")
