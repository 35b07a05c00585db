-- Who is calling, as policies ask: settings of the transaction, which set_caller writes. A policy calls these in a
-- sub-select, so that they are read once a statement and not once a row.

create function caller_has_role(variadic roles text[]) returns boolean
language sql stable parallel safe
return string_to_array(current_setting('app.roles', true), ',') && roles;

create function caller_organisation() returns text
language sql stable parallel safe
return nullif(current_setting('app.organisation', true), '');

-- Null unless the caller has the role `service`.
create function caller_service_area() returns text
language sql stable parallel safe
return case when caller_has_role('service') then nullif(current_setting('app.service_area', true), '') end;

-- Null unless the caller has the role `provider`.
create function caller_provider_id() returns uuid
language sql stable parallel safe
return case when caller_has_role('provider') then nullif(current_setting('app.provider_id', true), '')::uuid end;

-- Called first in every transaction, and holds for it alone. `roles` are separated by commas. Returns the provider's
-- id, which the service passes as `known_provider_id` from then on: an organisation number is its provider's identity
-- and never changes.
-- `today` is the day that the service lives on; '' is PostgreSQL's own.
create function set_caller(actor text, roles text, organisation text, service_area text, known_provider_id text,
    today text default '')
returns text language plpgsql as $$
begin
    perform set_config('app.actor', actor, true), set_config('app.roles', roles, true),
        set_config('app.organisation', organisation, true), set_config('app.service_area', service_area, true),
        set_config('app.today', today, true);
    if known_provider_id = '' and public.caller_has_role('provider') then
        -- Subject to the policies itself: a provider reads its own row of `provider` and no other.
        known_provider_id := coalesce(
            (select id::text from public.provider where organisation_number = organisation), '');
    end if;
    return set_config('app.provider_id', known_provider_id, true);
end
$$;

create function caller_today() returns date
language sql stable parallel safe
return coalesce(nullif(current_setting('app.today', true), '')::date, current_date);

-- D11: the first day on which a place may have ended so that today is not past the guideline's `follow_up_months`.
create function first_followed_end() returns date
language sql stable parallel safe
return (
    select earliest + case when earliest + period < caller_today() then 1 else 0 end
    from (
        select period, (caller_today() - period)::date as earliest
        from (
            select make_interval(months => coalesce((
                select follow_up_months from guideline_version where valid_from <= caller_today()
                order by valid_from desc limit 1), 3)) as period
        ) as version
    ) as calculated
);

-- D11: the places in which the calling provider sees the person: until `follow_up_months` after the last day, and until
-- the last day itself where the address is protected.
create function followed_placements() returns table (placement_id uuid, participant_id uuid, ends_on date)
language sql stable parallel safe
begin atomic
    select id, participant_id, ends_on from placement
    where provider_id = (select caller_provider_id()) and annulled_on is null
        and (ends_on is null or ends_on >= (select first_followed_end())
            and (not address_protection or ends_on >= (select caller_today())));
end;

-- What follows with `security definer` runs as the owner. Its search path names pg_temp last, so that nobody's
-- temporary table is taken for one of these, and tables are named by their schema.

-- What protected places cost, for finance, which sees neither them nor their provider: terms by a number instead of an
-- id. Case officers, who see the places themselves, get nothing here.
create function protected_placement_terms() returns table (number uuid, valid_from date, valid_to date, share smallint,
    monthly_price numeric, known_from date, known_until date)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select number, valid_from, valid_to, share, monthly_price, known_from, known_until
    from (select id, lpad(to_hex(row_number() over (order by id)), 32, '0')::uuid as number
        from public.placement where address_protection) as protected
    join public.placement_terms on placement_id = protected.id
    where (select public.caller_has_role('finance') and not public.caller_has_role('case_officer'))
$$;

-- Likewise supplements, to the last day that was known at the end of `known`. The numbers are those of the terms.
create function protected_supplements(known date default 'infinity') returns table (number uuid, valid_from date,
    valid_to date, monthly_amount numeric, agreed_on date)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select number, valid_from, least(supplement.valid_to, ended_on), monthly_amount, supplement.agreed_on
    from (select id, lpad(to_hex(row_number() over (order by id)), 32, '0')::uuid as number
        from public.placement where address_protection) as protected
    join public.placement_supplement as supplement on supplement.placement_id = protected.id
    left join (
        select supplement_id, min(valid_to) as ended_on from public.supplement_end where agreed_on <= known group by 1
    ) as ended on supplement_id = supplement.id
    where (select public.caller_has_role('finance') and not public.caller_has_role('case_officer'))
$$;

-- Two records of one person become one. Which keys name a participant is asked of the catalogue, so that a table that
-- comes later is covered as soon as it has one. The owner's policies open the two persons' rows by app.merging.
create function merge_participant(survivor uuid, duplicate uuid) returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    kept public.participant;
    key record;
begin
    if not public.caller_has_role('case_officer') or survivor = duplicate then
        raise insufficient_privilege;
    end if;
    perform set_config('app.merging', survivor || ',' || duplicate, true);
    select * into strict kept from public.participant where id = survivor for update;
    -- One name per system is the person's present one; the duplicate's stays known, as a former one.
    update public.participant_external_id name set current = false
    where participant_id = duplicate and exists (
        select from public.participant_external_id own
        where own.participant_id = survivor and own.system = name.system and own.current);
    -- The survivor's name stands.
    delete from public.participant_name_word where participant_id = duplicate;
    for key in
        select named.relname, string_agg(format('%I = ($1).%I', own.attname, theirs.attname), ', ') as columns,
            max(own.attname) filter (where theirs.attname = 'id') as id,
            exists (select from pg_attribute where attrelid = reference.conrelid and attname = 'updated_at') as dated
        from pg_constraint reference
        join pg_class named on named.oid = reference.conrelid
        cross join unnest(reference.conkey, reference.confkey) as pair (own, theirs)
        join pg_attribute own on own.attrelid = reference.conrelid and own.attnum = pair.own
        join pg_attribute theirs on theirs.attrelid = reference.confrelid and theirs.attnum = pair.theirs
        where reference.confrelid = 'public.participant'::regclass and reference.contype = 'f'
        group by reference.oid, reference.conrelid, named.relname
    loop
        execute format('update public.%I set %s%s where %I = $2', key.relname, key.columns,
            case when key.dated then ', updated_at = now()' else '' end, key.id) using kept, duplicate;
    end loop;
    -- Refused by PostgreSQL as long as anything names the duplicate.
    delete from public.participant where id = duplicate;
    perform set_config('app.merging', '', true);
end
$$;

-- The page's sessions, by the digest of the cookie's secret. Somebody who logs in is given a new one, and expired ones
-- are removed; the name is kept for what the person does.
create function open_web_session(id_hash bytea, subject text, actor text, name text, roles text[], organisation text,
    service_area text, issuer text, csrf text, lifetime interval, refresh_token bytea default null) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.web_session where expires_at < now();
    insert into public.web_session (id_hash, subject, name, roles, organisation, service_area, issuer, csrf, expires_at,
        refresh_token)
    values (id_hash, subject, name, roles, organisation, service_area, issuer, csrf, now() + lifetime, refresh_token);
    insert into public.web_person as known (actor, name) values (actor, name)
    on conflict on constraint pk_web_person do update set name = excluded.name, seen_at = now();
$$;

-- The session, if it has neither expired nor been unused for `idle`. Its use is noted once a minute.
create function resume_web_session(digest bytea, idle interval) returns table (subject text, name text, roles text[],
    organisation text, service_area text, issuer text, csrf text, refresh_token bytea, since_renewal interval)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update public.web_session set seen_at = now()
    where id_hash = digest and expires_at > now() and seen_at between now() - idle and now() - interval '1 minute';
    select subject, name, roles, organisation, service_area, issuer, csrf, refresh_token, now() - renewed_at
    from public.web_session
    where id_hash = digest and expires_at > now() and seen_at > now() - idle;
$$;

-- Of several requests at once, one asks the issuer again.
create function claim_web_session_renewal(digest bytea, every interval) returns boolean
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with claimed as (
        update public.web_session set renewed_at = now() where id_hash = digest and renewed_at <= now() - every
        returning 1
    )
    select exists (select from claimed)
$$;

create function renew_web_session(digest bytea, new_name text, new_roles text[], new_organisation text,
    new_service_area text, new_refresh_token bytea) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update public.web_session set name = new_name, roles = new_roles, organisation = new_organisation,
        service_area = new_service_area, refresh_token = new_refresh_token
    where id_hash = digest
$$;

create function close_web_session(digest bytea) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.web_session where id_hash = digest
$$;

create function end_web_sessions(person text) returns bigint
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with ended as (delete from public.web_session where subject = person returning 1) select count(*) from ended
$$;

-- Answers that were kept for an `Idempotency-Key`: every caller's expired ones, and those about an erased person.
create function clear_kept_answers(hours integer) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.idempotency_key where (caller, key) in (
        select caller, key from public.idempotency_key
        where created_at < now() - make_interval(hours => greatest(hours, 1))
        order by created_at limit 5000 for update skip locked)
$$;

create function erase_kept_answers(people uuid[]) returns bigint
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with erased as (
        update public.idempotency_key set body = '', headers = '{}', participant_ids = '{}', is_erased = true
        where participant_ids && people and public.caller_has_role('case_officer') returning 1)
    select count(*) from erased
$$;

-- Logins that were begun, by the digests of the state that the issuer gives back and of the browser's own secret. Each
-- is used once; those that nobody came back with are removed.
create function begin_web_login(state_hash bytea, browser_hash bytea, login text, nonce text, verifier text,
    target text, lifetime interval) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.web_login where expires_at < now();
    insert into public.web_login (state_hash, browser_hash, login, nonce, verifier, target, expires_at)
    values (state_hash, browser_hash, login, nonce, verifier, target, now() + lifetime);
$$;

create function finish_web_login(state bytea, browser bytea) returns table (login text, nonce text, verifier text,
    target text)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with finished as (
        delete from public.web_login where state_hash = state and browser_hash = browser returning *
    )
    select login, nonce, verifier, target from finished where expires_at > now()
$$;

-- The number of an event, and of a row of the access log, is its transaction's, above a base. Where a copy took over, or
-- a dump was restored, transactions may begin at a lower number, and what was lost had numbers too: the base is raised
-- above them all, before the first row is written there, so that nothing new comes before what somebody has read.
create function current_timeline() returns integer language sql volatile
return ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer;

create function event_number() returns bigint language plpgsql volatile as $$
declare
    number bigint := (select base from public.event_base where timeline = public.current_timeline());
begin
    if number is null then
        perform public.continue_event_numbers();
        number := (select base from public.event_base);
    end if;
    return number + (pg_current_xact_id()::text)::bigint;
end
$$;

-- Every transaction whose number is lower has ended.
create function event_settled_below() returns bigint language sql stable
return (select base from event_base) + (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint;

create function continue_event_numbers() returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    -- More than any database loses at once; 2^63 has room for millions of them.
    lost constant bigint := 2::bigint ^ 40;
    following bigint := (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint);
    here bigint := (select control.system_identifier from pg_control_system() as control);
    line integer := public.current_timeline();
    highest bigint := greatest(
        (select transaction_id from public.event order by transaction_id desc limit 1),
        (select transaction_number from public.access_log order by transaction_number desc limit 1),
        (select next_transaction - 1 from public.access_log_seal order by range_number desc limit 1));
begin
    update public.event_base
    set system_identifier = here, timeline = line,
        base = case
            when highest >= base + following or (system_identifier, timeline) <> (here, line)
                then greatest(highest, base + following) + lost
            else base
        end
    -- Nothing of this cluster can have a number that no transaction has yet.
    where highest >= base + following or system_identifier is distinct from here or timeline is distinct from line;
end
$$;

-- The event of a cursor, or the last one before it: also one that the caller does not see (any more).
create function find_event(number bigint, place bigint) returns table (transaction_id bigint, "position" bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select event.transaction_id, event.position from public.event
    where (event.transaction_id, event.position) <= (number, place)
    order by event.transaction_id desc, event.position desc limit 1
$$;

alter table event alter column transaction_id set default event_number();
alter table access_log alter column transaction_number set default event_number();

-- The words of a name as they are searched for: `fold_words` in app/rules/names.py folds the queries in the same way.
create function fold_name_words(name text) returns text[] language sql immutable parallel safe
return array(
    select distinct word
    from regexp_split_to_table(
        translate(
            replace(regexp_replace(lower(normalize(name, nfkd)), '[\u0300-\u036f]', '', 'g'), 'æ', 'ae'),
            'øđŧŋ', 'odtn'),
        '[\u0001-\u0020\u0027\u002d\u0060\u007f-\u00a0\u02bb\u02bc\u1680\u2000-\u206f\u2212\u3000\ufeff]+') as word
    where word <> ''
);

-- Functions of the triggers in triggers.sql.

-- L1: the shares of all of a participant's placements on a day are at most 100 %, whichever of them the writer sees. A sum
-- can begin to be too large only on the first day of some terms. Two transactions that place the same participant wait
-- for each other at the lock, and the second reads what the first has stored.
create function refuse_too_large_share() returns trigger language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    person uuid := (select participant_id from public.placement
        where id = case tg_table_name when 'placement' then new.id else (to_jsonb(new) ->> 'placement_id')::uuid end);
begin
    perform pg_advisory_xact_lock(46310701, hashtext(person::text));
    if exists (
        with share_of_period as (
            select terms.valid_from, coalesce(terms.valid_to, 'infinity') as valid_to, terms.share
            from public.placement join public.placement_terms as terms on terms.placement_id = placement.id
            where placement.participant_id = person and terms.known_until is null)
        select from (select distinct valid_from as day from share_of_period) as first
        where (select sum(share) from share_of_period where day between valid_from and valid_to) > 100
    ) then
        raise exclusion_violation using constraint = 'ck_participant_shares',
            message = 'a participant''s placements are more than the whole day';
    end if;
    return null;
end
$$;

-- R2, R3, R7: as whoever decides, who sees every grant of the year. Two grants of one year wait for each other at the
-- lock, and the second reads what the first has stored; the service takes the lock before it looks.
create function refuse_trust_overdraft() returns trigger language plpgsql as $$
declare
    of_person uuid;
    of_year integer;
begin
    select participant_id, extract(year from received_on) into strict of_person, of_year
    from trust_application where id = new.application_id;
    perform pg_advisory_xact_lock(46310011, of_year);
    if exists (
        with taken as (
            select application.participant_id, - moved.repaid + case
                when extract(year from new.entered_on) <= greatest(of_year, extract(year from entry.entered_on))
                then entry.amount else moved.paid end as amount
            from trust_application as application
            join trust_entry as entry on entry.application_id = application.id and entry.kind = 'grant'
                and entry.annulled_at is null
            cross join lateral (
                select coalesce(sum(amount) filter (where kind = 'payment'), 0) as paid,
                    coalesce(sum(amount) filter (where kind = 'repayment'), 0) as repaid
                from trust_entry
                where application_id = application.id and entered_on <= new.entered_on
                    and annulled_at is null) as moved
            where application.received_on between make_date(of_year, 1, 1) and make_date(of_year, 12, 31))
        select where
            (select sum(amount) from taken) > coalesce((select max(amount) from trust_year_sum
                where year = of_year and decided_on <= new.entered_on), 0)
            or (select sum(amount) from taken where participant_id = of_person)
                > (select person_limit from trust_year_sum where year = of_year order by amount desc limit 1)
    ) then
        raise exclusion_violation using constraint = 'ck_trust_limits',
            message = 'the grants of a year are more than its sum, or a person''s more than the limit';
    end if;
    return null;
end
$$;

-- As whoever writes the participant. A number that somebody else had before is theirs no longer.
create function keep_former_number() returns trigger language plpgsql as $$
begin
    insert into participant_former_number (identity_number_index, participant_id)
    values (old.identity_number_index, old.id)
    on conflict (identity_number_index) do update set participant_id = excluded.participant_id;
    return null;
end
$$;

-- As whoever writes the participant.
create function store_name_words() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from participant_name_word where participant_id = new.id;
    end if;
    insert into participant_name_word (participant_id, word, prefix, service_area)
    select new.id, word, left(word, 2), new.service_area
    from unnest(fold_name_words(new.given_name || ' ' || new.family_name)) as word;
    return null;
end
$$;

-- Others may know the participant from now on than those who got an answer: what is kept of it is given to nobody again.
create function conceal_kept_answers() returns trigger language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    update public.idempotency_key set body = '', headers = '{}', participant_ids = '{}', is_erased = true
    where participant_ids && (new.id || array(
        select duplicate_id from public.participant_merge where participant_id = new.id));
    return null;
end
$$;

-- Wakes those who wait for events, once an act. The payload is empty: it says no more than that something happened.
create function notify_event() returns trigger language plpgsql as $$
begin
    perform pg_notify('vekstplass_event', '');
    return null;
end
$$;

-- D6: erasure may replace a text, a reference and an agreement's reference by «Sletta»; nothing else changes.
create function refuse_decision_edit() returns trigger language plpgsql as $$
begin
    if new.reason is distinct from old.reason and new.reason is distinct from 'Sletta'
        or new.archive_reference is distinct from old.archive_reference
        and new.archive_reference is distinct from 'Sletta'
        or new.health_and_social_tasks is distinct from old.health_and_social_tasks
        and new.health_and_social_tasks is distinct from '{}'
        or new.medication_agreement is distinct from old.medication_agreement
        and new.medication_agreement is distinct from old.medication_agreement || '{"reference": "Sletta"}' then
        raise insufficient_privilege using message = 'a decision is never edited';
    end if;
    return new;
end
$$;

create function refuse_settlement_change() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = 'what was settled is never changed';
end
$$;

create function refuse_access_log_change() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = 'the access log is never changed';
end
$$;

-- The access log. Its partitions are made two months ahead, as the owner's; what has none is in the default one. Where
-- somebody reads the log just then, or a row of that month is in the default one, it is left for another time.
create function create_access_log_partitions() returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' set lock_timeout = '200ms' as $$
declare
    first timestamptz;
    name text;
begin
    for months in 1..2 loop
        first := date_trunc('month', now()) + make_interval(months => months);
        name := 'month_' || to_char(first, 'YYYY_MM');
        continue when to_regclass('access_log_partition.' || name) is not null;
        execute format('create table access_log_partition.%I (like public.access_log including defaults'
            ' including constraints)', name);
        execute format('alter table access_log_partition.%I enable row level security, force row level security', name);
        execute format('create trigger refuse_change before update or delete or truncate on access_log_partition.%I'
            ' for each statement execute function public.refuse_access_log_change()', name);
        execute format('alter table public.access_log attach partition access_log_partition.%I'
            ' for values from (%L) to (%L)', name, first, first + interval '1 month');
    end loop;
exception
    when lock_not_available or duplicate_table or unique_violation or check_violation then null;
end
$$;

-- Whose processing is restricted (GDPR art. 18): asked by every request about people, whatever the caller's role.
create function find_restricted(people uuid[]) returns uuid[]
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select coalesce(array_agg(participant_id), '{}') from public.participant_restriction
    where participant_id = any (people) and lifted_at is null
$$;

-- Who of these people has been erased, and when last: also to those who may not see the person (G3).
create function find_erased(people uuid[]) returns table (participant_id uuid, erased_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select request.participant_id, max(request.decided_at) from public.erasure_request as request
    where request.participant_id = any (people) and request.approved group by request.participant_id
$$;

-- Adds a seal. The service has no other way to, and no way without the log's key: a seal comes with a proof, whose hash
-- the seal before it holds. What a seal's columns are is said in app/access_log/tables.py.
create function store_access_log_seal(range_number bigint, sealed_at timestamptz, first_transaction bigint,
    end_transaction bigint, next_transaction bigint, row_ids uuid[], row_codes bytea, digest bytea,
    next_commitment bytea, proof bytea)
returns void language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    last public.access_log_seal;
begin
    select * into last from public.access_log_seal as seal order by seal.range_number desc limit 1;
    if $1 is distinct from coalesce(last.range_number, 0) + 1
        or sha256(proof) is distinct from coalesce(last.next_commitment, sha256(proof)) then
        raise insufficient_privilege using message = 'the last seal was made with another key';
    end if;
    insert into public.access_log_seal values ($1, $2, $3, $4, $5, $6, $7, $8, $9);
end
$$;

-- Lines of the access log, the newest first: a row's participants and then its denied ids, in places from 1. `participants`
-- and `objects` limit them to these participants and these denied ids, unless `participants` is null. Runs as the owner,
-- since operators on arrays are not leakproof: beside a policy no index serves them. Planned for the values at hand. The
-- lines of somebody are found by the index on participants and then sorted, which is what `greatest` is for: PostgreSQL
-- takes everybody to be in one row of two hundred, and would read the log backwards through all of its months for the few
-- rows of somebody that few have seen.
create function read_access_log(participants uuid[], objects uuid[], of_actor text, of_action text,
    with_outcome text, since timestamptz, until timestamptz, before_id uuid, before_place integer, line_limit integer)
returns table (id uuid, at timestamptz, actor varchar, organisation varchar, supplier varchar, action varchar,
    method varchar, route varchar, purpose varchar, outcome varchar, request_id varchar, participant_id uuid,
    object_id uuid, more_denied integer, reason varchar, reference varchar, place integer)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp set plan_cache_mode = 'force_custom_plan'
set max_parallel_workers_per_gather = 0 as $$
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
    order by case when participants is null then log.id else greatest(log.id, log.id) end desc, line.place desc
    limit line_limit;
end
$$;
