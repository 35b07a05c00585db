CREATE SCHEMA access_log_partition;

CREATE FUNCTION public.begin_web_login(state_hash bytea, browser_hash bytea, login text, nonce text, verifier text, target text, lifetime interval) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    delete from public.web_login where expires_at < now();
    insert into public.web_login (state_hash, browser_hash, login, nonce, verifier, target, expires_at)
    values (state_hash, browser_hash, login, nonce, verifier, target, now() + lifetime);
$$;

CREATE FUNCTION public.caller_has_role(VARIADIC roles text[]) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (string_to_array(current_setting('app.roles'::text, true), ','::text) && roles);

CREATE FUNCTION public.caller_organisation() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('app.organisation'::text, true), ''::text);

CREATE FUNCTION public.caller_provider_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN public.caller_has_role(VARIADIC ARRAY['provider'::text]) THEN (NULLIF(current_setting('app.provider_id'::text, true), ''::text))::uuid ELSE NULL::uuid END;

CREATE FUNCTION public.caller_service_area() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN public.caller_has_role(VARIADIC ARRAY['service'::text]) THEN NULLIF(current_setting('app.service_area'::text, true), ''::text) ELSE NULL::text END;

CREATE FUNCTION public.caller_today() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((NULLIF(current_setting('app.today'::text, true), ''::text))::date, CURRENT_DATE);

CREATE FUNCTION public.claim_web_session_renewal(digest bytea, every interval) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    with claimed as (
        update public.web_session set renewed_at = now() where id_hash = digest and renewed_at <= now() - every
        returning 1
    )
    select exists (select from claimed)
$$;

CREATE FUNCTION public.clear_kept_answers(hours integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    delete from public.idempotency_key where (caller, key) in (
        select caller, key from public.idempotency_key
        where created_at < now() - make_interval(hours => greatest(hours, 1))
        order by created_at limit 5000 for update skip locked)
$$;

CREATE FUNCTION public.close_web_session(digest bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    delete from public.web_session where id_hash = digest
$$;

CREATE FUNCTION public.conceal_kept_answers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    update public.idempotency_key set body = '', headers = '{}', participant_ids = '{}', is_erased = true
    where participant_ids && (new.id || array(
        select duplicate_id from public.participant_merge where participant_id = new.id));
    return null;
end
$$;

CREATE FUNCTION public.continue_event_numbers() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.create_access_log_partitions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '200ms'
    AS $$
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

CREATE FUNCTION public.current_timeline() RETURNS integer
    LANGUAGE sql
    RETURN ((('x'::text || "left"(pg_walfile_name(pg_current_wal_insert_lsn()), 8)))::bit(32))::integer;

CREATE FUNCTION public.end_web_sessions(person text) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    with ended as (delete from public.web_session where subject = person returning 1) select count(*) from ended
$$;

CREATE FUNCTION public.erase_kept_answers(people uuid[]) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    with erased as (
        update public.idempotency_key set body = '', headers = '{}', participant_ids = '{}', is_erased = true
        where participant_ids && people and public.caller_has_role('case_officer') returning 1)
    select count(*) from erased
$$;

CREATE FUNCTION public.event_number() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
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

CREATE TABLE public.event_base (
    single boolean DEFAULT true NOT NULL,
    base bigint DEFAULT 0 NOT NULL,
    system_identifier bigint,
    timeline integer,
    CONSTRAINT ck_event_base_single CHECK (single)
);

ALTER TABLE ONLY public.event_base FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.event_settled_below() RETURNS bigint
    LANGUAGE sql STABLE
    RETURN ((SELECT event_base.base FROM public.event_base) + ((pg_snapshot_xmin(pg_current_snapshot()))::text)::bigint);

CREATE FUNCTION public.find_erased(people uuid[]) RETURNS TABLE(participant_id uuid, erased_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select request.participant_id, max(request.decided_at) from public.erasure_request as request
    where request.participant_id = any (people) and request.approved group by request.participant_id
$$;

CREATE FUNCTION public.find_event(number bigint, place bigint) RETURNS TABLE(transaction_id bigint, "position" bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select event.transaction_id, event.position from public.event
    where (event.transaction_id, event.position) <= (number, place)
    order by event.transaction_id desc, event.position desc limit 1
$$;

CREATE FUNCTION public.find_restricted(people uuid[]) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select coalesce(array_agg(participant_id), '{}') from public.participant_restriction
    where participant_id = any (people) and lifted_at is null
$$;

CREATE FUNCTION public.finish_web_login(state bytea, browser bytea) RETURNS TABLE(login text, nonce text, verifier text, target text)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    with finished as (
        delete from public.web_login where state_hash = state and browser_hash = browser returning *
    )
    select login, nonce, verifier, target from finished where expires_at > now()
$$;

CREATE TABLE public.guideline_version (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    valid_from date NOT NULL,
    supplement_percent numeric(5,2) NOT NULL,
    proration character varying NOT NULL,
    watch_percent numeric(5,2) NOT NULL,
    vta_share_percent numeric(5,2) NOT NULL,
    notice_months smallint NOT NULL,
    absence_window_days smallint NOT NULL,
    absence_threshold_percent smallint NOT NULL,
    plan_due_days smallint NOT NULL,
    conversations_per_year smallint NOT NULL,
    cooperation_meetings_per_year smallint NOT NULL,
    evaluations_per_year smallint NOT NULL,
    consent_months smallint DEFAULT 12 NOT NULL,
    places_per_employee smallint DEFAULT 5 NOT NULL,
    absence_uncounted_kinds character varying[] DEFAULT '{holiday}'::character varying[] NOT NULL,
    part_year_percent smallint DEFAULT 50 NOT NULL,
    part_year_conversations smallint DEFAULT 1 NOT NULL,
    most_months_ahead smallint DEFAULT 24 NOT NULL,
    request_answer_days smallint DEFAULT '14'::smallint NOT NULL,
    temporary_ending_days smallint DEFAULT '60'::smallint NOT NULL,
    supplement_ending_days smallint DEFAULT '30'::smallint NOT NULL,
    share_counts character varying DEFAULT 'shares'::character varying NOT NULL,
    plan_renewal_days smallint DEFAULT 90 NOT NULL,
    legal_bases jsonb DEFAULT '{"end": ["Helse- og omsorgstenestelova § 3-3"], "annul": ["Forvaltningslova § 35"], "grant": ["Helse- og omsorgstenestelova § 3-3"], "change": ["Helse- og omsorgstenestelova § 3-3"], "reject": ["Helse- og omsorgstenestelova § 3-3"], "correct": ["Forvaltningslova § 35"]}'::jsonb NOT NULL,
    least_count smallint DEFAULT 5 NOT NULL,
    over_frame character varying DEFAULT 'flag'::character varying NOT NULL,
    letter_texts jsonb DEFAULT '{"appeal": "Er du ikkje nøgd, kan du klage. Skriv kva vedtak du klagar på, og kva du vil ha endra. Held vi fast på vedtaket, sender vi klaga vidare til klageorganet. Vi hjelper deg gjerne med å skrive klaga.", "office": "Forvaltningskontoret", "sender": "Alver kommune", "titles": {"end": "Vedtak om opphør av plass i vekstbedrift", "annul": "Oppheving av vedtak om plass i vekstbedrift", "grant": "Vedtak om plass i vekstbedrift", "change": "Vedtak om endring av plass i vekstbedrift", "reject": "Avslag på søknad om plass i vekstbedrift", "correct": "Retting av vedtak om plass i vekstbedrift"}, "closing": "Brevet er godkjent elektronisk og har difor ikkje underskrift.", "decided": {"end": "Plassen i vekstbedrifta tek slutt.", "annul": "Vedtaket om plass i vekstbedrift er oppheva og gjeld ikkje.", "grant": "Du får plass i vekstbedrift.", "change": "Vi har endra vedtaket om plassen din.", "reject": "Du får ikkje plass i vekstbedrift.", "correct": "Det var ein feil i eit vedtak om plassen din. Slik er det retta:"}, "case_access": "Du har rett til å sjå dokumenta i saka di. Ta kontakt med oss, så hjelper vi deg.", "appeal_weeks": 3, "appeal_addressee": "Alver kommune, Forvaltningskontoret", "legal_basis_note": "Tilbodet gjev ingen individuell rett."}'::jsonb NOT NULL,
    open_requests smallint DEFAULT 1 NOT NULL,
    follow_up_months smallint DEFAULT 3 NOT NULL,
    mirror_lower_percent smallint DEFAULT 90 NOT NULL,
    mirror_upper_percent smallint DEFAULT 110 NOT NULL,
    reassessment_months smallint DEFAULT 12 NOT NULL,
    CONSTRAINT ck_guideline_version_absence_threshold_percent CHECK (((absence_threshold_percent >= 1) AND (absence_threshold_percent <= 100))),
    CONSTRAINT ck_guideline_version_absence_uncounted_kinds CHECK ((absence_uncounted_kinds <@ ARRAY['sick'::character varying, 'holiday'::character varying, 'leave'::character varying, 'unexcused'::character varying, 'other'::character varying])),
    CONSTRAINT ck_guideline_version_absence_window_days CHECK (((absence_window_days >= 1) AND (absence_window_days <= 366))),
    CONSTRAINT ck_guideline_version_consent_months CHECK (((consent_months >= 1) AND (consent_months <= 120))),
    CONSTRAINT ck_guideline_version_follow_up_months CHECK (((follow_up_months >= 0) AND (follow_up_months <= 24))),
    CONSTRAINT ck_guideline_version_least_count CHECK (((least_count >= 1) AND (least_count <= 100))),
    CONSTRAINT ck_guideline_version_legal_bases CHECK ((jsonb_typeof(legal_bases) = 'object'::text)),
    CONSTRAINT ck_guideline_version_letter_texts CHECK ((jsonb_typeof(letter_texts) = 'object'::text)),
    CONSTRAINT ck_guideline_version_mirror_lower_percent CHECK (((mirror_lower_percent >= 1) AND (mirror_lower_percent <= 100))),
    CONSTRAINT ck_guideline_version_mirror_upper_percent CHECK (((mirror_upper_percent >= 100) AND (mirror_upper_percent <= 1000))),
    CONSTRAINT ck_guideline_version_most_months_ahead CHECK (((most_months_ahead >= 1) AND (most_months_ahead <= 120))),
    CONSTRAINT ck_guideline_version_notice_months CHECK (((notice_months >= 0) AND (notice_months <= 24))),
    CONSTRAINT ck_guideline_version_open_requests CHECK (((open_requests >= 1) AND (open_requests <= 100))),
    CONSTRAINT ck_guideline_version_over_frame CHECK (((over_frame)::text = ANY ((ARRAY['flag'::character varying, 'confirm'::character varying])::text[]))),
    CONSTRAINT ck_guideline_version_part_year_conversations CHECK (((part_year_conversations >= 0) AND (part_year_conversations <= 52))),
    CONSTRAINT ck_guideline_version_part_year_percent CHECK (((part_year_percent >= 1) AND (part_year_percent <= 100))),
    CONSTRAINT ck_guideline_version_per_year CHECK ((((conversations_per_year >= 0) AND (conversations_per_year <= 52)) AND ((cooperation_meetings_per_year >= 0) AND (cooperation_meetings_per_year <= 52)) AND ((evaluations_per_year >= 0) AND (evaluations_per_year <= 52)))),
    CONSTRAINT ck_guideline_version_places_per_employee CHECK (((places_per_employee >= 1) AND (places_per_employee <= 100))),
    CONSTRAINT ck_guideline_version_plan_due_days CHECK (((plan_due_days >= 0) AND (plan_due_days <= 366))),
    CONSTRAINT ck_guideline_version_plan_renewal_days CHECK (((plan_renewal_days >= 0) AND (plan_renewal_days <= 366))),
    CONSTRAINT ck_guideline_version_proration CHECK (((proration)::text = ANY ((ARRAY['calendar_days'::character varying, 'weekdays'::character varying])::text[]))),
    CONSTRAINT ck_guideline_version_reassessment_months CHECK (((reassessment_months >= 1) AND (reassessment_months <= 120))),
    CONSTRAINT ck_guideline_version_request_answer_days CHECK (((request_answer_days >= 0) AND (request_answer_days <= 366))),
    CONSTRAINT ck_guideline_version_share_counts CHECK (((share_counts)::text = ANY ((ARRAY['shares'::character varying, 'people'::character varying])::text[]))),
    CONSTRAINT ck_guideline_version_supplement_ending_days CHECK (((supplement_ending_days >= 0) AND (supplement_ending_days <= 366))),
    CONSTRAINT ck_guideline_version_supplement_percent CHECK (((supplement_percent >= (0)::numeric) AND (supplement_percent <= (200)::numeric))),
    CONSTRAINT ck_guideline_version_temporary_ending_days CHECK (((temporary_ending_days >= 0) AND (temporary_ending_days <= 366))),
    CONSTRAINT ck_guideline_version_vta_share_percent CHECK (((vta_share_percent >= (0)::numeric) AND (vta_share_percent <= (100)::numeric))),
    CONSTRAINT ck_guideline_version_watch_percent CHECK (((watch_percent >= (0)::numeric) AND (watch_percent <= (100)::numeric)))
);

ALTER TABLE ONLY public.guideline_version FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.first_followed_end() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT (calculated.earliest + CASE WHEN ((calculated.earliest + calculated.period) < public.caller_today()) THEN 1 ELSE 0 END) FROM (SELECT version.period, ((public.caller_today() - version.period))::date AS earliest FROM (SELECT make_interval(months => COALESCE(((SELECT guideline_version.follow_up_months FROM public.guideline_version WHERE (guideline_version.valid_from <= public.caller_today()) ORDER BY guideline_version.valid_from DESC LIMIT 1))::integer, 3)) AS period) version) calculated);

CREATE FUNCTION public.fold_name_words(name text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT DISTINCT word.word FROM regexp_split_to_table(translate(replace(regexp_replace(lower(NORMALIZE(fold_name_words.name, NFKD)), '[\u0300-\u036f]'::text, ''::text, 'g'::text), 'æ'::text, 'ae'::text), 'øđŧŋ'::text, 'odtn'::text), '[\u0001-\u0020\u0027\u002d\u0060\u007f-\u00a0\u02bb\u02bc\u1680\u2000-\u206f\u2212\u3000\ufeff]+'::text) word(word) WHERE (word.word <> ''::text));

CREATE TABLE public.placement (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    service_area character varying NOT NULL,
    terms character varying NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    share smallint NOT NULL,
    monthly_price numeric(12,2),
    decided_on date,
    address_protection boolean DEFAULT false NOT NULL,
    need character varying DEFAULT 'permanent'::character varying NOT NULL,
    medication_tasks boolean DEFAULT false NOT NULL,
    notice_months smallint,
    places_per_employee smallint,
    annulled_on date,
    CONSTRAINT ck_placement_decided_on CHECK ((((terms)::text = 'legacy'::text) OR (decided_on IS NOT NULL))),
    CONSTRAINT ck_placement_ends_on CHECK ((ends_on >= starts_on)),
    CONSTRAINT ck_placement_legacy_terms CHECK ((((terms)::text = 'legacy'::text) OR (num_nonnulls(notice_months, places_per_employee) = 0))),
    CONSTRAINT ck_placement_monthly_price CHECK ((((terms)::text = 'legacy'::text) = (monthly_price IS NOT NULL))),
    CONSTRAINT ck_placement_monthly_price_range CHECK (((monthly_price > (0)::numeric) AND (monthly_price <= (10000000)::numeric))),
    CONSTRAINT ck_placement_need CHECK ((((need)::text = ANY ((ARRAY['permanent'::character varying, 'temporary'::character varying])::text[])) AND (((need)::text = 'permanent'::text) OR (ends_on IS NOT NULL)))),
    CONSTRAINT ck_placement_notice_months CHECK (((notice_months >= 0) AND (notice_months <= 24))),
    CONSTRAINT ck_placement_places_per_employee CHECK (((places_per_employee >= 1) AND (places_per_employee <= 100))),
    CONSTRAINT ck_placement_share CHECK (((share >= 1) AND (share <= 100))),
    CONSTRAINT ck_placement_terms CHECK (((terms)::text = ANY ((ARRAY['standard'::character varying, 'legacy'::character varying])::text[])))
);

ALTER TABLE ONLY public.placement FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.followed_placements() RETURNS TABLE(placement_id uuid, participant_id uuid, ends_on date)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT placement.id,
     placement.participant_id,
     placement.ends_on
    FROM public.placement
   WHERE ((placement.provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND (placement.annulled_on IS NULL) AND ((placement.ends_on IS NULL) OR ((placement.ends_on >= ( SELECT public.first_followed_end() AS first_followed_end)) AND ((NOT placement.address_protection) OR (placement.ends_on >= ( SELECT public.caller_today() AS caller_today))))));
END;

CREATE FUNCTION public.keep_former_number() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into participant_former_number (identity_number_index, participant_id)
    values (old.identity_number_index, old.id)
    on conflict (identity_number_index) do update set participant_id = excluded.participant_id;
    return null;
end
$$;

CREATE FUNCTION public.merge_participant(survivor uuid, duplicate uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
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
$_$;

CREATE FUNCTION public.notify_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_notify('vekstplass_event', '');
    return null;
end
$$;

CREATE FUNCTION public.open_web_session(id_hash bytea, subject text, actor text, name text, roles text[], organisation text, service_area text, issuer text, csrf text, lifetime interval, refresh_token bytea DEFAULT NULL::bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    delete from public.web_session where expires_at < now();
    insert into public.web_session (id_hash, subject, name, roles, organisation, service_area, issuer, csrf, expires_at,
        refresh_token)
    values (id_hash, subject, name, roles, organisation, service_area, issuer, csrf, now() + lifetime, refresh_token);
    insert into public.web_person as known (actor, name) values (actor, name)
    on conflict on constraint pk_web_person do update set name = excluded.name, seen_at = now();
$$;

CREATE FUNCTION public.protected_placement_terms() RETURNS TABLE(number uuid, valid_from date, valid_to date, share smallint, monthly_price numeric, known_from date, known_until date)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select number, valid_from, valid_to, share, monthly_price, known_from, known_until
    from (select id, lpad(to_hex(row_number() over (order by id)), 32, '0')::uuid as number
        from public.placement where address_protection) as protected
    join public.placement_terms on placement_id = protected.id
    where (select public.caller_has_role('finance') and not public.caller_has_role('case_officer'))
$$;

CREATE FUNCTION public.protected_supplements(known date DEFAULT 'infinity'::date) RETURNS TABLE(number uuid, valid_from date, valid_to date, monthly_amount numeric, agreed_on date)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select number, valid_from, least(supplement.valid_to, ended_on), monthly_amount, supplement.agreed_on
    from (select id, lpad(to_hex(row_number() over (order by id)), 32, '0')::uuid as number
        from public.placement where address_protection) as protected
    join public.placement_supplement as supplement on supplement.placement_id = protected.id
    left join (
        select supplement_id, min(valid_to) as ended_on from public.supplement_end where agreed_on <= known group by 1
    ) as ended on supplement_id = supplement.id
    where (select public.caller_has_role('finance') and not public.caller_has_role('case_officer'))
$$;

CREATE FUNCTION public.read_access_log(participants uuid[], objects uuid[], of_actor text, of_action text, with_outcome text, since timestamp with time zone, until timestamp with time zone, before_id uuid, before_place integer, line_limit integer) RETURNS TABLE(id uuid, at timestamp with time zone, actor character varying, organisation character varying, supplier character varying, action character varying, method character varying, route character varying, purpose character varying, outcome character varying, request_id character varying, participant_id uuid, object_id uuid, more_denied integer, reason character varying, reference character varying, place integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET max_parallel_workers_per_gather TO '0'
    AS $$
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

CREATE FUNCTION public.refuse_access_log_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise insufficient_privilege using message = 'the access log is never changed';
end
$$;

CREATE FUNCTION public.refuse_decision_edit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.refuse_settlement_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise insufficient_privilege using message = 'what was settled is never changed';
end
$$;

CREATE FUNCTION public.refuse_too_large_share() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.refuse_trust_overdraft() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.renew_web_session(digest bytea, new_name text, new_roles text[], new_organisation text, new_service_area text, new_refresh_token bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    update public.web_session set name = new_name, roles = new_roles, organisation = new_organisation,
        service_area = new_service_area, refresh_token = new_refresh_token
    where id_hash = digest
$$;

CREATE FUNCTION public.resume_web_session(digest bytea, idle interval) RETURNS TABLE(subject text, name text, roles text[], organisation text, service_area text, issuer text, csrf text, refresh_token bytea, since_renewal interval)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    update public.web_session set seen_at = now()
    where id_hash = digest and expires_at > now() and seen_at between now() - idle and now() - interval '1 minute';
    select subject, name, roles, organisation, service_area, issuer, csrf, refresh_token, now() - renewed_at
    from public.web_session
    where id_hash = digest and expires_at > now() and seen_at > now() - idle;
$$;

CREATE FUNCTION public.set_caller(actor text, roles text, organisation text, service_area text, known_provider_id text, today text DEFAULT ''::text) RETURNS text
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.store_access_log_seal(range_number bigint, sealed_at timestamp with time zone, first_transaction bigint, end_transaction bigint, next_transaction bigint, row_ids uuid[], row_codes bytea, digest bytea, next_commitment bytea, proof bytea) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
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
$_$;

CREATE FUNCTION public.store_name_words() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE TABLE public.access_log (
    id uuid NOT NULL,
    transaction_number bigint DEFAULT public.event_number() NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor character varying NOT NULL,
    organisation character varying,
    supplier character varying,
    action character varying NOT NULL,
    method character varying NOT NULL,
    route character varying NOT NULL,
    purpose character varying NOT NULL,
    outcome character varying NOT NULL,
    request_id character varying NOT NULL,
    participant_ids uuid[] NOT NULL,
    denied_ids uuid[] NOT NULL,
    more_denied integer DEFAULT 0 NOT NULL,
    reason character varying,
    reference character varying,
    CONSTRAINT ck_access_log_id CHECK (("right"((id)::text, 6) = '000000'::text)),
    CONSTRAINT ck_access_log_lines CHECK ((((cardinality(participant_ids) + cardinality(denied_ids)) >= 1) AND ((cardinality(participant_ids) + cardinality(denied_ids)) <= 16777215))),
    CONSTRAINT ck_access_log_more_denied CHECK ((more_denied >= 0)),
    CONSTRAINT ck_access_log_outcome CHECK (((outcome)::text = ANY ((ARRAY['allowed'::character varying, 'denied'::character varying])::text[]))),
    CONSTRAINT ck_access_log_reason CHECK (((reason)::text = ANY ((ARRAY['case'::character varying, 'follow_up'::character varying, 'complaint'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_access_log_reference CHECK (((reference IS NULL) OR (((length((reference)::text) >= 1) AND (length((reference)::text) <= 100)) AND (reason IS NOT NULL))))
)
PARTITION BY RANGE (at);

ALTER TABLE ONLY public.access_log FORCE ROW LEVEL SECURITY;

CREATE TABLE access_log_partition.other (
    id uuid CONSTRAINT access_log_id_not_null NOT NULL,
    transaction_number bigint DEFAULT public.event_number() CONSTRAINT access_log_transaction_number_not_null NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() CONSTRAINT access_log_at_not_null NOT NULL,
    actor character varying CONSTRAINT access_log_actor_not_null NOT NULL,
    organisation character varying,
    supplier character varying,
    action character varying CONSTRAINT access_log_action_not_null NOT NULL,
    method character varying CONSTRAINT access_log_method_not_null NOT NULL,
    route character varying CONSTRAINT access_log_route_not_null NOT NULL,
    purpose character varying CONSTRAINT access_log_purpose_not_null NOT NULL,
    outcome character varying CONSTRAINT access_log_outcome_not_null NOT NULL,
    request_id character varying CONSTRAINT access_log_request_id_not_null NOT NULL,
    participant_ids uuid[] CONSTRAINT access_log_participant_ids_not_null NOT NULL,
    denied_ids uuid[] CONSTRAINT access_log_denied_ids_not_null NOT NULL,
    more_denied integer DEFAULT 0 CONSTRAINT access_log_more_denied_not_null NOT NULL,
    reason character varying,
    reference character varying,
    CONSTRAINT ck_access_log_id CHECK (("right"((id)::text, 6) = '000000'::text)),
    CONSTRAINT ck_access_log_lines CHECK ((((cardinality(participant_ids) + cardinality(denied_ids)) >= 1) AND ((cardinality(participant_ids) + cardinality(denied_ids)) <= 16777215))),
    CONSTRAINT ck_access_log_more_denied CHECK ((more_denied >= 0)),
    CONSTRAINT ck_access_log_outcome CHECK (((outcome)::text = ANY ((ARRAY['allowed'::character varying, 'denied'::character varying])::text[]))),
    CONSTRAINT ck_access_log_reason CHECK (((reason)::text = ANY ((ARRAY['case'::character varying, 'follow_up'::character varying, 'complaint'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_access_log_reference CHECK (((reference IS NULL) OR (((length((reference)::text) >= 1) AND (length((reference)::text) <= 100)) AND (reason IS NOT NULL))))
);

ALTER TABLE ONLY access_log_partition.other FORCE ROW LEVEL SECURITY;

CREATE TABLE public.absence (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    provider_id uuid NOT NULL,
    external_id character varying NOT NULL,
    placement_id uuid NOT NULL,
    revision integer NOT NULL,
    kind character varying NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    percent smallint NOT NULL,
    note character varying,
    cancelled boolean NOT NULL,
    revision_cancels boolean NOT NULL,
    CONSTRAINT ck_absence_cancelled CHECK ((cancelled OR (NOT revision_cancels))),
    CONSTRAINT ck_absence_ends_on CHECK ((ends_on >= starts_on)),
    CONSTRAINT ck_absence_external_id CHECK (((length((external_id)::text) >= 1) AND (length((external_id)::text) <= 100))),
    CONSTRAINT ck_absence_kind CHECK (((kind)::text = ANY ((ARRAY['sick'::character varying, 'holiday'::character varying, 'leave'::character varying, 'unexcused'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_absence_note CHECK (((length((note)::text) >= 1) AND (length((note)::text) <= 500))),
    CONSTRAINT ck_absence_percent CHECK (((percent >= 1) AND (percent <= 100))),
    CONSTRAINT ck_absence_revision CHECK ((revision >= 0))
);

ALTER TABLE ONLY public.absence FORCE ROW LEVEL SECURITY;

CREATE TABLE public.absence_review (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    reviewed_on date NOT NULL,
    outcome character varying NOT NULL,
    reason character varying NOT NULL,
    reviewed_by character varying NOT NULL,
    CONSTRAINT ck_absence_review_outcome CHECK (((outcome)::text = ANY ((ARRAY['no_change'::character varying, 'follow_up'::character varying, 'change'::character varying, 'end'::character varying])::text[]))),
    CONSTRAINT ck_absence_review_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 4000)))
);

ALTER TABLE ONLY public.absence_review FORCE ROW LEVEL SECURITY;

CREATE TABLE public.absence_revision (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    provider_id uuid NOT NULL,
    external_id character varying NOT NULL,
    placement_id uuid NOT NULL,
    revision integer NOT NULL,
    kind character varying NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    percent smallint NOT NULL,
    note character varying,
    cancelled boolean NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.absence_revision FORCE ROW LEVEL SECURITY;

CREATE TABLE public.absence_routine (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    provider_id uuid NOT NULL,
    agreed_on date NOT NULL,
    contact_after_days smallint NOT NULL,
    contact character varying NOT NULL,
    reference character varying NOT NULL,
    CONSTRAINT ck_absence_routine_contact CHECK (((length((contact)::text) >= 1) AND (length((contact)::text) <= 500))),
    CONSTRAINT ck_absence_routine_contact_after_days CHECK (((contact_after_days >= 1) AND (contact_after_days <= 60))),
    CONSTRAINT ck_absence_routine_reference CHECK (((length((reference)::text) >= 1) AND (length((reference)::text) <= 500)))
);

ALTER TABLE ONLY public.absence_routine FORCE ROW LEVEL SECURITY;

CREATE TABLE public.absence_watch (
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    notified_at timestamp with time zone,
    reviewed_at timestamp with time zone,
    reviewed_on date
);

ALTER TABLE ONLY public.absence_watch FORCE ROW LEVEL SECURITY;

CREATE TABLE public.access_log_retirement (
    retired_before timestamp with time zone NOT NULL,
    retired_at timestamp with time zone NOT NULL,
    rows bigint NOT NULL,
    misdated_ids uuid[] NOT NULL,
    code bytea NOT NULL,
    CONSTRAINT ck_access_log_retirement_code CHECK ((length(code) = 32)),
    CONSTRAINT ck_access_log_retirement_rows CHECK ((rows > 0))
);

ALTER TABLE ONLY public.access_log_retirement FORCE ROW LEVEL SECURITY;

CREATE TABLE public.access_log_seal (
    range_number bigint NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    first_transaction bigint NOT NULL,
    end_transaction bigint NOT NULL,
    next_transaction bigint NOT NULL,
    row_ids uuid[] NOT NULL,
    row_codes bytea NOT NULL,
    digest bytea NOT NULL,
    next_commitment bytea NOT NULL,
    CONSTRAINT ck_access_log_seal_digest CHECK ((length(digest) = 32)),
    CONSTRAINT ck_access_log_seal_end_transaction CHECK ((first_transaction < end_transaction)),
    CONSTRAINT ck_access_log_seal_next_transaction CHECK ((end_transaction <= next_transaction)),
    CONSTRAINT ck_access_log_seal_range_number CHECK ((range_number > 0)),
    CONSTRAINT ck_access_log_seal_row_codes CHECK ((length(row_codes) = (16 * cardinality(row_ids))))
);

ALTER TABLE ONLY public.access_log_seal FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.act_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.application (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    received_on date NOT NULL,
    need character varying NOT NULL,
    wishes character varying NOT NULL,
    medication_tasks boolean NOT NULL,
    withdrawn_on date,
    service_view jsonb,
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    CONSTRAINT ck_application_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_application_need CHECK (((need)::text = ANY ((ARRAY['permanent'::character varying, 'temporary'::character varying])::text[]))),
    CONSTRAINT ck_application_service_view CHECK ((jsonb_typeof(service_view) = 'object'::text)),
    CONSTRAINT ck_application_wishes CHECK (((length((wishes)::text) >= 1) AND (length((wishes)::text) <= 4000)))
);

ALTER TABLE ONLY public.application FORCE ROW LEVEL SECURITY;

CREATE TABLE public.budget_flag (
    year smallint NOT NULL,
    flag character varying NOT NULL,
    CONSTRAINT ck_budget_flag_flag CHECK (((flag)::text = ANY ((ARRAY['no_frame'::character varying, 'within'::character varying, 'watch'::character varying, 'overrun'::character varying])::text[]))),
    CONSTRAINT ck_budget_flag_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.budget_flag FORCE ROW LEVEL SECURITY;

CREATE TABLE public.budget_frame (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    amount numeric(12,2) NOT NULL,
    adopted_on date NOT NULL,
    reason character varying NOT NULL,
    CONSTRAINT ck_budget_frame_amount CHECK ((amount >= (0)::numeric)),
    CONSTRAINT ck_budget_frame_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 500))),
    CONSTRAINT ck_budget_frame_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.budget_frame FORCE ROW LEVEL SECURITY;

CREATE TABLE public.budget_snapshot (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    name character varying NOT NULL,
    "on" date NOT NULL,
    taken_by character varying NOT NULL,
    rows jsonb NOT NULL,
    figures jsonb NOT NULL,
    CONSTRAINT ck_budget_snapshot_name CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 500))),
    CONSTRAINT ck_budget_snapshot_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.budget_snapshot FORCE ROW LEVEL SECURITY;

CREATE TABLE public.calendar_subscription (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    owner character varying NOT NULL,
    secret_hash bytea NOT NULL,
    roles character varying[] NOT NULL,
    organisation character varying,
    service_area character varying,
    last_seen_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);

ALTER TABLE ONLY public.calendar_subscription FORCE ROW LEVEL SECURITY;

CREATE TABLE public.competence_statement (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    provider_id uuid NOT NULL,
    stated_on date NOT NULL,
    employees integer NOT NULL,
    police_certificates integer NOT NULL,
    full_time_equivalents numeric(6,2) NOT NULL,
    areas jsonb NOT NULL,
    police_certificates_not_required integer DEFAULT 0 NOT NULL,
    premises jsonb,
    CONSTRAINT ck_competence_statement_areas CHECK ((jsonb_typeof(areas) = 'array'::text)),
    CONSTRAINT ck_competence_statement_full_time_equivalents CHECK ((full_time_equivalents >= (0)::numeric)),
    CONSTRAINT ck_competence_statement_police_certificates CHECK (((police_certificates >= 0) AND (police_certificates <= employees))),
    CONSTRAINT ck_competence_statement_police_certificates_not_required CHECK (((police_certificates_not_required >= 0) AND (police_certificates_not_required <= employees))),
    CONSTRAINT ck_competence_statement_premises CHECK ((jsonb_typeof(premises) = 'object'::text))
);

ALTER TABLE ONLY public.competence_statement FORCE ROW LEVEL SECURITY;

CREATE TABLE public.consent (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    given_by character varying NOT NULL,
    given_on date NOT NULL,
    valid_to date,
    services character varying[] NOT NULL,
    withdrawn_on date,
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    organisations character varying[] DEFAULT '{}'::character varying[] NOT NULL,
    method character varying,
    wording character varying,
    reference character varying,
    recorded_by character varying,
    withdrawn_by character varying,
    CONSTRAINT ck_consent_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_consent_given_by CHECK (((given_by)::text = ANY ((ARRAY['participant'::character varying, 'guardian'::character varying])::text[]))),
    CONSTRAINT ck_consent_method CHECK (((method)::text = ANY ((ARRAY['written'::character varying, 'oral'::character varying, 'electronic'::character varying])::text[]))),
    CONSTRAINT ck_consent_reference CHECK (((length((reference)::text) >= 1) AND (length((reference)::text) <= 500))),
    CONSTRAINT ck_consent_services CHECK (((cardinality(services) <= 4) AND ((cardinality(services) + cardinality(organisations)) > 0))),
    CONSTRAINT ck_consent_valid_to CHECK ((valid_to >= given_on)),
    CONSTRAINT ck_consent_withdrawn_by CHECK (((withdrawn_on IS NOT NULL) OR (withdrawn_by IS NULL))),
    CONSTRAINT ck_consent_withdrawn_on CHECK ((withdrawn_on >= given_on)),
    CONSTRAINT ck_consent_wording CHECK (((length((wording)::text) >= 1) AND (length((wording)::text) <= 4000)))
);

ALTER TABLE ONLY public.consent FORCE ROW LEVEL SECURITY;

CREATE TABLE public.decision (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    kind character varying NOT NULL,
    decided_on date NOT NULL,
    decided_by character varying NOT NULL,
    legal_basis character varying NOT NULL,
    reason character varying,
    application_id uuid,
    request_id uuid,
    provider_id uuid,
    placement_id uuid,
    follows_id uuid,
    starts_on date,
    ends_on date,
    share smallint,
    medication_agreement jsonb,
    address_protection boolean DEFAULT false NOT NULL,
    participant_id uuid NOT NULL,
    valid_from date,
    monthly_price numeric(12,2),
    medication_tasks boolean,
    notice_id uuid,
    act_number bigint DEFAULT nextval('public.act_number'::regclass) NOT NULL,
    archive_reference character varying,
    destination character varying,
    budget_reference character varying,
    health_and_social_tasks character varying[],
    corrects_id uuid,
    ground character varying,
    found_by character varying,
    need character varying,
    CONSTRAINT ck_decision_application_id CHECK ((((kind)::text <> ALL ((ARRAY['grant'::character varying, 'reject'::character varying])::text[])) OR (application_id IS NOT NULL))),
    CONSTRAINT ck_decision_archive_reference CHECK (((length((archive_reference)::text) >= 1) AND (length((archive_reference)::text) <= 500))),
    CONSTRAINT ck_decision_budget_reference CHECK (((length((budget_reference)::text) >= 1) AND (length((budget_reference)::text) <= 500))),
    CONSTRAINT ck_decision_change CHECK ((((kind)::text <> 'change'::text) OR (num_nonnulls(share, monthly_price, medication_tasks, ends_on, notice_id) > 0))),
    CONSTRAINT ck_decision_corrects_id CHECK ((((kind)::text <> 'correct'::text) OR (corrects_id IS NOT NULL))),
    CONSTRAINT ck_decision_corrects_nothing CHECK ((((kind)::text = ANY ((ARRAY['correct'::character varying, 'annul'::character varying])::text[])) OR (corrects_id IS NULL))),
    CONSTRAINT ck_decision_destination CHECK (((destination)::text = ANY ((ARRAY['vta'::character varying, 'municipal_offer'::character varying, 'ordinary_work'::character varying, 'education'::character varying, 'other_offer'::character varying, 'none'::character varying, 'moved'::character varying, 'died'::character varying])::text[]))),
    CONSTRAINT ck_decision_end CHECK ((((kind)::text <> 'end'::text) OR (ends_on IS NOT NULL))),
    CONSTRAINT ck_decision_end_fields CHECK ((((kind)::text = ANY ((ARRAY['end'::character varying, 'correct'::character varying])::text[])) OR (destination IS NULL))),
    CONSTRAINT ck_decision_found_by CHECK (((found_by)::text = ANY ((ARRAY['case_office'::character varying, 'provider'::character varying, 'participant'::character varying, 'guardian'::character varying, 'service'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_decision_grant CHECK ((((kind)::text <> 'grant'::text) OR ((request_id IS NOT NULL) AND (starts_on IS NOT NULL)))),
    CONSTRAINT ck_decision_grant_fields CHECK ((((kind)::text = 'grant'::text) OR (num_nonnulls(budget_reference, health_and_social_tasks) = 0))),
    CONSTRAINT ck_decision_ground CHECK (((ground)::text = ANY ((ARRAY['clerical_error'::character varying, 'not_notified'::character varying, 'invalid'::character varying, 'in_favour'::character varying])::text[]))),
    CONSTRAINT ck_decision_health_and_social_tasks CHECK ((cardinality(health_and_social_tasks) <= 20)),
    CONSTRAINT ck_decision_kind CHECK (((kind)::text = ANY ((ARRAY['grant'::character varying, 'reject'::character varying, 'change'::character varying, 'end'::character varying, 'correct'::character varying, 'annul'::character varying])::text[]))),
    CONSTRAINT ck_decision_legal_basis CHECK (((length((legal_basis)::text) >= 1) AND (length((legal_basis)::text) <= 500))),
    CONSTRAINT ck_decision_mending CHECK (((((kind)::text = ANY ((ARRAY['correct'::character varying, 'annul'::character varying])::text[])) = (found_by IS NOT NULL)) AND ((found_by IS NULL) = (ground IS NULL)) AND ((found_by IS NULL) OR (reason IS NOT NULL)))),
    CONSTRAINT ck_decision_monthly_price CHECK (((monthly_price > (0)::numeric) AND (monthly_price <= (10000000)::numeric))),
    CONSTRAINT ck_decision_need CHECK (((need IS NULL) OR (((kind)::text = 'correct'::text) AND ((need)::text = ANY ((ARRAY['permanent'::character varying, 'temporary'::character varying])::text[]))))),
    CONSTRAINT ck_decision_placement_id CHECK ((((kind)::text = 'reject'::text) = (placement_id IS NULL))),
    CONSTRAINT ck_decision_valid_from CHECK ((((kind)::text <> 'change'::text) OR (num_nonnulls(share, monthly_price, medication_tasks) = 0) OR (valid_from IS NOT NULL)))
);

ALTER TABLE ONLY public.decision FORCE ROW LEVEL SECURITY;

CREATE TABLE public.erasure_request (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    reason character varying NOT NULL,
    requested_by character varying NOT NULL,
    approved boolean,
    decided_by character varying,
    decided_at timestamp with time zone,
    CONSTRAINT ck_erasure_request_decided_at CHECK ((num_nulls(approved, decided_by, decided_at) = ANY (ARRAY[0, 3]))),
    CONSTRAINT ck_erasure_request_four_eyes CHECK (((decided_by)::text <> (requested_by)::text)),
    CONSTRAINT ck_erasure_request_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 500)))
);

ALTER TABLE ONLY public.erasure_request FORCE ROW LEVEL SECURITY;

CREATE TABLE public.evaluation (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    filed_by character varying NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    sent_on date,
    content_areas character varying[] NOT NULL,
    text character varying NOT NULL,
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    made_with character varying[] DEFAULT '{}'::character varying[] NOT NULL,
    plan_stands boolean,
    CONSTRAINT ck_evaluation_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_evaluation_content_areas CHECK ((cardinality(content_areas) > 0)),
    CONSTRAINT ck_evaluation_filed_by CHECK (((filed_by)::text = ANY ((ARRAY['provider'::character varying, 'case_office'::character varying])::text[]))),
    CONSTRAINT ck_evaluation_period_to CHECK ((period_to >= period_from)),
    CONSTRAINT ck_evaluation_text CHECK (((length((text)::text) >= 1) AND (length((text)::text) <= 20000)))
);

ALTER TABLE ONLY public.evaluation FORCE ROW LEVEL SECURITY;

CREATE TABLE public.event (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    "position" bigint NOT NULL,
    transaction_id bigint DEFAULT public.event_number() NOT NULL,
    type character varying NOT NULL,
    subject character varying NOT NULL,
    data jsonb NOT NULL
);

ALTER TABLE ONLY public.event FORCE ROW LEVEL SECURITY;

ALTER TABLE public.event ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.expected_refund (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    amount numeric(12,2) NOT NULL,
    recorded_on date NOT NULL,
    reason character varying NOT NULL,
    CONSTRAINT ck_expected_refund_amount CHECK ((amount >= (0)::numeric)),
    CONSTRAINT ck_expected_refund_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 500))),
    CONSTRAINT ck_expected_refund_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.expected_refund FORCE ROW LEVEL SECURITY;

CREATE TABLE public.grant_scheme (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name character varying NOT NULL,
    for_whom character varying NOT NULL,
    address character varying NOT NULL,
    checked_on date NOT NULL,
    closed_on date,
    recorded_by character varying NOT NULL,
    CONSTRAINT ck_grant_scheme_address CHECK (((length((address)::text) >= 12) AND (length((address)::text) <= 500))),
    CONSTRAINT ck_grant_scheme_for_whom CHECK (((length((for_whom)::text) >= 1) AND (length((for_whom)::text) <= 4000))),
    CONSTRAINT ck_grant_scheme_name CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 200)))
);

ALTER TABLE ONLY public.grant_scheme FORCE ROW LEVEL SECURITY;

CREATE TABLE public.guideline_evaluation (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    evaluated_on date NOT NULL,
    text character varying NOT NULL,
    CONSTRAINT ck_guideline_evaluation_text CHECK (((length((text)::text) >= 1) AND (length((text)::text) <= 20000))),
    CONSTRAINT ck_guideline_evaluation_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.guideline_evaluation FORCE ROW LEVEL SECURITY;

CREATE TABLE public.idempotency_key (
    caller character varying NOT NULL,
    key character varying NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    is_erased boolean DEFAULT false NOT NULL
);

ALTER TABLE ONLY public.idempotency_key FORCE ROW LEVEL SECURITY;

CREATE TABLE public.invoice_check (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    provider_id uuid NOT NULL,
    number character varying NOT NULL,
    kind character varying NOT NULL,
    issued_on date NOT NULL,
    amount numeric(12,2) NOT NULL,
    expected numeric(12,2) NOT NULL,
    result character varying NOT NULL,
    basis character varying NOT NULL,
    by_month jsonb NOT NULL,
    identity_numbers smallint NOT NULL,
    names smallint NOT NULL,
    checked_by character varying NOT NULL,
    finance_expected numeric(12,2),
    finance_result character varying,
    protected_amount numeric(12,2),
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    CONSTRAINT ck_invoice_check_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_invoice_check_basis CHECK (((basis)::text = ANY ((ARRAY['settlement'::character varying, 'computed'::character varying])::text[]))),
    CONSTRAINT ck_invoice_check_finance CHECK (((finance_result IS NULL) = (finance_expected IS NULL))),
    CONSTRAINT ck_invoice_check_finance_result CHECK (((finance_result)::text = ANY ((ARRAY['equal'::character varying, 'different'::character varying])::text[]))),
    CONSTRAINT ck_invoice_check_identity_numbers CHECK ((identity_numbers >= 0)),
    CONSTRAINT ck_invoice_check_kind CHECK (((kind)::text = ANY ((ARRAY['invoice'::character varying, 'credit_note'::character varying])::text[]))),
    CONSTRAINT ck_invoice_check_names CHECK ((names >= 0)),
    CONSTRAINT ck_invoice_check_number CHECK (((length((number)::text) >= 1) AND (length((number)::text) <= 200))),
    CONSTRAINT ck_invoice_check_result CHECK (((result)::text = ANY ((ARRAY['equal'::character varying, 'different'::character varying])::text[])))
);

ALTER TABLE ONLY public.invoice_check FORCE ROW LEVEL SECURITY;

CREATE TABLE public.invoice_check_line (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    invoice_id uuid NOT NULL,
    line smallint,
    placement_id uuid,
    month date NOT NULL,
    invoiced numeric(12,2) NOT NULL,
    expected numeric(12,2) NOT NULL,
    cause character varying,
    audience character varying,
    CONSTRAINT ck_invoice_check_line_audience CHECK (((audience)::text = ANY ((ARRAY['case_office'::character varying, 'finance'::character varying])::text[]))),
    CONSTRAINT ck_invoice_check_line_cause CHECK (((cause)::text = ANY ((ARRAY['no_such_placement'::character varying, 'other_days'::character varying, 'other_price'::character varying, 'other_share'::character varying, 'missing_supplement'::character varying, 'not_invoiced'::character varying, 'already_invoiced'::character varying, 'credited_too_much'::character varying, 'document_charge'::character varying])::text[]))),
    CONSTRAINT ck_invoice_check_line_equal CHECK (((cause IS NULL) = (invoiced = expected))),
    CONSTRAINT ck_invoice_check_line_month CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

ALTER TABLE ONLY public.invoice_check_line FORCE ROW LEVEL SECURITY;

CREATE TABLE public.invoice_cover (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    invoice_id uuid NOT NULL,
    placement_id uuid,
    month date NOT NULL,
    amount numeric(12,2) NOT NULL,
    audience character varying,
    unowed boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_invoice_cover_audience CHECK (((audience)::text = ANY ((ARRAY['case_office'::character varying, 'finance'::character varying])::text[]))),
    CONSTRAINT ck_invoice_cover_month CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

ALTER TABLE ONLY public.invoice_cover FORCE ROW LEVEL SECURITY;

CREATE TABLE public.meeting (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    kind character varying NOT NULL,
    placement_id uuid,
    provider_id uuid,
    filed_by character varying NOT NULL,
    version smallint NOT NULL,
    held_on date NOT NULL,
    called_by character varying NOT NULL,
    attendees jsonb NOT NULL,
    participant_present boolean NOT NULL,
    counts boolean NOT NULL,
    themes character varying[] NOT NULL,
    participant_absence_reason character varying,
    minutes character varying NOT NULL,
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    services_without_consent character varying[] DEFAULT '{}'::character varying[] NOT NULL,
    without_consent_reason character varying,
    CONSTRAINT ck_meeting_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_meeting_attendees CHECK ((jsonb_typeof(attendees) = 'array'::text)),
    CONSTRAINT ck_meeting_filed_by CHECK (((filed_by)::text = ANY ((ARRAY['provider'::character varying, 'case_office'::character varying, 'service'::character varying])::text[]))),
    CONSTRAINT ck_meeting_kind CHECK (((kind)::text = ANY ((ARRAY['conversation'::character varying, 'cooperation'::character varying, 'system'::character varying, 'bilateral'::character varying])::text[]))),
    CONSTRAINT ck_meeting_minutes CHECK (((length((minutes)::text) >= 1) AND (length((minutes)::text) <= 20000))),
    CONSTRAINT ck_meeting_participant_absence_reason CHECK ((((kind)::text <> ALL ((ARRAY['conversation'::character varying, 'cooperation'::character varying])::text[])) OR participant_present OR (participant_absence_reason IS NOT NULL))),
    CONSTRAINT ck_meeting_placement_id CHECK (((placement_id IS NOT NULL) OR ((kind)::text = ANY ((ARRAY['system'::character varying, 'bilateral'::character varying])::text[])))),
    CONSTRAINT ck_meeting_present CHECK ((participant_present = (attendees @> '[{"role": "participant"}]'::jsonb))),
    CONSTRAINT ck_meeting_provider_id CHECK ((((kind)::text = 'system'::text) = (provider_id IS NULL))),
    CONSTRAINT ck_meeting_themes CHECK ((((kind)::text <> 'cooperation'::text) OR (cardinality(themes) > 0))),
    CONSTRAINT ck_meeting_version CHECK ((version >= 1)),
    CONSTRAINT ck_meeting_without_consent_reason CHECK (((cardinality(services_without_consent) = 0) OR (without_consent_reason IS NOT NULL)))
);

ALTER TABLE ONLY public.meeting FORCE ROW LEVEL SECURITY;

CREATE TABLE public.meeting_version (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    meeting_id uuid NOT NULL,
    version smallint NOT NULL,
    correction character varying,
    content jsonb NOT NULL,
    CONSTRAINT ck_meeting_version_content CHECK ((jsonb_typeof(content) = 'object'::text)),
    CONSTRAINT ck_meeting_version_correction CHECK (((version = 1) = (correction IS NULL)))
);

ALTER TABLE ONLY public.meeting_version FORCE ROW LEVEL SECURITY;

CREATE TABLE public.need_change (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    noticed_on date NOT NULL,
    what character varying NOT NULL,
    noticed_by character varying NOT NULL,
    outcome character varying,
    closed_on date,
    CONSTRAINT ck_need_change_closed_on CHECK (((outcome IS NULL) = (closed_on IS NULL))),
    CONSTRAINT ck_need_change_noticed_by CHECK (((noticed_by)::text = ANY ((ARRAY['case_office'::character varying, 'provider'::character varying, 'participant'::character varying, 'guardian'::character varying, 'service'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_need_change_outcome CHECK (((outcome)::text = ANY ((ARRAY['no_change'::character varying, 'supplement'::character varying, 'another_provider'::character varying, 'end'::character varying])::text[]))),
    CONSTRAINT ck_need_change_what CHECK (((length((what)::text) >= 1) AND (length((what)::text) <= 4000)))
);

ALTER TABLE ONLY public.need_change FORCE ROW LEVEL SECURITY;

CREATE TABLE public.notice (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    given_by character varying NOT NULL,
    given_on date NOT NULL,
    reason character varying NOT NULL,
    text character varying,
    agreed_end_on date,
    agreed_by jsonb NOT NULL,
    ends_on date NOT NULL,
    replaced_ends_on date,
    act_number bigint DEFAULT nextval('public.act_number'::regclass) NOT NULL,
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    CONSTRAINT ck_notice_agreed_by CHECK ((agreed_by <@ '["municipality", "provider"]'::jsonb)),
    CONSTRAINT ck_notice_agreed_end_on CHECK (((agreed_end_on IS NULL) OR (agreed_by @> '["municipality", "provider"]'::jsonb))),
    CONSTRAINT ck_notice_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_notice_given_by CHECK (((given_by)::text = ANY ((ARRAY['participant'::character varying, 'guardian'::character varying, 'municipality'::character varying, 'provider'::character varying])::text[]))),
    CONSTRAINT ck_notice_reason CHECK (((reason)::text = ANY ((ARRAY['changed_needs'::character varying, 'cannot_accommodate'::character varying, 'extensive_absence'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_notice_text CHECK ((((reason)::text <> 'other'::text) OR (text IS NOT NULL))),
    CONSTRAINT ck_notice_text_length CHECK (((length((text)::text) >= 1) AND (length((text)::text) <= 4000)))
);

ALTER TABLE ONLY public.notice FORCE ROW LEVEL SECURITY;

CREATE TABLE public.participant (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    given_name character varying NOT NULL,
    family_name character varying NOT NULL,
    birth_date date NOT NULL,
    municipality_number character varying NOT NULL,
    service_area character varying NOT NULL,
    contacts jsonb NOT NULL,
    address_protection boolean NOT NULL,
    identity_number_ciphertext bytea,
    identity_number_key_id character varying,
    identity_number_index bytea,
    municipality_since date DEFAULT CURRENT_DATE NOT NULL,
    protection_questioned_on date,
    protection_confirmed_on date,
    CONSTRAINT ck_participant_contacts CHECK (
CASE
    WHEN (jsonb_typeof(contacts) = 'array'::text) THEN (jsonb_array_length(contacts) <= 40)
    ELSE false
END),
    CONSTRAINT ck_participant_family_name CHECK (((length((family_name)::text) >= 1) AND (length((family_name)::text) <= 200))),
    CONSTRAINT ck_participant_given_name CHECK (((length((given_name)::text) >= 1) AND (length((given_name)::text) <= 200))),
    CONSTRAINT ck_participant_identity_number CHECK ((num_nulls(identity_number_ciphertext, identity_number_key_id, identity_number_index) = ANY (ARRAY[0, 3]))),
    CONSTRAINT ck_participant_municipality_number CHECK (((municipality_number)::text ~ '^[0-9]{4}$'::text)),
    CONSTRAINT ck_participant_protection_confirmed_on CHECK (((protection_questioned_on IS NOT NULL) OR (protection_confirmed_on IS NULL))),
    CONSTRAINT ck_participant_protection_questioned_on CHECK ((address_protection OR (protection_questioned_on IS NULL))),
    CONSTRAINT ck_participant_service_area CHECK (((service_area)::text = ANY ((ARRAY['habilitation'::character varying, 'mental_health'::character varying, 'other'::character varying])::text[])))
);

ALTER TABLE ONLY public.participant FORCE ROW LEVEL SECURITY;

CREATE TABLE public.participant_external_id (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    system character varying NOT NULL,
    value character varying NOT NULL,
    current boolean DEFAULT true NOT NULL,
    CONSTRAINT ck_participant_external_id_system CHECK (((length((system)::text) >= 1) AND (length((system)::text) <= 50))),
    CONSTRAINT ck_participant_external_id_value CHECK (((length((value)::text) >= 1) AND (length((value)::text) <= 100)))
);

ALTER TABLE ONLY public.participant_external_id FORCE ROW LEVEL SECURITY;

CREATE TABLE public.participant_former_number (
    identity_number_index bytea NOT NULL,
    participant_id uuid NOT NULL
);

ALTER TABLE ONLY public.participant_former_number FORCE ROW LEVEL SECURITY;

CREATE TABLE public.participant_merge (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    duplicate_id uuid NOT NULL,
    merged_by character varying NOT NULL
);

ALTER TABLE ONLY public.participant_merge FORCE ROW LEVEL SECURITY;

CREATE TABLE public.participant_name_word (
    participant_id uuid NOT NULL,
    word character varying NOT NULL COLLATE pg_catalog."C",
    prefix character varying NOT NULL COLLATE pg_catalog."C",
    service_area character varying NOT NULL
);

ALTER TABLE ONLY public.participant_name_word FORCE ROW LEVEL SECURITY;

CREATE TABLE public.participant_restriction (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    reason character varying NOT NULL,
    restricted_by character varying NOT NULL,
    lifted_by character varying,
    lifted_at timestamp with time zone,
    lifted_reason character varying,
    CONSTRAINT ck_participant_restriction_lifted_at CHECK ((num_nulls(lifted_by, lifted_at, lifted_reason) = ANY (ARRAY[0, 3]))),
    CONSTRAINT ck_participant_restriction_lifted_reason CHECK (((length((lifted_reason)::text) >= 1) AND (length((lifted_reason)::text) <= 500))),
    CONSTRAINT ck_participant_restriction_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 500)))
);

ALTER TABLE ONLY public.participant_restriction FORCE ROW LEVEL SECURITY;

CREATE TABLE public.placement_supplement (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    monthly_amount numeric(12,2) NOT NULL,
    full_time_equivalents numeric(6,2) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    reason character varying NOT NULL,
    agreed_by jsonb NOT NULL,
    agreed_on date,
    heard jsonb DEFAULT '["service", "case_office", "provider"]'::jsonb NOT NULL,
    CONSTRAINT ck_placement_supplement_full_time_equivalents CHECK ((full_time_equivalents >= (0)::numeric)),
    CONSTRAINT ck_placement_supplement_heard CHECK (((heard @> '["service", "case_office", "provider"]'::jsonb) AND (heard @> agreed_by))),
    CONSTRAINT ck_placement_supplement_monthly_amount CHECK (((monthly_amount > (0)::numeric) AND (monthly_amount <= (10000000)::numeric))),
    CONSTRAINT ck_placement_supplement_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 4000))),
    CONSTRAINT ck_placement_supplement_valid_to CHECK ((valid_to >= valid_from))
);

ALTER TABLE ONLY public.placement_supplement FORCE ROW LEVEL SECURITY;

CREATE TABLE public.placement_terms (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    address_protection boolean DEFAULT false NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    share smallint NOT NULL,
    monthly_price numeric(12,2),
    medication_tasks boolean NOT NULL,
    known_from date,
    known_until date,
    CONSTRAINT ck_placement_terms_known_until CHECK ((known_until >= known_from)),
    CONSTRAINT ck_placement_terms_monthly_price CHECK (((monthly_price > (0)::numeric) AND (monthly_price <= (10000000)::numeric))),
    CONSTRAINT ck_placement_terms_share CHECK (((share >= 1) AND (share <= 100))),
    CONSTRAINT ck_placement_terms_valid_to CHECK ((valid_to >= valid_from))
);

ALTER TABLE ONLY public.placement_terms FORCE ROW LEVEL SECURITY;

CREATE TABLE public.plan (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    filed_by character varying NOT NULL,
    made_on date NOT NULL,
    sent_on date,
    content_areas character varying[] NOT NULL,
    text character varying NOT NULL,
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    made_with character varying[] DEFAULT '{}'::character varying[] NOT NULL,
    CONSTRAINT ck_plan_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_plan_content_areas CHECK ((cardinality(content_areas) > 0)),
    CONSTRAINT ck_plan_filed_by CHECK (((filed_by)::text = ANY ((ARRAY['provider'::character varying, 'case_office'::character varying])::text[]))),
    CONSTRAINT ck_plan_sent_on CHECK ((sent_on >= made_on)),
    CONSTRAINT ck_plan_text CHECK (((length((text)::text) >= 1) AND (length((text)::text) <= 20000)))
);

ALTER TABLE ONLY public.plan FORCE ROW LEVEL SECURITY;

CREATE TABLE public.provider (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name character varying NOT NULL,
    organisation_number character varying NOT NULL,
    municipality_number character varying NOT NULL,
    CONSTRAINT ck_provider_name CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 200))),
    CONSTRAINT ck_provider_organisation_number CHECK (((organisation_number)::text ~ '^[0-9]{9}$'::text))
);

ALTER TABLE ONLY public.provider FORCE ROW LEVEL SECURITY;

CREATE TABLE public.provider_capacity (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    provider_id uuid NOT NULL,
    valid_from date NOT NULL,
    places integer NOT NULL,
    CONSTRAINT ck_provider_capacity_places CHECK ((places >= 0))
);

ALTER TABLE ONLY public.provider_capacity FORCE ROW LEVEL SECURITY;

CREATE TABLE public.rate (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    valid_from date NOT NULL,
    known_from date NOT NULL,
    monthly_amount numeric(12,2) NOT NULL,
    source character varying NOT NULL,
    CONSTRAINT ck_rate_monthly_amount CHECK (((monthly_amount > (0)::numeric) AND (monthly_amount <= (10000000)::numeric))),
    CONSTRAINT ck_rate_source CHECK (((length((source)::text) >= 1) AND (length((source)::text) <= 500)))
);

ALTER TABLE ONLY public.rate FORCE ROW LEVEL SECURITY;

CREATE TABLE public.request (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    application_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    sent_on date NOT NULL,
    answer character varying,
    answered_on date,
    reason character varying,
    text character varying,
    share smallint DEFAULT 100 NOT NULL,
    starts_from date,
    premises_suitable boolean,
    recalled_on date,
    recall_reason character varying,
    retracted_on date,
    retraction_reason character varying,
    sent_number bigint DEFAULT nextval('public.act_number'::regclass) NOT NULL,
    answer_number bigint,
    annulled_at timestamp with time zone,
    CONSTRAINT ck_request_answer CHECK (((answer)::text = ANY ((ARRAY['accepted'::character varying, 'declined'::character varying])::text[]))),
    CONSTRAINT ck_request_answer_number CHECK (((answer IS NULL) = (answer_number IS NULL))),
    CONSTRAINT ck_request_answered_on CHECK (((answer IS NULL) = (answered_on IS NULL))),
    CONSTRAINT ck_request_premises_suitable CHECK ((((answer)::text IS DISTINCT FROM 'accepted'::text) OR (premises_suitable IS DISTINCT FROM false))),
    CONSTRAINT ck_request_reason CHECK (((NOT ((answer)::text IS DISTINCT FROM 'declined'::text)) = (reason IS NOT NULL))),
    CONSTRAINT ck_request_reason_code CHECK (((reason)::text = ANY ((ARRAY['no_capacity'::character varying, 'cannot_accommodate'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_request_recalled_on CHECK ((((recalled_on IS NULL) = (recall_reason IS NULL)) AND ((recalled_on IS NULL) OR (answer IS NULL)))),
    CONSTRAINT ck_request_retracted_on CHECK ((((retracted_on IS NULL) = (retraction_reason IS NULL)) AND ((retracted_on IS NULL) OR (NOT ((answer)::text IS DISTINCT FROM 'accepted'::text))))),
    CONSTRAINT ck_request_share CHECK (((share >= 1) AND (share <= 100))),
    CONSTRAINT ck_request_text CHECK ((((reason)::text IS DISTINCT FROM 'other'::text) OR (text IS NOT NULL)))
);

ALTER TABLE ONLY public.request FORCE ROW LEVEL SECURITY;

CREATE TABLE public.service_hours (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    external_system character varying NOT NULL,
    external_id character varying NOT NULL,
    participant_id uuid NOT NULL,
    revision integer NOT NULL,
    service_type character varying NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    assessed_hours numeric(5,2),
    decided_hours numeric(5,2),
    delivered_hours numeric(5,2),
    need_grade character varying,
    tool character varying,
    assessed_on date,
    cancelled boolean NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    revision_cancels boolean NOT NULL,
    CONSTRAINT ck_service_hours_assessed_hours CHECK (((assessed_hours >= (0)::numeric) AND (assessed_hours <= (168)::numeric))),
    CONSTRAINT ck_service_hours_cancelled CHECK ((cancelled OR (NOT revision_cancels))),
    CONSTRAINT ck_service_hours_decided_hours CHECK (((decided_hours >= (0)::numeric) AND (decided_hours <= (168)::numeric))),
    CONSTRAINT ck_service_hours_delivered_hours CHECK (((delivered_hours >= (0)::numeric) AND (delivered_hours <= (168)::numeric))),
    CONSTRAINT ck_service_hours_ends_on CHECK ((ends_on >= starts_on)),
    CONSTRAINT ck_service_hours_external_id CHECK (((length((external_id)::text) >= 1) AND (length((external_id)::text) <= 100))),
    CONSTRAINT ck_service_hours_external_system CHECK (((length((external_system)::text) >= 1) AND (length((external_system)::text) <= 50))),
    CONSTRAINT ck_service_hours_need_grade CHECK (((need_grade)::text = ANY ((ARRAY['limited'::character varying, 'moderate'::character varying, 'extensive'::character varying])::text[]))),
    CONSTRAINT ck_service_hours_revision CHECK ((revision >= 0)),
    CONSTRAINT ck_service_hours_tool CHECK (((length((tool)::text) >= 1) AND (length((tool)::text) <= 100)))
);

ALTER TABLE ONLY public.service_hours FORCE ROW LEVEL SECURITY;

CREATE TABLE public.service_hours_revision (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    service_hours_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    revision integer NOT NULL,
    service_type character varying NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    assessed_hours numeric(5,2),
    decided_hours numeric(5,2),
    delivered_hours numeric(5,2),
    need_grade character varying,
    tool character varying,
    assessed_on date,
    cancelled boolean NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.service_hours_revision FORCE ROW LEVEL SECURITY;

CREATE TABLE public.service_type (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    code character varying NOT NULL,
    name character varying NOT NULL,
    CONSTRAINT ck_service_type_code CHECK (((code)::text ~ '^[a-z][a-z0-9_]{0,49}$'::text)),
    CONSTRAINT ck_service_type_name CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 200)))
);

ALTER TABLE ONLY public.service_type FORCE ROW LEVEL SECURITY;

CREATE TABLE public.service_type_norm (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    service_type character varying NOT NULL,
    valid_from date,
    hours_per_full_time_equivalent numeric(5,2),
    norm_source character varying,
    cost_per_hour numeric(12,2),
    cost_source character varying,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_service_type_norm_cost CHECK (((cost_per_hour IS NULL) = (cost_source IS NULL))),
    CONSTRAINT ck_service_type_norm_cost_per_hour CHECK ((cost_per_hour > (0)::numeric)),
    CONSTRAINT ck_service_type_norm_cost_source CHECK (((length((cost_source)::text) >= 1) AND (length((cost_source)::text) <= 500))),
    CONSTRAINT ck_service_type_norm_hours_per_full_time_equivalent CHECK (((hours_per_full_time_equivalent >= (1)::numeric) AND (hours_per_full_time_equivalent <= (168)::numeric))),
    CONSTRAINT ck_service_type_norm_norm CHECK (((hours_per_full_time_equivalent IS NULL) = (norm_source IS NULL))),
    CONSTRAINT ck_service_type_norm_norm_source CHECK (((length((norm_source)::text) >= 1) AND (length((norm_source)::text) <= 500)))
);

ALTER TABLE ONLY public.service_type_norm FORCE ROW LEVEL SECURITY;

CREATE TABLE public.settlement (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    month date NOT NULL,
    version smallint NOT NULL,
    number integer NOT NULL,
    closed_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_by character varying NOT NULL,
    by_month jsonb NOT NULL,
    CONSTRAINT ck_settlement_month CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT ck_settlement_number CHECK (((number > 0) AND (version > 0)))
);

ALTER TABLE ONLY public.settlement FORCE ROW LEVEL SECURITY;

CREATE TABLE public.settlement_difference (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    settlement_id uuid NOT NULL,
    line_id uuid,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    month date NOT NULL,
    cause character varying NOT NULL,
    amount numeric(12,2) NOT NULL,
    divisor smallint,
    parts jsonb,
    CONSTRAINT ck_settlement_difference_amount CHECK ((amount <> (0)::numeric)),
    CONSTRAINT ck_settlement_difference_cause CHECK (((cause)::text = ANY ((ARRAY['rate'::character varying, 'period'::character varying, 'share'::character varying, 'supplement'::character varying, 'legacy_price'::character varying, 'added'::character varying, 'removed'::character varying, 'correction'::character varying])::text[]))),
    CONSTRAINT ck_settlement_difference_month CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT ck_settlement_difference_parts CHECK (((((cause)::text <> 'removed'::text) OR (divisor IS NULL)) AND (((cause)::text = ANY ((ARRAY['removed'::character varying, 'correction'::character varying])::text[])) OR (divisor IS NOT NULL)) AND ((divisor IS NULL) = (parts IS NULL))))
);

ALTER TABLE ONLY public.settlement_difference FORCE ROW LEVEL SECURITY;

CREATE TABLE public.settlement_line (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    settlement_id uuid NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    month date NOT NULL,
    days smallint NOT NULL,
    divisor smallint NOT NULL,
    amount numeric(12,2) NOT NULL,
    parts jsonb NOT NULL,
    CONSTRAINT ck_settlement_line_amount CHECK ((amount >= (0)::numeric)),
    CONSTRAINT ck_settlement_line_days CHECK ((((divisor >= 1) AND (divisor <= 31)) AND ((days >= 0) AND (days <= divisor)))),
    CONSTRAINT ck_settlement_line_month CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

ALTER TABLE ONLY public.settlement_line FORCE ROW LEVEL SECURITY;

CREATE TABLE public.settlement_review (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    settlement_id uuid NOT NULL,
    closed_by character varying NOT NULL,
    decided_by character varying NOT NULL,
    approved boolean NOT NULL,
    reason character varying,
    CONSTRAINT ck_settlement_review_four_eyes CHECK (((decided_by)::text <> (closed_by)::text)),
    CONSTRAINT ck_settlement_review_reason CHECK ((approved OR (reason IS NOT NULL))),
    CONSTRAINT ck_settlement_review_reason_length CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 500)))
);

ALTER TABLE ONLY public.settlement_review FORCE ROW LEVEL SECURITY;

CREATE TABLE public.staffing_plan (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    trip_id uuid NOT NULL,
    kind character varying NOT NULL,
    version smallint NOT NULL,
    content jsonb NOT NULL,
    computed jsonb NOT NULL,
    staff_cost numeric(12,2) NOT NULL,
    staff_travel numeric(12,2) NOT NULL,
    participants_part numeric(12,2) NOT NULL,
    fund_part numeric(12,2) NOT NULL,
    recorded_by character varying NOT NULL,
    CONSTRAINT ck_staffing_plan_amounts CHECK ((LEAST(staff_cost, staff_travel, participants_part, fund_part) >= (0)::numeric)),
    CONSTRAINT ck_staffing_plan_kind CHECK (((kind)::text = ANY ((ARRAY['estimate'::character varying, 'actual'::character varying])::text[]))),
    CONSTRAINT ck_staffing_plan_participants_part CHECK ((participants_part <= fund_part)),
    CONSTRAINT ck_staffing_plan_parts CHECK (((participants_part + fund_part) = staff_cost)),
    CONSTRAINT ck_staffing_plan_version CHECK ((version >= 1))
);

ALTER TABLE ONLY public.staffing_plan FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stair_capacity (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    step_id uuid NOT NULL,
    service_id uuid,
    table_id uuid,
    place character varying NOT NULL,
    number integer NOT NULL,
    as_of date NOT NULL,
    source character varying NOT NULL,
    CONSTRAINT ck_stair_capacity_number CHECK ((number >= 0)),
    CONSTRAINT ck_stair_capacity_source CHECK (((length((source)::text) >= 1) AND (length((source)::text) <= 500)))
);

ALTER TABLE ONLY public.stair_capacity FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stair_need (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    step_id uuid NOT NULL,
    service_id uuid,
    place character varying,
    number integer NOT NULL,
    year smallint NOT NULL,
    scenario character varying NOT NULL,
    source character varying NOT NULL,
    CONSTRAINT ck_stair_need_number CHECK ((number >= 0)),
    CONSTRAINT ck_stair_need_scenario CHECK (((length((scenario)::text) >= 1) AND (length((scenario)::text) <= 100))),
    CONSTRAINT ck_stair_need_source CHECK (((length((source)::text) >= 1) AND (length((source)::text) <= 500))),
    CONSTRAINT ck_stair_need_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.stair_need FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stair_population (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    people_80_plus integer NOT NULL,
    source character varying NOT NULL,
    CONSTRAINT ck_stair_population_people_80_plus CHECK ((people_80_plus >= 0)),
    CONSTRAINT ck_stair_population_source CHECK (((length((source)::text) >= 1) AND (length((source)::text) <= 500))),
    CONSTRAINT ck_stair_population_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.stair_population FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stair_printed_total (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    table_id uuid NOT NULL,
    step_id uuid,
    service_id uuid,
    place character varying,
    number integer NOT NULL,
    CONSTRAINT ck_stair_printed_total_number CHECK ((number >= 0)),
    CONSTRAINT ck_stair_printed_total_row_or_place CHECK (((step_id IS NULL) <> (place IS NULL))),
    CONSTRAINT ck_stair_printed_total_service_id CHECK (((service_id IS NULL) OR (step_id IS NOT NULL)))
);

ALTER TABLE ONLY public.stair_printed_total FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stair_review (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    reviewed_on date NOT NULL,
    note character varying,
    CONSTRAINT ck_stair_review_note CHECK (((length((note)::text) >= 1) AND (length((note)::text) <= 500)))
);

ALTER TABLE ONLY public.stair_review FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stair_service (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    step_id uuid NOT NULL,
    kind character varying NOT NULL,
    name character varying NOT NULL,
    for_whom character varying NOT NULL,
    provided_by character varying NOT NULL,
    requires_decision boolean NOT NULL,
    place character varying,
    how_to_apply character varying,
    address character varying,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT ck_stair_service_address CHECK ((((address)::text ~ '^https?://'::text) AND (length((address)::text) <= 500))),
    CONSTRAINT ck_stair_service_for_whom CHECK (((length((for_whom)::text) >= 1) AND (length((for_whom)::text) <= 500))),
    CONSTRAINT ck_stair_service_how_to_apply CHECK (((length((how_to_apply)::text) >= 1) AND (length((how_to_apply)::text) <= 500))),
    CONSTRAINT ck_stair_service_kind CHECK (((kind)::text = ANY ((ARRAY['other'::character varying, 'nursing_home'::character varying, 'sheltered_enterprise'::character varying])::text[]))),
    CONSTRAINT ck_stair_service_name CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 200))),
    CONSTRAINT ck_stair_service_provided_by CHECK (((length((provided_by)::text) >= 1) AND (length((provided_by)::text) <= 500))),
    CONSTRAINT ck_stair_service_valid_to CHECK ((valid_to >= valid_from))
);

ALTER TABLE ONLY public.stair_service FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stair_step (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    stair character varying NOT NULL,
    number smallint NOT NULL,
    category smallint,
    name character varying NOT NULL,
    description character varying,
    CONSTRAINT ck_stair_step_category CHECK (((category >= 1) AND (category <= 4))),
    CONSTRAINT ck_stair_step_category_of_activity CHECK ((((stair)::text = 'activity'::text) = (category IS NOT NULL))),
    CONSTRAINT ck_stair_step_description CHECK (((length((description)::text) >= 1) AND (length((description)::text) <= 4000))),
    CONSTRAINT ck_stair_step_name CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 200))),
    CONSTRAINT ck_stair_step_number CHECK (((number >= 1) AND (number <= 100))),
    CONSTRAINT ck_stair_step_stair CHECK (((stair)::text = ANY ((ARRAY['activity'::character varying, 'housing'::character varying])::text[])))
);

ALTER TABLE ONLY public.stair_step FORCE ROW LEVEL SECURITY;

CREATE TABLE public.stair_table (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    stair character varying NOT NULL,
    as_of date NOT NULL,
    source character varying NOT NULL,
    target_group character varying,
    printed_total integer,
    CONSTRAINT ck_stair_table_printed_total CHECK ((printed_total >= 0)),
    CONSTRAINT ck_stair_table_source CHECK (((length((source)::text) >= 1) AND (length((source)::text) <= 500))),
    CONSTRAINT ck_stair_table_stair CHECK (((stair)::text = ANY ((ARRAY['activity'::character varying, 'housing'::character varying])::text[]))),
    CONSTRAINT ck_stair_table_target_group CHECK (((length((target_group)::text) >= 1) AND (length((target_group)::text) <= 500)))
);

ALTER TABLE ONLY public.stair_table FORCE ROW LEVEL SECURITY;

CREATE TABLE public.supplement_end (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    supplement_id uuid NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    valid_to date NOT NULL,
    replaced_valid_to date,
    reason character varying NOT NULL,
    agreed_by jsonb NOT NULL,
    agreed_on date NOT NULL,
    heard jsonb DEFAULT '["service", "case_office", "provider"]'::jsonb NOT NULL,
    CONSTRAINT ck_supplement_end_heard CHECK (((heard @> '["service", "case_office", "provider"]'::jsonb) AND (heard @> agreed_by))),
    CONSTRAINT ck_supplement_end_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 4000))),
    CONSTRAINT ck_supplement_end_replaced_valid_to CHECK ((valid_to < replaced_valid_to))
);

ALTER TABLE ONLY public.supplement_end FORCE ROW LEVEL SECURITY;

CREATE TABLE public.survey (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name character varying NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    source character varying NOT NULL,
    CONSTRAINT ck_survey_ends_on CHECK ((ends_on >= starts_on)),
    CONSTRAINT ck_survey_name CHECK (((length((name)::text) >= 1) AND (length((name)::text) <= 200))),
    CONSTRAINT ck_survey_source CHECK (((length((source)::text) >= 1) AND (length((source)::text) <= 500)))
);

ALTER TABLE ONLY public.survey FORCE ROW LEVEL SECURITY;

CREATE TABLE public.survey_result (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    survey_id uuid NOT NULL,
    question character varying NOT NULL,
    service_area character varying,
    invited integer NOT NULL,
    answered integer NOT NULL,
    answers jsonb NOT NULL,
    CONSTRAINT ck_survey_result_answered CHECK (((answered >= 1) AND (answered <= invited))),
    CONSTRAINT ck_survey_result_answers CHECK ((jsonb_typeof(answers) = 'array'::text)),
    CONSTRAINT ck_survey_result_question CHECK (((length((question)::text) >= 1) AND (length((question)::text) <= 300))),
    CONSTRAINT ck_survey_result_service_area CHECK (((service_area)::text = ANY ((ARRAY['habilitation'::character varying, 'mental_health'::character varying, 'other'::character varying])::text[])))
);

ALTER TABLE ONLY public.survey_result FORCE ROW LEVEL SECURITY;

CREATE TABLE public.task_waiver (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    kind character varying NOT NULL,
    subject_id uuid NOT NULL,
    n integer NOT NULL,
    placement_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    reason character varying NOT NULL,
    waived_by character varying NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_by character varying,
    CONSTRAINT ck_task_waiver_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 500))),
    CONSTRAINT ck_task_waiver_withdrawn_by CHECK (((withdrawn_at IS NULL) = (withdrawn_by IS NULL)))
);

ALTER TABLE ONLY public.task_waiver FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    longer_reason character varying,
    working_time_agreed_on date,
    service_area character varying,
    decision character varying,
    decided_on date,
    cancelled_on date,
    cancelled_reason character varying,
    settled_on date,
    recorded_by character varying NOT NULL,
    CONSTRAINT ck_trip_cancelled CHECK (((cancelled_on IS NULL) = (cancelled_reason IS NULL))),
    CONSTRAINT ck_trip_cancelled_reason CHECK (((length((cancelled_reason)::text) >= 1) AND (length((cancelled_reason)::text) <= 500))),
    CONSTRAINT ck_trip_decided_on CHECK (((decision IS NULL) = (decided_on IS NULL))),
    CONSTRAINT ck_trip_decision CHECK (((decision)::text = ANY ((ARRAY['grant'::character varying, 'reject'::character varying, 'withdraw'::character varying])::text[]))),
    CONSTRAINT ck_trip_ends_on CHECK ((ends_on > starts_on)),
    CONSTRAINT ck_trip_longer_reason CHECK (((length((longer_reason)::text) >= 1) AND (length((longer_reason)::text) <= 500))),
    CONSTRAINT ck_trip_service_area CHECK (((service_area)::text = ANY ((ARRAY['habilitation'::character varying, 'mental_health'::character varying])::text[]))),
    CONSTRAINT ck_trip_settled_on CHECK ((settled_on > ends_on))
);

ALTER TABLE ONLY public.trip FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_application (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    received_on date NOT NULL,
    wishes character varying NOT NULL,
    length character varying NOT NULL,
    preferred_from date NOT NULL,
    preferred_to date NOT NULL,
    need_grade character varying NOT NULL,
    documented_on date,
    documented_by character varying,
    last_granted_year smallint,
    municipality_number character varying NOT NULL,
    benefit smallint,
    benefit_reason character varying,
    resource smallint,
    resource_reason character varying,
    severity smallint,
    severity_reason character varying,
    mastery smallint,
    mastery_reason character varying,
    assessed_on date,
    assessed_by character varying,
    withdrawn_on date,
    recorded_by character varying NOT NULL,
    CONSTRAINT ck_trip_application_assessed_by CHECK (((assessed_on IS NULL) = (assessed_by IS NULL))),
    CONSTRAINT ck_trip_application_documented CHECK (((documented_on IS NULL) = (documented_by IS NULL))),
    CONSTRAINT ck_trip_application_documented_by CHECK (((documented_by)::text = ANY ((ARRAY['habilitation'::character varying, 'mental_health'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT ck_trip_application_last_granted_year CHECK (((last_granted_year >= 1900) AND (last_granted_year <= 2099))),
    CONSTRAINT ck_trip_application_length CHECK (((length)::text = ANY ((ARRAY['long'::character varying, 'short'::character varying])::text[]))),
    CONSTRAINT ck_trip_application_need_grade CHECK (((need_grade)::text = ANY ((ARRAY['limited'::character varying, 'moderate'::character varying, 'extensive'::character varying])::text[]))),
    CONSTRAINT ck_trip_application_preferred_to CHECK ((preferred_to > preferred_from)),
    CONSTRAINT ck_trip_application_score_reasons CHECK ((((benefit IS NULL) = (benefit_reason IS NULL)) AND ((resource IS NULL) = (resource_reason IS NULL)) AND ((severity IS NULL) = (severity_reason IS NULL)) AND ((mastery IS NULL) = (mastery_reason IS NULL)))),
    CONSTRAINT ck_trip_application_scores CHECK ((((benefit >= 0) AND (benefit <= 3)) AND ((resource >= 0) AND (resource <= 3)) AND ((severity >= 0) AND (severity <= 3)) AND ((mastery >= 0) AND (mastery <= 3)))),
    CONSTRAINT ck_trip_application_wishes CHECK (((length((wishes)::text) >= 1) AND (length((wishes)::text) <= 4000))),
    CONSTRAINT ck_trip_application_withdrawn_on CHECK ((withdrawn_on >= received_on))
);

ALTER TABLE ONLY public.trip_application FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_decision (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    trip_id uuid NOT NULL,
    kind character varying NOT NULL,
    decided_on date NOT NULL,
    late_reason character varying,
    reason character varying,
    text character varying,
    reserved numeric(12,2),
    recorded_by character varying NOT NULL,
    CONSTRAINT ck_trip_decision_kind CHECK (((kind)::text = ANY ((ARRAY['grant'::character varying, 'reject'::character varying, 'withdraw'::character varying])::text[]))),
    CONSTRAINT ck_trip_decision_late_reason CHECK (((length((late_reason)::text) >= 1) AND (length((late_reason)::text) <= 500))),
    CONSTRAINT ck_trip_decision_reason CHECK ((((kind)::text = 'reject'::text) = (reason IS NOT NULL))),
    CONSTRAINT ck_trip_decision_reserved CHECK ((((kind)::text = 'grant'::text) = (reserved IS NOT NULL))),
    CONSTRAINT ck_trip_decision_text CHECK (((length((text)::text) >= 1) AND (length((text)::text) <= 4000)))
);

ALTER TABLE ONLY public.trip_decision FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_fund_entry (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    kind character varying NOT NULL,
    entered_on date NOT NULL,
    amount numeric(12,2) NOT NULL,
    reserved numeric(12,2),
    trip_id uuid,
    reason character varying,
    recorded_by character varying NOT NULL,
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    CONSTRAINT ck_trip_fund_entry_amount CHECK ((amount >= (0)::numeric)),
    CONSTRAINT ck_trip_fund_entry_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_trip_fund_entry_kind CHECK (((kind)::text = ANY ((ARRAY['allocation'::character varying, 'gift'::character varying, 'reserve'::character varying, 'release'::character varying, 'settle'::character varying])::text[]))),
    CONSTRAINT ck_trip_fund_entry_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 500))),
    CONSTRAINT ck_trip_fund_entry_reserved CHECK ((((kind)::text = 'settle'::text) = (reserved IS NOT NULL))),
    CONSTRAINT ck_trip_fund_entry_trip_id CHECK ((((kind)::text = ANY ((ARRAY['allocation'::character varying, 'gift'::character varying])::text[])) = (trip_id IS NULL))),
    CONSTRAINT ck_trip_fund_entry_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.trip_fund_entry FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_participant (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    trip_id uuid NOT NULL,
    application_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    received_on date NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    active boolean NOT NULL,
    left_on date,
    of_staff_cost numeric(12,2),
    of_staff_travel numeric(12,2),
    accepted_price numeric(12,2),
    accepted_on date,
    accepted_by character varying,
    CONSTRAINT ck_trip_participant_accepted CHECK ((((accepted_price IS NULL) = (accepted_on IS NULL)) AND ((accepted_price IS NULL) = (accepted_by IS NULL)))),
    CONSTRAINT ck_trip_participant_accepted_by CHECK (((accepted_by)::text = ANY ((ARRAY['participant'::character varying, 'guardian'::character varying])::text[]))),
    CONSTRAINT ck_trip_participant_left_on CHECK (((NOT active) OR (left_on IS NULL))),
    CONSTRAINT ck_trip_participant_price CHECK (((of_staff_cost IS NULL) = (of_staff_travel IS NULL)))
);

ALTER TABLE ONLY public.trip_participant FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_round (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    length character varying NOT NULL,
    opens_on date NOT NULL,
    deadline date NOT NULL,
    notice_text character varying NOT NULL,
    recorded_by character varying NOT NULL,
    CONSTRAINT ck_trip_round_deadline CHECK ((deadline >= opens_on)),
    CONSTRAINT ck_trip_round_length CHECK (((length)::text = ANY ((ARRAY['long'::character varying, 'short'::character varying])::text[]))),
    CONSTRAINT ck_trip_round_notice_text CHECK (((length((notice_text)::text) >= 1) AND (length((notice_text)::text) <= 4000))),
    CONSTRAINT ck_trip_round_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.trip_round FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_scheme (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    most_nights smallint NOT NULL,
    long_from_nights smallint NOT NULL,
    notice_months_long smallint NOT NULL,
    notice_months_short smallint NOT NULL,
    participant_percent smallint NOT NULL,
    travel_weight character varying NOT NULL,
    passive_night_weight character varying NOT NULL,
    allowance_days character varying NOT NULL,
    source character varying NOT NULL,
    fund_carries_over boolean DEFAULT true NOT NULL,
    passive_night_from character varying DEFAULT '23:00'::character varying NOT NULL,
    passive_night_to character varying DEFAULT '07:00'::character varying NOT NULL,
    daily_rest_minutes smallint DEFAULT '660'::smallint NOT NULL,
    agreed_rest_minutes smallint DEFAULT '480'::smallint NOT NULL,
    weekly_rest_minutes smallint DEFAULT '2100'::smallint NOT NULL,
    longest_shift_minutes smallint DEFAULT '750'::smallint NOT NULL,
    interval_years smallint DEFAULT 2 NOT NULL,
    interval_mode character varying DEFAULT 'rank_last'::character varying NOT NULL,
    appeal_text character varying DEFAULT 'Det er ikkje klagerett etter denne ordninga.'::character varying NOT NULL,
    CONSTRAINT ck_trip_scheme_allowance_days CHECK (((allowance_days)::text = ANY ((ARRAY['calendar_days'::character varying, 'nights'::character varying])::text[]))),
    CONSTRAINT ck_trip_scheme_interval_mode CHECK (((interval_mode)::text = ANY ((ARRAY['rank_last'::character varying, 'refuse'::character varying])::text[]))),
    CONSTRAINT ck_trip_scheme_interval_years CHECK (((interval_years >= 0) AND (interval_years <= 10))),
    CONSTRAINT ck_trip_scheme_long_from_nights CHECK (((long_from_nights >= 1) AND (long_from_nights <= 60))),
    CONSTRAINT ck_trip_scheme_most_nights CHECK (((most_nights >= 1) AND (most_nights <= 60))),
    CONSTRAINT ck_trip_scheme_notice_months_long CHECK (((notice_months_long >= 0) AND (notice_months_long <= 24))),
    CONSTRAINT ck_trip_scheme_notice_months_short CHECK (((notice_months_short >= 0) AND (notice_months_short <= 24))),
    CONSTRAINT ck_trip_scheme_participant_percent CHECK (((participant_percent >= 0) AND (participant_percent <= 50))),
    CONSTRAINT ck_trip_scheme_passive_night_from CHECK (((passive_night_from)::text ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text)),
    CONSTRAINT ck_trip_scheme_passive_night_to CHECK (((passive_night_to)::text ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text)),
    CONSTRAINT ck_trip_scheme_passive_night_weight CHECK (((passive_night_weight)::text ~ '^[0-9]{1,2}/[1-9][0-9]?$'::text)),
    CONSTRAINT ck_trip_scheme_source CHECK (((length((source)::text) >= 1) AND (length((source)::text) <= 500))),
    CONSTRAINT ck_trip_scheme_travel_weight CHECK (((travel_weight)::text ~ '^[0-9]{1,2}/[1-9][0-9]?$'::text)),
    CONSTRAINT ck_trip_scheme_valid_to CHECK ((valid_to >= valid_from)),
    CONSTRAINT ck_trip_scheme_working_time CHECK (((LEAST(daily_rest_minutes, agreed_rest_minutes, weekly_rest_minutes, longest_shift_minutes) >= 0) AND (GREATEST(daily_rest_minutes, agreed_rest_minutes, weekly_rest_minutes, longest_shift_minutes) <= 10080)))
);

ALTER TABLE ONLY public.trip_scheme FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trip_settlement_line (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    trip_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    estimated numeric(12,2) NOT NULL,
    actual numeric(12,2) NOT NULL,
    difference numeric(12,2) NOT NULL,
    CONSTRAINT ck_trip_settlement_line_difference CHECK ((difference = (actual - estimated)))
);

ALTER TABLE ONLY public.trip_settlement_line FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trust_application (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    participant_id uuid NOT NULL,
    received_on date NOT NULL,
    purpose character varying NOT NULL,
    amount numeric(12,2) NOT NULL,
    municipality_number character varying NOT NULL,
    belonging_reason character varying,
    documentation_seen_on date,
    documentation_seen_by character varying,
    CONSTRAINT ck_trust_application_amount CHECK ((amount > (0)::numeric)),
    CONSTRAINT ck_trust_application_belonging_reason CHECK (((length((belonging_reason)::text) >= 1) AND (length((belonging_reason)::text) <= 500))),
    CONSTRAINT ck_trust_application_documentation_seen_by CHECK (((documentation_seen_on IS NULL) = (documentation_seen_by IS NULL))),
    CONSTRAINT ck_trust_application_purpose CHECK (((purpose)::text = ANY ((ARRAY['respite'::character varying, 'escort'::character varying])::text[])))
);

ALTER TABLE ONLY public.trust_application FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trust_entry (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    application_id uuid NOT NULL,
    kind character varying NOT NULL,
    entered_on date NOT NULL,
    amount numeric(12,2),
    reason character varying,
    voucher_seen_on date,
    recorded_by character varying NOT NULL,
    annulled_at timestamp with time zone,
    annulled_reason character varying,
    CONSTRAINT ck_trust_entry_amount CHECK ((((kind)::text = 'reject'::text) = (amount IS NULL))),
    CONSTRAINT ck_trust_entry_annulled CHECK (((annulled_at IS NULL) = (annulled_reason IS NULL))),
    CONSTRAINT ck_trust_entry_kind CHECK (((kind)::text = ANY ((ARRAY['grant'::character varying, 'reject'::character varying, 'payment'::character varying, 'repayment'::character varying])::text[]))),
    CONSTRAINT ck_trust_entry_positive CHECK ((amount > (0)::numeric)),
    CONSTRAINT ck_trust_entry_reason CHECK ((((kind)::text <> 'reject'::text) OR (reason IS NOT NULL))),
    CONSTRAINT ck_trust_entry_voucher_seen_on CHECK ((((kind)::text <> 'payment'::text) OR (voucher_seen_on <= entered_on)))
);

ALTER TABLE ONLY public.trust_entry FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trust_report (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    sent_on date NOT NULL,
    recorded_by character varying NOT NULL,
    CONSTRAINT ck_trust_report_sent_on CHECK ((sent_on >= make_date((year)::integer, 12, 31))),
    CONSTRAINT ck_trust_report_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.trust_report FORCE ROW LEVEL SECURITY;

CREATE TABLE public.trust_year_sum (
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    year smallint NOT NULL,
    amount numeric(12,2) NOT NULL,
    person_limit numeric(12,2) NOT NULL,
    decided_on date NOT NULL,
    decided_by character varying NOT NULL,
    reason character varying NOT NULL,
    deadline_on date,
    recorded_by character varying NOT NULL,
    CONSTRAINT ck_trust_year_sum_amount CHECK ((amount > (0)::numeric)),
    CONSTRAINT ck_trust_year_sum_deadline_on CHECK ((EXTRACT(year FROM deadline_on) = (year)::numeric)),
    CONSTRAINT ck_trust_year_sum_decided_by CHECK (((decided_by)::text = ANY ((ARRAY['board'::character varying, 'municipality'::character varying])::text[]))),
    CONSTRAINT ck_trust_year_sum_person_limit CHECK ((person_limit > (0)::numeric)),
    CONSTRAINT ck_trust_year_sum_reason CHECK (((length((reason)::text) >= 1) AND (length((reason)::text) <= 500))),
    CONSTRAINT ck_trust_year_sum_year CHECK (((year >= 1900) AND (year <= 2099)))
);

ALTER TABLE ONLY public.trust_year_sum FORCE ROW LEVEL SECURITY;

CREATE TABLE public.web_login (
    state_hash bytea NOT NULL,
    browser_hash bytea NOT NULL,
    login character varying NOT NULL,
    nonce character varying NOT NULL,
    verifier character varying NOT NULL,
    target character varying NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.web_login FORCE ROW LEVEL SECURITY;

CREATE TABLE public.web_person (
    actor character varying NOT NULL,
    name character varying NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.web_person FORCE ROW LEVEL SECURITY;

CREATE TABLE public.web_session (
    id_hash bytea NOT NULL,
    subject character varying NOT NULL,
    name character varying NOT NULL,
    roles character varying[] NOT NULL,
    organisation character varying,
    service_area character varying,
    issuer character varying NOT NULL,
    csrf character varying NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    refresh_token bytea,
    renewed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_web_session_id_hash CHECK ((octet_length(id_hash) = 32))
);

ALTER TABLE ONLY public.web_session FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY public.access_log ATTACH PARTITION access_log_partition.other DEFAULT;

ALTER TABLE ONLY public.access_log
    ADD CONSTRAINT pk_access_log PRIMARY KEY (id, at);

ALTER TABLE ONLY access_log_partition.other
    ADD CONSTRAINT other_pkey PRIMARY KEY (id, at);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.placement
    ADD CONSTRAINT ex_placement_overlap EXCLUDE USING gist (participant_id WITH =, provider_id WITH =, daterange(starts_on, ends_on, '[]'::text) WITH &&) WHERE ((annulled_on IS NULL));

ALTER TABLE ONLY public.placement_terms
    ADD CONSTRAINT ex_placement_terms_overlap EXCLUDE USING gist (placement_id WITH =, daterange(valid_from, valid_to, '[]'::text) WITH &&, daterange(known_from, known_until) WITH &&);

ALTER TABLE ONLY public.service_hours
    ADD CONSTRAINT ex_service_hours_overlap EXCLUDE USING gist (participant_id WITH =, service_type WITH =, daterange(starts_on, ends_on, '[]'::text) WITH &&) WHERE ((NOT cancelled)) DEFERRABLE;

ALTER TABLE ONLY public.trip_participant
    ADD CONSTRAINT ex_trip_participant_days EXCLUDE USING gist (participant_id WITH =, daterange(starts_on, ends_on, '[]'::text) WITH &&) WHERE (active);

ALTER TABLE ONLY public.trip_round
    ADD CONSTRAINT ex_trip_round_open EXCLUDE USING gist (year WITH =, length WITH =, daterange(opens_on, deadline, '[]'::text) WITH &&);

ALTER TABLE ONLY public.absence
    ADD CONSTRAINT pk_absence PRIMARY KEY (id);

ALTER TABLE ONLY public.absence_review
    ADD CONSTRAINT pk_absence_review PRIMARY KEY (id);

ALTER TABLE ONLY public.absence_revision
    ADD CONSTRAINT pk_absence_revision PRIMARY KEY (id);

ALTER TABLE ONLY public.absence_routine
    ADD CONSTRAINT pk_absence_routine PRIMARY KEY (id);

ALTER TABLE ONLY public.absence_watch
    ADD CONSTRAINT pk_absence_watch PRIMARY KEY (placement_id);

ALTER TABLE ONLY public.access_log_retirement
    ADD CONSTRAINT pk_access_log_retirement PRIMARY KEY (retired_before);

ALTER TABLE ONLY public.access_log_seal
    ADD CONSTRAINT pk_access_log_seal PRIMARY KEY (range_number);

ALTER TABLE ONLY public.application
    ADD CONSTRAINT pk_application PRIMARY KEY (id);

ALTER TABLE ONLY public.budget_flag
    ADD CONSTRAINT pk_budget_flag PRIMARY KEY (year);

ALTER TABLE ONLY public.budget_frame
    ADD CONSTRAINT pk_budget_frame PRIMARY KEY (id);

ALTER TABLE ONLY public.budget_snapshot
    ADD CONSTRAINT pk_budget_snapshot PRIMARY KEY (id);

ALTER TABLE ONLY public.calendar_subscription
    ADD CONSTRAINT pk_calendar_subscription PRIMARY KEY (id);

ALTER TABLE ONLY public.competence_statement
    ADD CONSTRAINT pk_competence_statement PRIMARY KEY (id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT pk_consent PRIMARY KEY (id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT pk_decision PRIMARY KEY (id);

ALTER TABLE ONLY public.erasure_request
    ADD CONSTRAINT pk_erasure_request PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluation
    ADD CONSTRAINT pk_evaluation PRIMARY KEY (id);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT pk_event PRIMARY KEY (id);

ALTER TABLE ONLY public.event_base
    ADD CONSTRAINT pk_event_base PRIMARY KEY (single);

ALTER TABLE ONLY public.expected_refund
    ADD CONSTRAINT pk_expected_refund PRIMARY KEY (id);

ALTER TABLE ONLY public.grant_scheme
    ADD CONSTRAINT pk_grant_scheme PRIMARY KEY (id);

ALTER TABLE ONLY public.guideline_evaluation
    ADD CONSTRAINT pk_guideline_evaluation PRIMARY KEY (id);

ALTER TABLE ONLY public.guideline_version
    ADD CONSTRAINT pk_guideline_version PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT pk_idempotency_key PRIMARY KEY (caller, key);

ALTER TABLE ONLY public.invoice_check
    ADD CONSTRAINT pk_invoice_check PRIMARY KEY (id);

ALTER TABLE ONLY public.invoice_check_line
    ADD CONSTRAINT pk_invoice_check_line PRIMARY KEY (id);

ALTER TABLE ONLY public.invoice_cover
    ADD CONSTRAINT pk_invoice_cover PRIMARY KEY (id);

ALTER TABLE ONLY public.meeting
    ADD CONSTRAINT pk_meeting PRIMARY KEY (id);

ALTER TABLE ONLY public.meeting_version
    ADD CONSTRAINT pk_meeting_version PRIMARY KEY (id);

ALTER TABLE ONLY public.need_change
    ADD CONSTRAINT pk_need_change PRIMARY KEY (id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT pk_notice PRIMARY KEY (id);

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT pk_participant PRIMARY KEY (id);

ALTER TABLE ONLY public.participant_external_id
    ADD CONSTRAINT pk_participant_external_id PRIMARY KEY (id);

ALTER TABLE ONLY public.participant_former_number
    ADD CONSTRAINT pk_participant_former_number PRIMARY KEY (identity_number_index);

ALTER TABLE ONLY public.participant_merge
    ADD CONSTRAINT pk_participant_merge PRIMARY KEY (id);

ALTER TABLE ONLY public.participant_name_word
    ADD CONSTRAINT pk_participant_name_word PRIMARY KEY (participant_id, word);

ALTER TABLE ONLY public.participant_restriction
    ADD CONSTRAINT pk_participant_restriction PRIMARY KEY (id);

ALTER TABLE ONLY public.placement
    ADD CONSTRAINT pk_placement PRIMARY KEY (id);

ALTER TABLE ONLY public.placement_supplement
    ADD CONSTRAINT pk_placement_supplement PRIMARY KEY (id);

ALTER TABLE ONLY public.placement_terms
    ADD CONSTRAINT pk_placement_terms PRIMARY KEY (id);

ALTER TABLE ONLY public.plan
    ADD CONSTRAINT pk_plan PRIMARY KEY (id);

ALTER TABLE ONLY public.provider
    ADD CONSTRAINT pk_provider PRIMARY KEY (id);

ALTER TABLE ONLY public.provider_capacity
    ADD CONSTRAINT pk_provider_capacity PRIMARY KEY (id);

ALTER TABLE ONLY public.rate
    ADD CONSTRAINT pk_rate PRIMARY KEY (id);

ALTER TABLE ONLY public.request
    ADD CONSTRAINT pk_request PRIMARY KEY (id);

ALTER TABLE ONLY public.service_hours
    ADD CONSTRAINT pk_service_hours PRIMARY KEY (id);

ALTER TABLE ONLY public.service_hours_revision
    ADD CONSTRAINT pk_service_hours_revision PRIMARY KEY (id);

ALTER TABLE ONLY public.service_type
    ADD CONSTRAINT pk_service_type PRIMARY KEY (id);

ALTER TABLE ONLY public.service_type_norm
    ADD CONSTRAINT pk_service_type_norm PRIMARY KEY (id);

ALTER TABLE ONLY public.settlement
    ADD CONSTRAINT pk_settlement PRIMARY KEY (id);

ALTER TABLE ONLY public.settlement_difference
    ADD CONSTRAINT pk_settlement_difference PRIMARY KEY (id);

ALTER TABLE ONLY public.settlement_line
    ADD CONSTRAINT pk_settlement_line PRIMARY KEY (id);

ALTER TABLE ONLY public.settlement_review
    ADD CONSTRAINT pk_settlement_review PRIMARY KEY (id);

ALTER TABLE ONLY public.staffing_plan
    ADD CONSTRAINT pk_staffing_plan PRIMARY KEY (id);

ALTER TABLE ONLY public.stair_capacity
    ADD CONSTRAINT pk_stair_capacity PRIMARY KEY (id);

ALTER TABLE ONLY public.stair_need
    ADD CONSTRAINT pk_stair_need PRIMARY KEY (id);

ALTER TABLE ONLY public.stair_population
    ADD CONSTRAINT pk_stair_population PRIMARY KEY (id);

ALTER TABLE ONLY public.stair_printed_total
    ADD CONSTRAINT pk_stair_printed_total PRIMARY KEY (id);

ALTER TABLE ONLY public.stair_review
    ADD CONSTRAINT pk_stair_review PRIMARY KEY (id);

ALTER TABLE ONLY public.stair_service
    ADD CONSTRAINT pk_stair_service PRIMARY KEY (id);

ALTER TABLE ONLY public.stair_step
    ADD CONSTRAINT pk_stair_step PRIMARY KEY (id);

ALTER TABLE ONLY public.stair_table
    ADD CONSTRAINT pk_stair_table PRIMARY KEY (id);

ALTER TABLE ONLY public.supplement_end
    ADD CONSTRAINT pk_supplement_end PRIMARY KEY (id);

ALTER TABLE ONLY public.survey
    ADD CONSTRAINT pk_survey PRIMARY KEY (id);

ALTER TABLE ONLY public.survey_result
    ADD CONSTRAINT pk_survey_result PRIMARY KEY (id);

ALTER TABLE ONLY public.task_waiver
    ADD CONSTRAINT pk_task_waiver PRIMARY KEY (id);

ALTER TABLE ONLY public.trip
    ADD CONSTRAINT pk_trip PRIMARY KEY (id);

ALTER TABLE ONLY public.trip_application
    ADD CONSTRAINT pk_trip_application PRIMARY KEY (id);

ALTER TABLE ONLY public.trip_decision
    ADD CONSTRAINT pk_trip_decision PRIMARY KEY (id);

ALTER TABLE ONLY public.trip_fund_entry
    ADD CONSTRAINT pk_trip_fund_entry PRIMARY KEY (id);

ALTER TABLE ONLY public.trip_participant
    ADD CONSTRAINT pk_trip_participant PRIMARY KEY (id);

ALTER TABLE ONLY public.trip_round
    ADD CONSTRAINT pk_trip_round PRIMARY KEY (id);

ALTER TABLE ONLY public.trip_scheme
    ADD CONSTRAINT pk_trip_scheme PRIMARY KEY (id);

ALTER TABLE ONLY public.trip_settlement_line
    ADD CONSTRAINT pk_trip_settlement_line PRIMARY KEY (id);

ALTER TABLE ONLY public.trust_application
    ADD CONSTRAINT pk_trust_application PRIMARY KEY (id);

ALTER TABLE ONLY public.trust_entry
    ADD CONSTRAINT pk_trust_entry PRIMARY KEY (id);

ALTER TABLE ONLY public.trust_report
    ADD CONSTRAINT pk_trust_report PRIMARY KEY (id);

ALTER TABLE ONLY public.trust_year_sum
    ADD CONSTRAINT pk_trust_year_sum PRIMARY KEY (id);

ALTER TABLE ONLY public.web_login
    ADD CONSTRAINT pk_web_login PRIMARY KEY (state_hash);

ALTER TABLE ONLY public.web_person
    ADD CONSTRAINT pk_web_person PRIMARY KEY (actor);

ALTER TABLE ONLY public.web_session
    ADD CONSTRAINT pk_web_session PRIMARY KEY (id_hash);

ALTER TABLE ONLY public.absence
    ADD CONSTRAINT uq_absence_provider_id_external_id UNIQUE (provider_id, external_id);

ALTER TABLE ONLY public.budget_snapshot
    ADD CONSTRAINT uq_budget_snapshot_year_name UNIQUE (year, name);

ALTER TABLE ONLY public.calendar_subscription
    ADD CONSTRAINT uq_calendar_subscription_secret_hash UNIQUE (secret_hash);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT uq_decision_follows_id UNIQUE (follows_id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT uq_decision_id_placement_id UNIQUE (id, placement_id);

ALTER TABLE ONLY public.guideline_version
    ADD CONSTRAINT uq_guideline_version_valid_from UNIQUE (valid_from);

ALTER TABLE ONLY public.meeting_version
    ADD CONSTRAINT uq_meeting_version_meeting_id_version UNIQUE (meeting_id, version);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT uq_notice_id_placement_id UNIQUE (id, placement_id);

ALTER TABLE ONLY public.participant_external_id
    ADD CONSTRAINT uq_participant_external_id_system_value UNIQUE (system, value);

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT uq_participant_id_address_protection UNIQUE (id, address_protection);

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT uq_participant_id_service_area_address_protection UNIQUE (id, service_area, address_protection);

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT uq_participant_identity_number_index UNIQUE (identity_number_index);

ALTER TABLE ONLY public.participant_merge
    ADD CONSTRAINT uq_participant_merge_duplicate_id UNIQUE (duplicate_id);

ALTER TABLE ONLY public.placement
    ADD CONSTRAINT uq_placement_id_provider_id UNIQUE (id, provider_id);

ALTER TABLE ONLY public.placement
    ADD CONSTRAINT uq_placement_id_provider_id_address_protection UNIQUE (id, provider_id, address_protection);

ALTER TABLE ONLY public.provider
    ADD CONSTRAINT uq_provider_organisation_number UNIQUE (organisation_number);

ALTER TABLE ONLY public.request
    ADD CONSTRAINT uq_request_id_application_id_provider_id UNIQUE (id, application_id, provider_id);

ALTER TABLE ONLY public.service_hours
    ADD CONSTRAINT uq_service_hours_external_system_external_id UNIQUE (external_system, external_id);

ALTER TABLE ONLY public.service_type
    ADD CONSTRAINT uq_service_type_code UNIQUE (code);

ALTER TABLE ONLY public.service_type_norm
    ADD CONSTRAINT uq_service_type_norm_service_type_valid_from_recorded_at UNIQUE NULLS NOT DISTINCT (service_type, valid_from, recorded_at);

ALTER TABLE ONLY public.settlement_difference
    ADD CONSTRAINT uq_settlement_difference_settlement_id_placement_id_month_cause UNIQUE (settlement_id, placement_id, month, cause);

ALTER TABLE ONLY public.settlement
    ADD CONSTRAINT uq_settlement_id_closed_by UNIQUE (id, closed_by);

ALTER TABLE ONLY public.settlement_line
    ADD CONSTRAINT uq_settlement_line_settlement_id_placement_id UNIQUE (settlement_id, placement_id);

ALTER TABLE ONLY public.settlement
    ADD CONSTRAINT uq_settlement_month_version UNIQUE (month, version);

ALTER TABLE ONLY public.settlement
    ADD CONSTRAINT uq_settlement_number UNIQUE (number);

ALTER TABLE ONLY public.settlement_review
    ADD CONSTRAINT uq_settlement_review_settlement_id UNIQUE (settlement_id);

ALTER TABLE ONLY public.staffing_plan
    ADD CONSTRAINT uq_staffing_plan_trip_id_kind_version UNIQUE (trip_id, kind, version);

ALTER TABLE ONLY public.stair_capacity
    ADD CONSTRAINT uq_stair_capacity_step_id_service_id_place_as_of UNIQUE NULLS NOT DISTINCT (step_id, service_id, place, as_of);

ALTER TABLE ONLY public.stair_need
    ADD CONSTRAINT uq_stair_need_step_id_service_id_place_year_scenario UNIQUE NULLS NOT DISTINCT (step_id, service_id, place, year, scenario);

ALTER TABLE ONLY public.stair_printed_total
    ADD CONSTRAINT uq_stair_printed_total_table_id_step_id_service_id_place UNIQUE NULLS NOT DISTINCT (table_id, step_id, service_id, place);

ALTER TABLE ONLY public.stair_service
    ADD CONSTRAINT uq_stair_service_id_step_id UNIQUE (id, step_id);

ALTER TABLE ONLY public.stair_step
    ADD CONSTRAINT uq_stair_step_stair_number UNIQUE (stair, number);

ALTER TABLE ONLY public.stair_table
    ADD CONSTRAINT uq_stair_table_stair_as_of_source UNIQUE (stair, as_of, source);

ALTER TABLE ONLY public.survey
    ADD CONSTRAINT uq_survey_name_starts_on UNIQUE (name, starts_on);

ALTER TABLE ONLY public.survey_result
    ADD CONSTRAINT uq_survey_result_survey_id_question_service_area UNIQUE NULLS NOT DISTINCT (survey_id, question, service_area);

ALTER TABLE ONLY public.trip_decision
    ADD CONSTRAINT uq_trip_decision_trip_id UNIQUE (trip_id);

ALTER TABLE ONLY public.trip_scheme
    ADD CONSTRAINT uq_trip_scheme_valid_from UNIQUE (valid_from);

ALTER TABLE ONLY public.trip_settlement_line
    ADD CONSTRAINT uq_trip_settlement_line_trip_id_participant_id UNIQUE (trip_id, participant_id);

CREATE INDEX ix_access_log_denied_ids ON ONLY public.access_log USING gin (denied_ids) WITH (gin_pending_list_limit='256') WHERE (denied_ids <> '{}'::uuid[]);

CREATE INDEX other_denied_ids_idx ON access_log_partition.other USING gin (denied_ids) WITH (gin_pending_list_limit='256') WHERE (denied_ids <> '{}'::uuid[]);

CREATE INDEX ix_access_log_participant_ids ON ONLY public.access_log USING gin (participant_ids) WITH (gin_pending_list_limit='256');

CREATE INDEX other_participant_ids_idx ON access_log_partition.other USING gin (participant_ids) WITH (gin_pending_list_limit='256');

CREATE INDEX ix_access_log_transaction_number ON ONLY public.access_log USING btree (transaction_number);

CREATE INDEX other_transaction_number_idx ON access_log_partition.other USING btree (transaction_number);

CREATE INDEX ix_absence_placement_id_ends_on ON public.absence USING btree (placement_id, ends_on);

CREATE INDEX ix_absence_review_placement_id_id ON public.absence_review USING btree (placement_id, id);

CREATE INDEX ix_absence_revision_provider_id_external_id ON public.absence_revision USING btree (provider_id, external_id);

CREATE INDEX ix_absence_routine_provider_id_id ON public.absence_routine USING btree (provider_id, id);

CREATE INDEX ix_absence_unexcused ON public.absence USING btree (placement_id, starts_on) WHERE (((kind)::text = 'unexcused'::text) AND (NOT cancelled));

CREATE INDEX ix_application_participant_id ON public.application USING btree (participant_id);

CREATE INDEX ix_budget_frame_year_id ON public.budget_frame USING btree (year, id);

CREATE INDEX ix_calendar_subscription_owner ON public.calendar_subscription USING btree (owner) WHERE (revoked_at IS NULL);

CREATE INDEX ix_competence_statement_provider_id_id ON public.competence_statement USING btree (provider_id, id);

CREATE INDEX ix_consent_participant_id_id ON public.consent USING btree (participant_id, id);

CREATE INDEX ix_decision_corrects_id ON public.decision USING btree (corrects_id);

CREATE INDEX ix_decision_participant_id_id ON public.decision USING btree (participant_id, id);

CREATE INDEX ix_decision_placement_id ON public.decision USING btree (placement_id);

CREATE INDEX ix_erasure_request_participant_id_id ON public.erasure_request USING btree (participant_id, id);

CREATE INDEX ix_evaluation_placement_id_id ON public.evaluation USING btree (placement_id, id);

CREATE INDEX ix_evaluation_provider_id_id ON public.evaluation USING btree (provider_id, id);

CREATE INDEX ix_event_transaction_id_position ON public.event USING btree (transaction_id, "position");

CREATE INDEX ix_expected_refund_year_id ON public.expected_refund USING btree (year, id);

CREATE INDEX ix_guideline_evaluation_year_id ON public.guideline_evaluation USING btree (year, id);

CREATE INDEX ix_idempotency_key_caller_created_at ON public.idempotency_key USING btree (caller, created_at);

CREATE INDEX ix_invoice_check_line_invoice_id ON public.invoice_check_line USING btree (invoice_id);

CREATE INDEX ix_invoice_check_line_placement_id ON public.invoice_check_line USING btree (placement_id);

CREATE INDEX ix_invoice_check_provider_id_id ON public.invoice_check USING btree (provider_id, id);

CREATE INDEX ix_invoice_cover_invoice_id ON public.invoice_cover USING btree (invoice_id);

CREATE INDEX ix_invoice_cover_placement_id_month ON public.invoice_cover USING btree (placement_id, month);

CREATE INDEX ix_meeting_placement_id_kind_held_on ON public.meeting USING btree (placement_id, kind, held_on) INCLUDE (counts, provider_id, filed_by, annulled_at);

CREATE INDEX ix_meeting_provider_id_id ON public.meeting USING btree (provider_id, id);

CREATE INDEX ix_meeting_system_held_on ON public.meeting USING btree (held_on) WHERE ((kind)::text = 'system'::text);

CREATE INDEX ix_meeting_version_meeting_id_id ON public.meeting_version USING btree (meeting_id, id);

CREATE INDEX ix_meeting_without_consent ON public.meeting USING btree (placement_id) WHERE (cardinality(services_without_consent) > 0);

CREATE INDEX ix_need_change_open ON public.need_change USING btree (noticed_on) WHERE (closed_on IS NULL);

CREATE INDEX ix_need_change_participant_id_id ON public.need_change USING btree (participant_id, id);

CREATE INDEX ix_notice_placement_id_id ON public.notice USING btree (placement_id, id);

CREATE INDEX ix_participant_external_id_participant_id ON public.participant_external_id USING btree (participant_id);

CREATE INDEX ix_participant_former_number_participant_id ON public.participant_former_number USING btree (participant_id);

CREATE INDEX ix_participant_merge_participant_id ON public.participant_merge USING btree (participant_id);

CREATE INDEX ix_participant_name_word_prefix ON public.participant_name_word USING btree (prefix, participant_id, word, service_area);

CREATE INDEX ix_participant_name_word_service_area ON public.participant_name_word USING btree (service_area, prefix, participant_id, word);

CREATE INDEX ix_participant_questioned ON public.participant USING btree (id) WHERE (protection_questioned_on IS NOT NULL);

CREATE INDEX ix_participant_restriction_participant_id_id ON public.participant_restriction USING btree (participant_id, id);

CREATE INDEX ix_participant_service_area_id ON public.participant USING btree (service_area, id);

CREATE INDEX ix_placement_participant_id_id ON public.placement USING btree (participant_id, id);

CREATE INDEX ix_placement_protected ON public.placement USING btree (id) WHERE address_protection;

CREATE INDEX ix_placement_provider_id_id ON public.placement USING btree (provider_id, id);

CREATE INDEX ix_placement_supplement_placement_id_id ON public.placement_supplement USING btree (placement_id, id);

CREATE INDEX ix_plan_placement_id_id ON public.plan USING btree (placement_id, id);

CREATE INDEX ix_plan_provider_id_id ON public.plan USING btree (provider_id, id);

CREATE INDEX ix_request_application_id ON public.request USING btree (application_id);

CREATE INDEX ix_request_provider_id ON public.request USING btree (provider_id);

CREATE INDEX ix_service_hours_participant_id_id ON public.service_hours USING btree (participant_id, id);

CREATE INDEX ix_service_hours_revision_participant_id ON public.service_hours_revision USING btree (participant_id);

CREATE INDEX ix_service_hours_revision_service_hours_id_id ON public.service_hours_revision USING btree (service_hours_id, id);

CREATE INDEX ix_service_hours_starts_on ON public.service_hours USING btree (starts_on);

CREATE INDEX ix_settlement_difference_line_id ON public.settlement_difference USING btree (line_id);

CREATE INDEX ix_settlement_difference_placement_id_month ON public.settlement_difference USING btree (placement_id, month);

CREATE INDEX ix_settlement_line_placement_id ON public.settlement_line USING btree (placement_id);

CREATE INDEX ix_stair_capacity_table_id ON public.stair_capacity USING btree (table_id);

CREATE INDEX ix_stair_population_year_id ON public.stair_population USING btree (year, id);

CREATE INDEX ix_stair_review_reviewed_on ON public.stair_review USING btree (reviewed_on);

CREATE INDEX ix_stair_service_step_id ON public.stair_service USING btree (step_id);

CREATE INDEX ix_supplement_end_placement_id ON public.supplement_end USING btree (placement_id);

CREATE INDEX ix_supplement_end_supplement_id ON public.supplement_end USING btree (supplement_id);

CREATE INDEX ix_task_waiver_placement_id ON public.task_waiver USING btree (placement_id);

CREATE INDEX ix_trip_application_participant_id_id ON public.trip_application USING btree (participant_id, id);

CREATE INDEX ix_trip_application_preferred_from ON public.trip_application USING btree (preferred_from);

CREATE INDEX ix_trip_fund_entry_year_id ON public.trip_fund_entry USING btree (year, id);

CREATE INDEX ix_trip_participant_participant_id_id ON public.trip_participant USING btree (participant_id, id);

CREATE INDEX ix_trip_participant_trip_id_id ON public.trip_participant USING btree (trip_id, id);

CREATE INDEX ix_trip_settlement_line_participant_id_id ON public.trip_settlement_line USING btree (participant_id, id);

CREATE INDEX ix_trip_starts_on_id ON public.trip USING btree (starts_on, id);

CREATE INDEX ix_trust_application_participant_id_id ON public.trust_application USING btree (participant_id, id);

CREATE INDEX ix_trust_application_received_on ON public.trust_application USING btree (received_on);

CREATE INDEX ix_trust_entry_application_id_id ON public.trust_entry USING btree (application_id, id);

CREATE INDEX ix_trust_report_year_id ON public.trust_report USING btree (year, id);

CREATE INDEX ix_web_login_expires_at ON public.web_login USING btree (expires_at);

CREATE INDEX ix_web_session_subject ON public.web_session USING btree (subject);

CREATE UNIQUE INDEX uq_decision_application_id ON public.decision USING btree (application_id) WHERE ((kind)::text = ANY ((ARRAY['grant'::character varying, 'reject'::character varying])::text[]));

CREATE UNIQUE INDEX uq_decision_notice_id_kind ON public.decision USING btree (notice_id, kind);

CREATE UNIQUE INDEX uq_erasure_request_participant_id ON public.erasure_request USING btree (participant_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX uq_invoice_check_provider_id_kind_number ON public.invoice_check USING btree (provider_id, kind, number) WHERE (annulled_at IS NULL);

CREATE UNIQUE INDEX uq_participant_external_id_participant_id_system ON public.participant_external_id USING btree (participant_id, system) WHERE current;

CREATE UNIQUE INDEX uq_participant_restriction_participant_id ON public.participant_restriction USING btree (participant_id) WHERE (lifted_at IS NULL);

CREATE UNIQUE INDEX uq_stair_service_kind ON public.stair_service USING btree (kind) WHERE ((kind)::text = 'sheltered_enterprise'::text);

CREATE UNIQUE INDEX uq_task_waiver_kind_subject_id_n ON public.task_waiver USING btree (kind, subject_id, n) WHERE (withdrawn_at IS NULL);

CREATE UNIQUE INDEX uq_trip_fund_entry_trip_id_kind ON public.trip_fund_entry USING btree (trip_id, kind) WHERE (trip_id IS NOT NULL);

CREATE UNIQUE INDEX uq_trip_participant_application_id ON public.trip_participant USING btree (application_id) WHERE active;

CREATE UNIQUE INDEX uq_trust_entry_application_id ON public.trust_entry USING btree (application_id) WHERE (((kind)::text = ANY ((ARRAY['grant'::character varying, 'reject'::character varying])::text[])) AND (annulled_at IS NULL));

CREATE UNIQUE INDEX uq_trust_year_sum_year_amount ON public.trust_year_sum USING btree (year, amount);

ALTER INDEX public.ix_access_log_denied_ids ATTACH PARTITION access_log_partition.other_denied_ids_idx;

ALTER INDEX public.ix_access_log_participant_ids ATTACH PARTITION access_log_partition.other_participant_ids_idx;

ALTER INDEX public.pk_access_log ATTACH PARTITION access_log_partition.other_pkey;

ALTER INDEX public.ix_access_log_transaction_number ATTACH PARTITION access_log_partition.other_transaction_number_idx;

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON access_log_partition.other FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_access_log_change();

CREATE TRIGGER change_name_words AFTER UPDATE OF given_name, family_name, service_area ON public.participant FOR EACH ROW WHEN (((((old.given_name)::text IS DISTINCT FROM (new.given_name)::text) OR ((old.family_name)::text IS DISTINCT FROM (new.family_name)::text)) OR ((old.service_area)::text IS DISTINCT FROM (new.service_area)::text))) EXECUTE FUNCTION public.store_name_words();

CREATE TRIGGER conceal_kept_answers AFTER UPDATE OF address_protection, service_area ON public.participant FOR EACH ROW WHEN (((new.address_protection AND (NOT old.address_protection)) OR ((new.service_area)::text <> (old.service_area)::text))) EXECUTE FUNCTION public.conceal_kept_answers();

CREATE TRIGGER keep_former_number AFTER UPDATE OF identity_number_index ON public.participant FOR EACH ROW WHEN (((old.identity_number_index IS NOT NULL) AND (old.identity_number_index IS DISTINCT FROM new.identity_number_index))) EXECUTE FUNCTION public.keep_former_number();

CREATE TRIGGER notify AFTER INSERT ON public.event FOR EACH STATEMENT EXECUTE FUNCTION public.notify_event();

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_access_log_change();

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_log_retirement FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_access_log_change();

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_log_seal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_access_log_change();

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.settlement FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_settlement_change();

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.settlement_difference FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_settlement_change();

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.settlement_line FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_settlement_change();

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.settlement_review FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_settlement_change();

CREATE TRIGGER refuse_edit BEFORE UPDATE ON public.decision FOR EACH ROW EXECUTE FUNCTION public.refuse_decision_edit();

CREATE TRIGGER refuse_overdraft AFTER INSERT OR UPDATE OF annulled_at ON public.trust_entry FOR EACH ROW WHEN ((((new.kind)::text = 'grant'::text) AND (new.annulled_at IS NULL))) EXECUTE FUNCTION public.refuse_trust_overdraft();

CREATE TRIGGER refuse_too_large_share AFTER UPDATE OF participant_id ON public.placement FOR EACH ROW WHEN ((new.participant_id <> old.participant_id)) EXECUTE FUNCTION public.refuse_too_large_share();

CREATE TRIGGER refuse_too_large_share AFTER INSERT OR UPDATE ON public.placement_terms FOR EACH ROW WHEN ((new.known_until IS NULL)) EXECUTE FUNCTION public.refuse_too_large_share();

CREATE TRIGGER store_name_words AFTER INSERT ON public.participant FOR EACH ROW EXECUTE FUNCTION public.store_name_words();

ALTER TABLE ONLY public.absence
    ADD CONSTRAINT fk_absence_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.absence_review
    ADD CONSTRAINT fk_absence_review_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.absence_revision
    ADD CONSTRAINT fk_absence_revision_provider_id_external_id FOREIGN KEY (provider_id, external_id) REFERENCES public.absence(provider_id, external_id);

ALTER TABLE ONLY public.absence_routine
    ADD CONSTRAINT fk_absence_routine_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.absence_watch
    ADD CONSTRAINT fk_absence_watch_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.application
    ADD CONSTRAINT fk_application_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.competence_statement
    ADD CONSTRAINT fk_competence_statement_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT fk_consent_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_application_id FOREIGN KEY (application_id) REFERENCES public.application(id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_corrects_id_placement_id FOREIGN KEY (corrects_id, placement_id) REFERENCES public.decision(id, placement_id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_follows_id FOREIGN KEY (follows_id) REFERENCES public.decision(id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_notice_id_placement_id FOREIGN KEY (notice_id, placement_id) REFERENCES public.notice(id, placement_id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_participant_id FOREIGN KEY (participant_id, address_protection) REFERENCES public.participant(id, address_protection) ON UPDATE CASCADE;

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_request_id_application_id_provider_id FOREIGN KEY (request_id, application_id, provider_id) REFERENCES public.request(id, application_id, provider_id);

ALTER TABLE ONLY public.erasure_request
    ADD CONSTRAINT fk_erasure_request_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.evaluation
    ADD CONSTRAINT fk_evaluation_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.evaluation
    ADD CONSTRAINT fk_evaluation_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.invoice_check_line
    ADD CONSTRAINT fk_invoice_check_line_invoice_id FOREIGN KEY (invoice_id) REFERENCES public.invoice_check(id);

ALTER TABLE ONLY public.invoice_check_line
    ADD CONSTRAINT fk_invoice_check_line_placement_id FOREIGN KEY (placement_id) REFERENCES public.placement(id);

ALTER TABLE ONLY public.invoice_check
    ADD CONSTRAINT fk_invoice_check_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.invoice_cover
    ADD CONSTRAINT fk_invoice_cover_invoice_id FOREIGN KEY (invoice_id) REFERENCES public.invoice_check(id);

ALTER TABLE ONLY public.invoice_cover
    ADD CONSTRAINT fk_invoice_cover_placement_id FOREIGN KEY (placement_id) REFERENCES public.placement(id);

ALTER TABLE ONLY public.meeting
    ADD CONSTRAINT fk_meeting_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.meeting
    ADD CONSTRAINT fk_meeting_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.meeting_version
    ADD CONSTRAINT fk_meeting_version_meeting_id FOREIGN KEY (meeting_id) REFERENCES public.meeting(id);

ALTER TABLE ONLY public.need_change
    ADD CONSTRAINT fk_need_change_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT fk_notice_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.participant_external_id
    ADD CONSTRAINT fk_participant_external_id_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.participant_former_number
    ADD CONSTRAINT fk_participant_former_number_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.participant_merge
    ADD CONSTRAINT fk_participant_merge_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.participant_name_word
    ADD CONSTRAINT fk_participant_name_word_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.participant_restriction
    ADD CONSTRAINT fk_participant_restriction_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.placement
    ADD CONSTRAINT fk_placement_participant_id FOREIGN KEY (participant_id, service_area, address_protection) REFERENCES public.participant(id, service_area, address_protection) ON UPDATE CASCADE;

ALTER TABLE ONLY public.placement
    ADD CONSTRAINT fk_placement_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.placement_supplement
    ADD CONSTRAINT fk_placement_supplement_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.placement_terms
    ADD CONSTRAINT fk_placement_terms_placement_id FOREIGN KEY (placement_id, provider_id, address_protection) REFERENCES public.placement(id, provider_id, address_protection) ON UPDATE CASCADE;

ALTER TABLE ONLY public.plan
    ADD CONSTRAINT fk_plan_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.plan
    ADD CONSTRAINT fk_plan_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.provider_capacity
    ADD CONSTRAINT fk_provider_capacity_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.request
    ADD CONSTRAINT fk_request_application_id FOREIGN KEY (application_id) REFERENCES public.application(id);

ALTER TABLE ONLY public.request
    ADD CONSTRAINT fk_request_provider_id FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.service_hours
    ADD CONSTRAINT fk_service_hours_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.service_hours_revision
    ADD CONSTRAINT fk_service_hours_revision_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.service_hours_revision
    ADD CONSTRAINT fk_service_hours_revision_service_hours_id FOREIGN KEY (service_hours_id) REFERENCES public.service_hours(id);

ALTER TABLE ONLY public.service_hours
    ADD CONSTRAINT fk_service_hours_service_type FOREIGN KEY (service_type) REFERENCES public.service_type(code);

ALTER TABLE ONLY public.service_type_norm
    ADD CONSTRAINT fk_service_type_norm_service_type FOREIGN KEY (service_type) REFERENCES public.service_type(code);

ALTER TABLE ONLY public.settlement_difference
    ADD CONSTRAINT fk_settlement_difference_line_id FOREIGN KEY (line_id) REFERENCES public.settlement_line(id);

ALTER TABLE ONLY public.settlement_difference
    ADD CONSTRAINT fk_settlement_difference_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.settlement_difference
    ADD CONSTRAINT fk_settlement_difference_settlement_id FOREIGN KEY (settlement_id) REFERENCES public.settlement(id);

ALTER TABLE ONLY public.settlement_line
    ADD CONSTRAINT fk_settlement_line_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.settlement_line
    ADD CONSTRAINT fk_settlement_line_settlement_id FOREIGN KEY (settlement_id) REFERENCES public.settlement(id);

ALTER TABLE ONLY public.settlement_review
    ADD CONSTRAINT fk_settlement_review_settlement_id_closed_by FOREIGN KEY (settlement_id, closed_by) REFERENCES public.settlement(id, closed_by);

ALTER TABLE ONLY public.staffing_plan
    ADD CONSTRAINT fk_staffing_plan_trip_id FOREIGN KEY (trip_id) REFERENCES public.trip(id);

ALTER TABLE ONLY public.stair_capacity
    ADD CONSTRAINT fk_stair_capacity_service_id_step_id FOREIGN KEY (service_id, step_id) REFERENCES public.stair_service(id, step_id);

ALTER TABLE ONLY public.stair_capacity
    ADD CONSTRAINT fk_stair_capacity_step_id FOREIGN KEY (step_id) REFERENCES public.stair_step(id);

ALTER TABLE ONLY public.stair_capacity
    ADD CONSTRAINT fk_stair_capacity_table_id FOREIGN KEY (table_id) REFERENCES public.stair_table(id);

ALTER TABLE ONLY public.stair_need
    ADD CONSTRAINT fk_stair_need_service_id_step_id FOREIGN KEY (service_id, step_id) REFERENCES public.stair_service(id, step_id);

ALTER TABLE ONLY public.stair_need
    ADD CONSTRAINT fk_stair_need_step_id FOREIGN KEY (step_id) REFERENCES public.stair_step(id);

ALTER TABLE ONLY public.stair_printed_total
    ADD CONSTRAINT fk_stair_printed_total_service_id_step_id FOREIGN KEY (service_id, step_id) REFERENCES public.stair_service(id, step_id);

ALTER TABLE ONLY public.stair_printed_total
    ADD CONSTRAINT fk_stair_printed_total_step_id FOREIGN KEY (step_id) REFERENCES public.stair_step(id);

ALTER TABLE ONLY public.stair_printed_total
    ADD CONSTRAINT fk_stair_printed_total_table_id FOREIGN KEY (table_id) REFERENCES public.stair_table(id);

ALTER TABLE ONLY public.stair_service
    ADD CONSTRAINT fk_stair_service_step_id FOREIGN KEY (step_id) REFERENCES public.stair_step(id);

ALTER TABLE ONLY public.supplement_end
    ADD CONSTRAINT fk_supplement_end_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.supplement_end
    ADD CONSTRAINT fk_supplement_end_supplement_id FOREIGN KEY (supplement_id) REFERENCES public.placement_supplement(id);

ALTER TABLE ONLY public.survey_result
    ADD CONSTRAINT fk_survey_result_survey_id FOREIGN KEY (survey_id) REFERENCES public.survey(id);

ALTER TABLE ONLY public.task_waiver
    ADD CONSTRAINT fk_task_waiver_placement_id_provider_id FOREIGN KEY (placement_id, provider_id) REFERENCES public.placement(id, provider_id);

ALTER TABLE ONLY public.trip_application
    ADD CONSTRAINT fk_trip_application_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.trip_decision
    ADD CONSTRAINT fk_trip_decision_trip_id FOREIGN KEY (trip_id) REFERENCES public.trip(id);

ALTER TABLE ONLY public.trip_fund_entry
    ADD CONSTRAINT fk_trip_fund_entry_trip_id FOREIGN KEY (trip_id) REFERENCES public.trip(id);

ALTER TABLE ONLY public.trip_participant
    ADD CONSTRAINT fk_trip_participant_application_id FOREIGN KEY (application_id) REFERENCES public.trip_application(id);

ALTER TABLE ONLY public.trip_participant
    ADD CONSTRAINT fk_trip_participant_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.trip_participant
    ADD CONSTRAINT fk_trip_participant_trip_id FOREIGN KEY (trip_id) REFERENCES public.trip(id);

ALTER TABLE ONLY public.trip_settlement_line
    ADD CONSTRAINT fk_trip_settlement_line_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.trip_settlement_line
    ADD CONSTRAINT fk_trip_settlement_line_trip_id FOREIGN KEY (trip_id) REFERENCES public.trip(id);

ALTER TABLE ONLY public.trust_application
    ADD CONSTRAINT fk_trust_application_participant_id FOREIGN KEY (participant_id) REFERENCES public.participant(id);

ALTER TABLE ONLY public.trust_entry
    ADD CONSTRAINT fk_trust_entry_application_id FOREIGN KEY (application_id) REFERENCES public.trust_application(id);

ALTER TABLE access_log_partition.other ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.absence ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.absence_review ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.absence_revision ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.absence_routine ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.absence_watch ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.access_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.access_log_retirement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.access_log_seal ENABLE ROW LEVEL SECURITY;

CREATE POLICY address_reads_own ON public.calendar_subscription FOR SELECT TO vekstplass_service USING ((('calendar:'::text || encode(secret_hash, 'hex'::text)) = ( SELECT current_setting('app.actor'::text, true) AS current_setting)));

CREATE POLICY annulled_for_case_officers ON public.application AS RESTRICTIVE FOR SELECT TO vekstplass_service USING (((annulled_at IS NULL) OR ( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)));

CREATE POLICY annulled_for_case_officers ON public.consent AS RESTRICTIVE FOR SELECT TO vekstplass_service USING (((annulled_at IS NULL) OR ( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) OR (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY annulled_for_case_officers ON public.evaluation AS RESTRICTIVE FOR SELECT TO vekstplass_service USING (((annulled_at IS NULL) OR ( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) OR (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY annulled_for_case_officers ON public.meeting AS RESTRICTIVE FOR SELECT TO vekstplass_service USING (((annulled_at IS NULL) OR ( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) OR (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY annulled_for_case_officers ON public.notice AS RESTRICTIVE FOR SELECT TO vekstplass_service USING (((annulled_at IS NULL) OR ( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)));

CREATE POLICY annulled_for_case_officers ON public.plan AS RESTRICTIVE FOR SELECT TO vekstplass_service USING (((annulled_at IS NULL) OR ( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) OR (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY annulled_for_case_officers ON public.request AS RESTRICTIVE FOR SELECT TO vekstplass_service USING (((annulled_at IS NULL) OR ( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)));

CREATE POLICY anybody_reads_names ON public.web_person FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'service'::text, 'provider'::text, 'epj'::text, 'finance'::text, 'auditor'::text, 'grants_officer'::text]) AS caller_has_role));

ALTER TABLE public.application ENABLE ROW LEVEL SECURITY;

CREATE POLICY auditor_reads ON public.access_log FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['auditor'::text]) AS caller_has_role));

CREATE POLICY auditor_reads ON public.access_log_retirement FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['auditor'::text]) AS caller_has_role));

CREATE POLICY auditor_reads ON public.access_log_seal FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['auditor'::text]) AS caller_has_role));

CREATE POLICY auditor_reads ON public.participant FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['auditor'::text]) AS caller_has_role));

CREATE POLICY auditor_reads ON public.participant_former_number FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['auditor'::text]) AS caller_has_role));

CREATE POLICY auditor_reads ON public.participant_merge FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['auditor'::text]) AS caller_has_role));

CREATE POLICY auditor_reads ON public.participant_name_word FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['auditor'::text]) AS caller_has_role));

ALTER TABLE public.budget_flag ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.budget_frame ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.budget_snapshot ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.calendar_subscription ENABLE ROW LEVEL SECURITY;

CREATE POLICY caller_adds_own ON public.access_log FOR INSERT TO vekstplass_service WITH CHECK (((actor)::text = ( SELECT current_setting('app.actor'::text, true) AS current_setting)));

CREATE POLICY caller_manages_own ON public.idempotency_key TO vekstplass_service USING (((caller)::text = ( SELECT current_setting('app.actor'::text, true) AS current_setting))) WITH CHECK (((caller)::text = ( SELECT current_setting('app.actor'::text, true) AS current_setting)));

CREATE POLICY case_officer_adds ON public.absence_routine FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_adds ON public.competence_statement FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_adds ON public.guideline_version FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_adds ON public.notice FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_adds ON public.placement_supplement FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_adds ON public.placement_terms FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_adds ON public.supplement_end FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_adds_own ON public.evaluation FOR INSERT TO vekstplass_service WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text)));

CREATE POLICY case_officer_adds_own ON public.meeting FOR INSERT TO vekstplass_service WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text)));

CREATE POLICY case_officer_adds_own ON public.meeting_version FOR INSERT TO vekstplass_service WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.meeting
  WHERE ((meeting.id = meeting_version.meeting_id) AND ((meeting.filed_by)::text = 'case_office'::text)))));

CREATE POLICY case_officer_adds_own ON public.plan FOR INSERT TO vekstplass_service WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text)));

CREATE POLICY case_officer_and_epj_manage ON public.participant TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_epj_manage ON public.participant_external_id TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_epj_manage ON public.participant_former_number TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_epj_manage ON public.participant_merge TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_epj_manage ON public.participant_name_word TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_epj_manage ON public.service_hours TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_epj_manage ON public.service_hours_revision TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'epj'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_annul ON public.invoice_check FOR UPDATE TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_check ON public.invoice_check FOR INSERT TO vekstplass_service WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role) AND ((checked_by)::text = ( SELECT current_setting('app.actor'::text, true) AS current_setting))));

CREATE POLICY case_officer_and_finance_close ON public.settlement FOR INSERT TO vekstplass_service WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role) AND ((closed_by)::text = ( SELECT current_setting('app.actor'::text, true) AS current_setting))));

CREATE POLICY case_officer_and_finance_manage ON public.budget_flag TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_manage ON public.budget_frame TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_manage ON public.budget_snapshot TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_manage ON public.expected_refund TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_manage ON public.rate TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_read ON public.invoice_check FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_read ON public.settlement FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_finance_read ON public.settlement_review FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_add ON public.staffing_plan FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_add ON public.trip_scheme FOR INSERT TO vekstplass_service WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.grant_scheme TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trip TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trip_application TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trip_decision TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trip_fund_entry TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trip_participant TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trip_round TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trip_settlement_line TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trust_application TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trust_entry TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trust_report TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_manage ON public.trust_year_sum TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_and_grants_officer_read ON public.staffing_plan FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_annuls ON public.evaluation FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_annuls ON public.meeting FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_annuls ON public.notice FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (annulled_at IS NULL))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (annulled_at IS NOT NULL)));

CREATE POLICY case_officer_annuls ON public.plan FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.annulling'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_changes_own ON public.evaluation FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text)));

CREATE POLICY case_officer_changes_own ON public.meeting FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text)));

CREATE POLICY case_officer_changes_own ON public.plan FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND ((filed_by)::text = 'case_office'::text)));

CREATE POLICY case_officer_closes ON public.placement_terms FOR UPDATE TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_erases ON public.evaluation FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_erases ON public.meeting FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_erases ON public.meeting_version FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_erases ON public.notice FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_erases ON public.placement_supplement FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_erases ON public.plan FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_erases ON public.staffing_plan FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_erases ON public.supplement_end FOR UPDATE TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role) AND (( SELECT current_setting('app.erasing'::text, true) AS current_setting) = 'on'::text)));

CREATE POLICY case_officer_manages ON public.absence TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.absence_review TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.absence_revision TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.absence_watch TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.application TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.consent TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.decision TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.erasure_request TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.guideline_evaluation TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.invoice_check_line TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.invoice_cover TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.need_change TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.participant_restriction TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.placement TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.provider TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.provider_capacity TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.request TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.service_type TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.service_type_norm TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.settlement_difference TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.settlement_line TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.stair_capacity TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.stair_need TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.stair_population TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.stair_printed_total TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.stair_review TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.stair_service TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.stair_step TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.stair_table TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.survey TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.survey_result TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_manages ON public.task_waiver TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role)) WITH CHECK (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.absence_routine FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.access_log FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.competence_statement FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.evaluation FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.event FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.meeting FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.meeting_version FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.notice FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.placement_supplement FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.placement_terms FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.plan FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

CREATE POLICY case_officer_reads ON public.supplement_end FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text]) AS caller_has_role));

ALTER TABLE public.competence_statement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.consent ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.decision ENABLE ROW LEVEL SECURITY;

CREATE POLICY epj_and_finance_read ON public.notice FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['epj'::text, 'finance'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = notice.placement_id) AND (NOT placement.address_protection)))));

CREATE POLICY epj_and_finance_read ON public.placement FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['epj'::text, 'finance'::text]) AS caller_has_role) AND (NOT address_protection)));

CREATE POLICY epj_and_finance_read ON public.placement_terms FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['epj'::text, 'finance'::text]) AS caller_has_role) AND (NOT address_protection)));

CREATE POLICY epj_finance_and_manager_read ON public.service_type FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['epj'::text, 'finance'::text, 'manager'::text]) AS caller_has_role));

CREATE POLICY epj_finance_and_manager_read ON public.service_type_norm FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['epj'::text, 'finance'::text, 'manager'::text]) AS caller_has_role));

CREATE POLICY epj_reads ON public.decision FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['epj'::text]) AS caller_has_role) AND (NOT address_protection)));

CREATE POLICY epj_reads ON public.event FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['epj'::text]) AS caller_has_role) AND (NOT starts_with((type)::text, 'trust.'::text)) AND (NOT starts_with((type)::text, 'trip'::text)) AND (((data ->> 'provider_id'::text) IS NULL) OR ( SELECT true
   FROM public.placement
  WHERE ((placement.id = ((event.data ->> 'placement_id'::text))::uuid) AND (NOT placement.address_protection))) OR (((data ->> 'placement_id'::text) IS NULL) AND ( SELECT true
   FROM public.participant
  WHERE ((participant.id = COALESCE(( SELECT participant_merge.participant_id
           FROM public.participant_merge
          WHERE (participant_merge.duplicate_id = ((event.data ->> 'participant_id'::text))::uuid)), ((event.data ->> 'participant_id'::text))::uuid)) AND (NOT participant.address_protection)))))));

ALTER TABLE public.erasure_request ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.evaluation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event_base ENABLE ROW LEVEL SECURITY;

CREATE POLICY everybody_reads ON public.grant_scheme FOR SELECT TO vekstplass_service USING (true);

CREATE POLICY everybody_reads ON public.stair_capacity FOR SELECT TO vekstplass_service USING (true);

CREATE POLICY everybody_reads ON public.stair_printed_total FOR SELECT TO vekstplass_service USING (true);

CREATE POLICY everybody_reads ON public.stair_service FOR SELECT TO vekstplass_service USING (true);

CREATE POLICY everybody_reads ON public.stair_step FOR SELECT TO vekstplass_service USING (true);

CREATE POLICY everybody_reads ON public.stair_table FOR SELECT TO vekstplass_service USING (true);

CREATE POLICY everyone_adds ON public.event FOR INSERT TO vekstplass_service WITH CHECK (true);

CREATE POLICY everyone_reads ON public.event_base FOR SELECT TO vekstplass_service USING (true);

CREATE POLICY everyone_reads ON public.guideline_version FOR SELECT TO vekstplass_service USING (true);

ALTER TABLE public.expected_refund ENABLE ROW LEVEL SECURITY;

CREATE POLICY finance_and_manager_read ON public.survey FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text, 'manager'::text]) AS caller_has_role));

CREATE POLICY finance_and_manager_read ON public.survey_result FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text, 'manager'::text]) AS caller_has_role));

CREATE POLICY finance_decides ON public.settlement_review FOR INSERT TO vekstplass_service WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND ((decided_by)::text = ( SELECT current_setting('app.actor'::text, true) AS current_setting))));

CREATE POLICY finance_reads ON public.decision FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND (placement_id IS NOT NULL) AND (NOT address_protection)));

CREATE POLICY finance_reads ON public.invoice_check_line FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND ((audience)::text IS DISTINCT FROM 'case_office'::text) AND ((placement_id IS NULL) OR ( SELECT true
   FROM public.placement
  WHERE ((placement.id = invoice_check_line.placement_id) AND (NOT placement.address_protection))))));

CREATE POLICY finance_reads ON public.invoice_cover FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND ((audience)::text IS DISTINCT FROM 'case_office'::text) AND ((placement_id IS NULL) OR ( SELECT true
   FROM public.placement
  WHERE ((placement.id = invoice_cover.placement_id) AND (NOT placement.address_protection))))));

CREATE POLICY finance_reads ON public.placement_supplement FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = placement_supplement.placement_id) AND (NOT placement.address_protection)))));

CREATE POLICY finance_reads ON public.settlement_difference FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = settlement_difference.placement_id) AND (NOT placement.address_protection)))));

CREATE POLICY finance_reads ON public.settlement_line FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = settlement_line.placement_id) AND (NOT placement.address_protection)))));

CREATE POLICY finance_reads ON public.supplement_end FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = supplement_end.placement_id) AND (NOT placement.address_protection)))));

CREATE POLICY finance_reads ON public.trip_fund_entry FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role));

CREATE POLICY finance_reads ON public.trust_report FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role));

CREATE POLICY finance_reads ON public.trust_year_sum FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role));

CREATE POLICY finance_reads_budget ON public.event FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['finance'::text]) AS caller_has_role) AND starts_with((type)::text, 'budget.'::text)));

ALTER TABLE public.grant_scheme ENABLE ROW LEVEL SECURITY;

CREATE POLICY grants_officer_reads_applicants ON public.participant FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['grants_officer'::text]) AS caller_has_role) AND (NOT address_protection) AND ((id IN ( SELECT trust_application.participant_id
   FROM public.trust_application)) OR (id IN ( SELECT trip_application.participant_id
   FROM public.trip_application)))));

ALTER TABLE public.guideline_evaluation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.guideline_version ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invoice_check ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invoice_check_line ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invoice_cover ENABLE ROW LEVEL SECURITY;

CREATE POLICY manager_reads ON public.budget_frame FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['manager'::text]) AS caller_has_role));

ALTER TABLE public.meeting ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.meeting_version ENABLE ROW LEVEL SECURITY;

CREATE POLICY municipality_reads ON public.provider FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text, 'epj'::text, 'finance'::text, 'manager'::text]) AS caller_has_role));

CREATE POLICY municipality_reads ON public.provider_capacity FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text, 'epj'::text, 'finance'::text]) AS caller_has_role));

CREATE POLICY municipality_reads ON public.stair_need FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text, 'finance'::text, 'manager'::text]) AS caller_has_role));

CREATE POLICY municipality_reads ON public.stair_population FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text, 'finance'::text, 'manager'::text]) AS caller_has_role));

CREATE POLICY municipality_reads ON public.stair_review FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text, 'finance'::text, 'manager'::text]) AS caller_has_role));

ALTER TABLE public.need_change ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.notice ENABLE ROW LEVEL SECURITY;

CREATE POLICY owner_clears_and_erases ON public.idempotency_key TO vekstplass_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_continues_numbers ON public.event FOR SELECT TO vekstplass_owner USING (true);

CREATE POLICY owner_continues_numbers ON public.event_base TO vekstplass_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_counts_protected ON public.placement FOR SELECT TO vekstplass_owner USING (address_protection);

CREATE POLICY owner_counts_protected ON public.placement_supplement FOR SELECT TO vekstplass_owner USING (true);

CREATE POLICY owner_counts_protected ON public.placement_terms FOR SELECT TO vekstplass_owner USING (true);

CREATE POLICY owner_counts_protected ON public.supplement_end FOR SELECT TO vekstplass_owner USING (true);

CREATE POLICY owner_finds_erased ON public.erasure_request FOR SELECT TO vekstplass_owner USING (approved);

CREATE POLICY owner_keeps_seals ON public.access_log_seal TO vekstplass_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps_sessions ON public.web_login TO vekstplass_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps_sessions ON public.web_person TO vekstplass_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps_sessions ON public.web_session TO vekstplass_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_manages_own ON public.calendar_subscription TO vekstplass_service USING (((owner)::text = ( SELECT current_setting('app.actor'::text, true) AS current_setting))) WITH CHECK (((owner)::text = ( SELECT current_setting('app.actor'::text, true) AS current_setting)));

CREATE POLICY owner_merges ON public.application TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.consent TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.decision TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.erasure_request TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.need_change TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.participant TO vekstplass_owner USING (((id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.participant_external_id TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.participant_former_number TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.participant_merge TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.participant_name_word TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.participant_restriction TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.placement TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.service_hours TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.service_hours_revision TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.trip_application TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.trip_participant TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.trip_settlement_line TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_merges ON public.trust_application TO vekstplass_owner USING (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text)))) WITH CHECK (((participant_id)::text = ANY (string_to_array(( SELECT current_setting('app.merging'::text, true) AS current_setting), ','::text))));

CREATE POLICY owner_reads ON public.access_log FOR SELECT TO vekstplass_owner USING (true);

CREATE POLICY owner_reads ON public.participant_merge FOR SELECT TO vekstplass_owner USING (true);

CREATE POLICY owner_reads ON public.participant_restriction FOR SELECT TO vekstplass_owner USING (true);

CREATE POLICY owner_retires ON public.access_log_retirement TO vekstplass_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_sums_shares ON public.placement FOR SELECT TO vekstplass_owner USING (true);

ALTER TABLE public.participant ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.participant_external_id ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.participant_former_number ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.participant_merge ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.participant_name_word ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.participant_restriction ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.placement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.placement_supplement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.placement_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.plan ENABLE ROW LEVEL SECURITY;

CREATE POLICY planners_read ON public.trip_round FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role));

CREATE POLICY planners_read ON public.trip_scheme FOR SELECT TO vekstplass_service USING (( SELECT public.caller_has_role(VARIADIC ARRAY['case_officer'::text, 'grants_officer'::text, 'service'::text, 'finance'::text]) AS caller_has_role));

ALTER TABLE public.provider ENABLE ROW LEVEL SECURITY;

CREATE POLICY provider_adds_own ON public.competence_statement FOR INSERT TO vekstplass_service WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_adds_own ON public.evaluation FOR INSERT TO vekstplass_service WITH CHECK (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text)));

CREATE POLICY provider_adds_own ON public.meeting FOR INSERT TO vekstplass_service WITH CHECK (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text) AND ((kind)::text <> 'system'::text)));

CREATE POLICY provider_adds_own ON public.meeting_version FOR INSERT TO vekstplass_service WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['provider'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.meeting
  WHERE ((meeting.id = meeting_version.meeting_id) AND ((meeting.filed_by)::text = 'provider'::text) AND (meeting.provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))))));

CREATE POLICY provider_adds_own ON public.notice FOR INSERT TO vekstplass_service WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_adds_own ON public.placement_terms FOR INSERT TO vekstplass_service WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_adds_own ON public.plan FOR INSERT TO vekstplass_service WITH CHECK (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text)));

CREATE POLICY provider_and_service_read_system ON public.meeting FOR SELECT TO vekstplass_service USING ((((kind)::text = 'system'::text) AND ( SELECT public.caller_has_role(VARIADIC ARRAY['provider'::text, 'service'::text]) AS caller_has_role)));

CREATE POLICY provider_answers_own ON public.request FOR UPDATE TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))) WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

ALTER TABLE public.provider_capacity ENABLE ROW LEVEL SECURITY;

CREATE POLICY provider_changes_own ON public.evaluation FOR UPDATE TO vekstplass_service USING (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text))) WITH CHECK (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text)));

CREATE POLICY provider_changes_own ON public.meeting FOR UPDATE TO vekstplass_service USING (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text) AND ((kind)::text <> 'system'::text))) WITH CHECK (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text) AND ((kind)::text <> 'system'::text)));

CREATE POLICY provider_changes_own ON public.plan FOR UPDATE TO vekstplass_service USING (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text))) WITH CHECK (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND ((filed_by)::text = 'provider'::text)));

CREATE POLICY provider_closes_own ON public.placement_terms FOR UPDATE TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))) WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_ends_own ON public.placement FOR UPDATE TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))) WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_manages_own ON public.absence TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))) WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_manages_own ON public.absence_revision TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))) WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_manages_own ON public.absence_watch TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))) WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_manages_own ON public.consent TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['provider'::text]) AS caller_has_role) AND (EXISTS ( SELECT
   FROM public.followed_placements() followed(placement_id, participant_id, ends_on)
  WHERE ((followed.participant_id = consent.participant_id) AND ((followed.ends_on IS NULL) OR (consent.given_on <= followed.ends_on))))))) WITH CHECK ((( SELECT public.caller_has_role(VARIADIC ARRAY['provider'::text]) AS caller_has_role) AND (EXISTS ( SELECT
   FROM public.followed_placements() followed(placement_id, participant_id, ends_on)
  WHERE ((followed.participant_id = consent.participant_id) AND ((followed.ends_on IS NULL) OR (consent.given_on <= followed.ends_on)))))));

CREATE POLICY provider_reads_itself ON public.provider FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['provider'::text]) AS caller_has_role) AND ((organisation_number)::text = ( SELECT public.caller_organisation() AS caller_organisation))));

CREATE POLICY provider_reads_own ON public.absence_routine FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.competence_statement FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.decision FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.evaluation FOR SELECT TO vekstplass_service USING (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND (((filed_by)::text = 'provider'::text) OR (placement_id IN ( SELECT followed.placement_id
   FROM public.followed_placements() followed(placement_id, participant_id, ends_on))))));

CREATE POLICY provider_reads_own ON public.meeting FOR SELECT TO vekstplass_service USING (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND (((filed_by)::text = 'provider'::text) OR (placement_id IS NULL) OR (placement_id IN ( SELECT followed.placement_id
   FROM public.followed_placements() followed(placement_id, participant_id, ends_on))))));

CREATE POLICY provider_reads_own ON public.meeting_version FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['provider'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.meeting
  WHERE ((meeting.id = meeting_version.meeting_id) AND (((meeting.kind)::text = 'system'::text) OR (meeting.provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)))))));

CREATE POLICY provider_reads_own ON public.notice FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.participant FOR SELECT TO vekstplass_service USING ((id IN ( SELECT followed_placements.participant_id
   FROM public.followed_placements() followed_placements(placement_id, participant_id, ends_on))));

CREATE POLICY provider_reads_own ON public.placement FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.placement_supplement FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.placement_terms FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.plan FOR SELECT TO vekstplass_service USING (((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)) AND (((filed_by)::text = 'provider'::text) OR (placement_id IN ( SELECT followed.placement_id
   FROM public.followed_placements() followed(placement_id, participant_id, ends_on))))));

CREATE POLICY provider_reads_own ON public.provider_capacity FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.request FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.supplement_end FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_own ON public.task_waiver FOR SELECT TO vekstplass_service USING ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

CREATE POLICY provider_reads_requested ON public.application FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['provider'::text]) AS caller_has_role) AND (id IN ( SELECT request.application_id
   FROM public.request
  WHERE (request.provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))))));

CREATE POLICY provider_reads_requested ON public.decision FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['provider'::text]) AS caller_has_role) AND (application_id IN ( SELECT request.application_id
   FROM public.request
  WHERE (request.provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id))))));

CREATE POLICY provider_states_own ON public.provider_capacity FOR INSERT TO vekstplass_service WITH CHECK ((provider_id = ( SELECT public.caller_provider_id() AS caller_provider_id)));

ALTER TABLE public.rate ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.request ENABLE ROW LEVEL SECURITY;

CREATE POLICY service_adds_system ON public.meeting FOR INSERT TO vekstplass_service WITH CHECK (((( SELECT public.caller_service_area() AS caller_service_area) = 'habilitation'::text) AND ((filed_by)::text = 'service'::text) AND ((kind)::text = 'system'::text)));

CREATE POLICY service_adds_system ON public.meeting_version FOR INSERT TO vekstplass_service WITH CHECK (((( SELECT public.caller_service_area() AS caller_service_area) = 'habilitation'::text) AND ( SELECT true
   FROM public.meeting
  WHERE ((meeting.id = meeting_version.meeting_id) AND ((meeting.filed_by)::text = 'service'::text) AND ((meeting.kind)::text = 'system'::text)))));

CREATE POLICY service_changes_own_system ON public.meeting FOR UPDATE TO vekstplass_service USING (((( SELECT public.caller_service_area() AS caller_service_area) = 'habilitation'::text) AND ((filed_by)::text = 'service'::text) AND ((kind)::text = 'system'::text))) WITH CHECK (((( SELECT public.caller_service_area() AS caller_service_area) = 'habilitation'::text) AND ((filed_by)::text = 'service'::text) AND ((kind)::text = 'system'::text)));

ALTER TABLE public.service_hours ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.service_hours_revision ENABLE ROW LEVEL SECURITY;

CREATE POLICY service_reads_area ON public.absence FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = absence.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.absence_review FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = absence_review.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.absence_revision FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = absence_revision.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.absence_watch FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = absence_watch.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.application FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.participant
  WHERE ((participant.id = application.participant_id) AND ((participant.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT participant.address_protection)))));

CREATE POLICY service_reads_area ON public.consent FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.participant
  WHERE ((participant.id = consent.participant_id) AND ((participant.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT participant.address_protection)))));

CREATE POLICY service_reads_area ON public.decision FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = decision.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.evaluation FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = evaluation.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.meeting FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = meeting.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.meeting_version FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM (public.meeting
     LEFT JOIN public.placement ON ((placement.id = meeting.placement_id)))
  WHERE ((meeting.id = meeting_version.meeting_id) AND (((meeting.kind)::text = 'system'::text) OR (((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))))));

CREATE POLICY service_reads_area ON public.notice FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = notice.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.participant FOR SELECT TO vekstplass_service USING (((service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)));

CREATE POLICY service_reads_area ON public.participant_name_word FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ((service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area))));

CREATE POLICY service_reads_area ON public.placement FOR SELECT TO vekstplass_service USING ((((service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT address_protection)));

CREATE POLICY service_reads_area ON public.placement_supplement FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = placement_supplement.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.placement_terms FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = placement_terms.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.plan FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = plan.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.staffing_plan FOR SELECT TO vekstplass_service USING (( SELECT true
   FROM public.trip
  WHERE ((trip.id = staffing_plan.trip_id) AND ((trip.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)))));

CREATE POLICY service_reads_area ON public.supplement_end FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = supplement_end.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.task_waiver FOR SELECT TO vekstplass_service USING ((( SELECT public.caller_has_role(VARIADIC ARRAY['service'::text]) AS caller_has_role) AND ( SELECT true
   FROM public.placement
  WHERE ((placement.id = task_waiver.placement_id) AND ((placement.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT placement.address_protection)))));

CREATE POLICY service_reads_area ON public.trip FOR SELECT TO vekstplass_service USING (((service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)));

CREATE POLICY service_reads_area ON public.trip_participant FOR SELECT TO vekstplass_service USING ((( SELECT true
   FROM public.trip
  WHERE ((trip.id = trip_participant.trip_id) AND ((trip.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)))) AND (participant_id IN ( SELECT participant.id
   FROM public.participant
  WHERE (((participant.service_area)::text = ( SELECT public.caller_service_area() AS caller_service_area)) AND (NOT participant.address_protection))))));

ALTER TABLE public.service_type ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.service_type_norm ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.settlement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.settlement_difference ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.settlement_line ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.settlement_review ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staffing_plan ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stair_capacity ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stair_need ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stair_population ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stair_printed_total ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stair_review ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stair_service ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stair_step ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stair_table ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.supplement_end ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.survey ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.survey_result ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.task_waiver ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_application ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_decision ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_fund_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_participant ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_round ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_scheme ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trip_settlement_line ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trust_application ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trust_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trust_report ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.trust_year_sum ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.web_login ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.web_person ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.web_session ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA access_log_partition TO vekstplass_backup;

GRANT USAGE ON SCHEMA public TO vekstplass_service;
GRANT USAGE ON SCHEMA public TO vekstplass_backup;

REVOKE ALL ON FUNCTION public.begin_web_login(state_hash bytea, browser_hash bytea, login text, nonce text, verifier text, target text, lifetime interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.begin_web_login(state_hash bytea, browser_hash bytea, login text, nonce text, verifier text, target text, lifetime interval) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.claim_web_session_renewal(digest bytea, every interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_web_session_renewal(digest bytea, every interval) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.clear_kept_answers(hours integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.clear_kept_answers(hours integer) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.close_web_session(digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.close_web_session(digest bytea) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.conceal_kept_answers() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.continue_event_numbers() FROM PUBLIC;
GRANT ALL ON FUNCTION public.continue_event_numbers() TO vekstplass_service;

REVOKE ALL ON FUNCTION public.create_access_log_partitions() FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_access_log_partitions() TO vekstplass_service;

REVOKE ALL ON FUNCTION public.end_web_sessions(person text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_web_sessions(person text) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.erase_kept_answers(people uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_kept_answers(people uuid[]) TO vekstplass_service;

GRANT SELECT ON TABLE public.event_base TO vekstplass_backup;
GRANT SELECT ON TABLE public.event_base TO vekstplass_service;

REVOKE ALL ON FUNCTION public.find_erased(people uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_erased(people uuid[]) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.find_event(number bigint, place bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_event(number bigint, place bigint) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.find_restricted(people uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_restricted(people uuid[]) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.finish_web_login(state bytea, browser bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_web_login(state bytea, browser bytea) TO vekstplass_service;

GRANT SELECT ON TABLE public.guideline_version TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.guideline_version TO vekstplass_service;

GRANT SELECT ON TABLE public.placement TO vekstplass_backup;
GRANT SELECT,INSERT,UPDATE ON TABLE public.placement TO vekstplass_service;

REVOKE ALL ON FUNCTION public.keep_former_number() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.merge_participant(survivor uuid, duplicate uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.merge_participant(survivor uuid, duplicate uuid) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.notify_event() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.open_web_session(id_hash bytea, subject text, actor text, name text, roles text[], organisation text, service_area text, issuer text, csrf text, lifetime interval, refresh_token bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.open_web_session(id_hash bytea, subject text, actor text, name text, roles text[], organisation text, service_area text, issuer text, csrf text, lifetime interval, refresh_token bytea) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.protected_placement_terms() FROM PUBLIC;
GRANT ALL ON FUNCTION public.protected_placement_terms() TO vekstplass_service;

REVOKE ALL ON FUNCTION public.protected_supplements(known date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.protected_supplements(known date) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.read_access_log(participants uuid[], objects uuid[], of_actor text, of_action text, with_outcome text, since timestamp with time zone, until timestamp with time zone, before_id uuid, before_place integer, line_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.read_access_log(participants uuid[], objects uuid[], of_actor text, of_action text, with_outcome text, since timestamp with time zone, until timestamp with time zone, before_id uuid, before_place integer, line_limit integer) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.refuse_access_log_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.refuse_decision_edit() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.refuse_settlement_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.refuse_too_large_share() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.renew_web_session(digest bytea, new_name text, new_roles text[], new_organisation text, new_service_area text, new_refresh_token bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.renew_web_session(digest bytea, new_name text, new_roles text[], new_organisation text, new_service_area text, new_refresh_token bytea) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.resume_web_session(digest bytea, idle interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.resume_web_session(digest bytea, idle interval) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.store_access_log_seal(range_number bigint, sealed_at timestamp with time zone, first_transaction bigint, end_transaction bigint, next_transaction bigint, row_ids uuid[], row_codes bytea, digest bytea, next_commitment bytea, proof bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.store_access_log_seal(range_number bigint, sealed_at timestamp with time zone, first_transaction bigint, end_transaction bigint, next_transaction bigint, row_ids uuid[], row_codes bytea, digest bytea, next_commitment bytea, proof bytea) TO vekstplass_service;

REVOKE ALL ON FUNCTION public.store_name_words() FROM PUBLIC;

GRANT SELECT ON TABLE public.access_log TO vekstplass_backup;
GRANT SELECT ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(id) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(actor) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(organisation) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(supplier) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(action) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(method) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(route) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(purpose) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(outcome) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(request_id) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(participant_ids) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(denied_ids) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(more_denied) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(reason) ON TABLE public.access_log TO vekstplass_service;

GRANT INSERT(reference) ON TABLE public.access_log TO vekstplass_service;

GRANT SELECT ON TABLE access_log_partition.other TO vekstplass_backup;

GRANT SELECT ON TABLE public.absence TO vekstplass_backup;
GRANT SELECT,INSERT,UPDATE ON TABLE public.absence TO vekstplass_service;

GRANT SELECT ON TABLE public.absence_review TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.absence_review TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.absence_review TO vekstplass_service;

GRANT UPDATE(reason) ON TABLE public.absence_review TO vekstplass_service;

GRANT SELECT ON TABLE public.absence_revision TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.absence_revision TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.absence_revision TO vekstplass_service;

GRANT UPDATE(note) ON TABLE public.absence_revision TO vekstplass_service;

GRANT SELECT ON TABLE public.absence_routine TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.absence_routine TO vekstplass_service;

GRANT SELECT ON TABLE public.absence_watch TO vekstplass_backup;
GRANT SELECT,INSERT,UPDATE ON TABLE public.absence_watch TO vekstplass_service;

GRANT SELECT ON TABLE public.access_log_retirement TO vekstplass_backup;
GRANT SELECT ON TABLE public.access_log_retirement TO vekstplass_service;

GRANT SELECT ON TABLE public.access_log_seal TO vekstplass_backup;
GRANT SELECT ON TABLE public.access_log_seal TO vekstplass_service;

GRANT SELECT ON SEQUENCE public.act_number TO vekstplass_backup;
GRANT USAGE ON SEQUENCE public.act_number TO vekstplass_service;

GRANT SELECT ON TABLE public.alembic_version TO vekstplass_backup;
GRANT SELECT ON TABLE public.alembic_version TO vekstplass_service;

GRANT SELECT ON TABLE public.application TO vekstplass_backup;
GRANT SELECT,INSERT,UPDATE ON TABLE public.application TO vekstplass_service;

GRANT SELECT ON TABLE public.budget_flag TO vekstplass_backup;
GRANT SELECT,INSERT,UPDATE ON TABLE public.budget_flag TO vekstplass_service;

GRANT SELECT ON TABLE public.budget_frame TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.budget_frame TO vekstplass_service;

GRANT SELECT ON TABLE public.budget_snapshot TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.budget_snapshot TO vekstplass_service;

GRANT SELECT ON TABLE public.calendar_subscription TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.calendar_subscription TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.calendar_subscription TO vekstplass_service;

GRANT UPDATE(roles) ON TABLE public.calendar_subscription TO vekstplass_service;

GRANT UPDATE(last_seen_at) ON TABLE public.calendar_subscription TO vekstplass_service;

GRANT UPDATE(revoked_at) ON TABLE public.calendar_subscription TO vekstplass_service;

GRANT SELECT ON TABLE public.competence_statement TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.competence_statement TO vekstplass_service;

GRANT SELECT ON TABLE public.consent TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.consent TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.consent TO vekstplass_service;

GRANT UPDATE(withdrawn_on) ON TABLE public.consent TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.consent TO vekstplass_service;

GRANT UPDATE(annulled_reason) ON TABLE public.consent TO vekstplass_service;

GRANT UPDATE(wording) ON TABLE public.consent TO vekstplass_service;

GRANT UPDATE(reference) ON TABLE public.consent TO vekstplass_service;

GRANT UPDATE(withdrawn_by) ON TABLE public.consent TO vekstplass_service;

GRANT SELECT ON TABLE public.decision TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.decision TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.decision TO vekstplass_service;

GRANT UPDATE(reason) ON TABLE public.decision TO vekstplass_service;

GRANT UPDATE(medication_agreement) ON TABLE public.decision TO vekstplass_service;

GRANT UPDATE(archive_reference) ON TABLE public.decision TO vekstplass_service;

GRANT UPDATE(health_and_social_tasks) ON TABLE public.decision TO vekstplass_service;

GRANT SELECT ON TABLE public.erasure_request TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.erasure_request TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.erasure_request TO vekstplass_service;

GRANT UPDATE(approved) ON TABLE public.erasure_request TO vekstplass_service;

GRANT UPDATE(decided_by) ON TABLE public.erasure_request TO vekstplass_service;

GRANT UPDATE(decided_at) ON TABLE public.erasure_request TO vekstplass_service;

GRANT SELECT ON TABLE public.evaluation TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.evaluation TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.evaluation TO vekstplass_service;

GRANT UPDATE(sent_on) ON TABLE public.evaluation TO vekstplass_service;

GRANT UPDATE(text) ON TABLE public.evaluation TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.evaluation TO vekstplass_service;

GRANT UPDATE(annulled_reason) ON TABLE public.evaluation TO vekstplass_service;

GRANT SELECT ON TABLE public.event TO vekstplass_backup;
GRANT SELECT ON TABLE public.event TO vekstplass_service;

GRANT INSERT(id) ON TABLE public.event TO vekstplass_service;

GRANT INSERT(type) ON TABLE public.event TO vekstplass_service;

GRANT INSERT(subject) ON TABLE public.event TO vekstplass_service;

GRANT INSERT(data) ON TABLE public.event TO vekstplass_service;

GRANT SELECT ON SEQUENCE public.event_position_seq TO vekstplass_backup;

GRANT SELECT ON TABLE public.expected_refund TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.expected_refund TO vekstplass_service;

GRANT SELECT ON TABLE public.grant_scheme TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.grant_scheme TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.grant_scheme TO vekstplass_service;

GRANT UPDATE(name) ON TABLE public.grant_scheme TO vekstplass_service;

GRANT UPDATE(for_whom) ON TABLE public.grant_scheme TO vekstplass_service;

GRANT UPDATE(address) ON TABLE public.grant_scheme TO vekstplass_service;

GRANT UPDATE(checked_on) ON TABLE public.grant_scheme TO vekstplass_service;

GRANT UPDATE(closed_on) ON TABLE public.grant_scheme TO vekstplass_service;

GRANT UPDATE(recorded_by) ON TABLE public.grant_scheme TO vekstplass_service;

GRANT SELECT ON TABLE public.guideline_evaluation TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.guideline_evaluation TO vekstplass_service;

GRANT SELECT ON TABLE public.idempotency_key TO vekstplass_backup;
GRANT SELECT,INSERT,DELETE ON TABLE public.idempotency_key TO vekstplass_service;

GRANT SELECT ON TABLE public.invoice_check TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.invoice_check TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.invoice_check TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.invoice_check TO vekstplass_service;

GRANT UPDATE(annulled_reason) ON TABLE public.invoice_check TO vekstplass_service;

GRANT SELECT ON TABLE public.invoice_check_line TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.invoice_check_line TO vekstplass_service;

GRANT SELECT ON TABLE public.invoice_cover TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.invoice_cover TO vekstplass_service;

GRANT SELECT ON TABLE public.meeting TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(version) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(held_on) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(called_by) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(attendees) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(participant_present) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(counts) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(themes) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(participant_absence_reason) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(minutes) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(annulled_reason) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(services_without_consent) ON TABLE public.meeting TO vekstplass_service;

GRANT UPDATE(without_consent_reason) ON TABLE public.meeting TO vekstplass_service;

GRANT SELECT ON TABLE public.meeting_version TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.meeting_version TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.meeting_version TO vekstplass_service;

GRANT UPDATE(correction) ON TABLE public.meeting_version TO vekstplass_service;

GRANT UPDATE(content) ON TABLE public.meeting_version TO vekstplass_service;

GRANT SELECT ON TABLE public.need_change TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.need_change TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.need_change TO vekstplass_service;

GRANT UPDATE(what) ON TABLE public.need_change TO vekstplass_service;

GRANT UPDATE(outcome) ON TABLE public.need_change TO vekstplass_service;

GRANT UPDATE(closed_on) ON TABLE public.need_change TO vekstplass_service;

GRANT SELECT ON TABLE public.notice TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.notice TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.notice TO vekstplass_service;

GRANT UPDATE(text) ON TABLE public.notice TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.notice TO vekstplass_service;

GRANT UPDATE(annulled_reason) ON TABLE public.notice TO vekstplass_service;

GRANT SELECT ON TABLE public.participant TO vekstplass_backup;
GRANT SELECT,INSERT,UPDATE ON TABLE public.participant TO vekstplass_service;

GRANT SELECT ON TABLE public.participant_external_id TO vekstplass_backup;
GRANT SELECT,INSERT,DELETE ON TABLE public.participant_external_id TO vekstplass_service;

GRANT SELECT ON TABLE public.participant_former_number TO vekstplass_backup;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.participant_former_number TO vekstplass_service;

GRANT SELECT ON TABLE public.participant_merge TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.participant_merge TO vekstplass_service;

GRANT SELECT ON TABLE public.participant_name_word TO vekstplass_backup;
GRANT SELECT,INSERT,DELETE ON TABLE public.participant_name_word TO vekstplass_service;

GRANT SELECT ON TABLE public.participant_restriction TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.participant_restriction TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.participant_restriction TO vekstplass_service;

GRANT UPDATE(reason) ON TABLE public.participant_restriction TO vekstplass_service;

GRANT UPDATE(lifted_by) ON TABLE public.participant_restriction TO vekstplass_service;

GRANT UPDATE(lifted_at) ON TABLE public.participant_restriction TO vekstplass_service;

GRANT UPDATE(lifted_reason) ON TABLE public.participant_restriction TO vekstplass_service;

GRANT SELECT ON TABLE public.placement_supplement TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.placement_supplement TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.placement_supplement TO vekstplass_service;

GRANT UPDATE(reason) ON TABLE public.placement_supplement TO vekstplass_service;

GRANT SELECT ON TABLE public.placement_terms TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.placement_terms TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.placement_terms TO vekstplass_service;

GRANT UPDATE(known_until) ON TABLE public.placement_terms TO vekstplass_service;

GRANT SELECT ON TABLE public.plan TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.plan TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.plan TO vekstplass_service;

GRANT UPDATE(sent_on) ON TABLE public.plan TO vekstplass_service;

GRANT UPDATE(text) ON TABLE public.plan TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.plan TO vekstplass_service;

GRANT UPDATE(annulled_reason) ON TABLE public.plan TO vekstplass_service;

GRANT SELECT ON TABLE public.provider TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.provider TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.provider TO vekstplass_service;

GRANT UPDATE(name) ON TABLE public.provider TO vekstplass_service;

GRANT UPDATE(municipality_number) ON TABLE public.provider TO vekstplass_service;

GRANT SELECT ON TABLE public.provider_capacity TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.provider_capacity TO vekstplass_service;

GRANT SELECT ON TABLE public.rate TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.rate TO vekstplass_service;

GRANT SELECT ON TABLE public.request TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(answer) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(answered_on) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(reason) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(text) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(premises_suitable) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(recalled_on) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(recall_reason) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(retracted_on) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(retraction_reason) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(answer_number) ON TABLE public.request TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.request TO vekstplass_service;

GRANT SELECT ON TABLE public.service_hours TO vekstplass_backup;
GRANT SELECT,INSERT,UPDATE ON TABLE public.service_hours TO vekstplass_service;

GRANT SELECT ON TABLE public.service_hours_revision TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.service_hours_revision TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.service_hours_revision TO vekstplass_service;

GRANT UPDATE(tool) ON TABLE public.service_hours_revision TO vekstplass_service;

GRANT SELECT ON TABLE public.service_type TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.service_type TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.service_type TO vekstplass_service;

GRANT UPDATE(name) ON TABLE public.service_type TO vekstplass_service;

GRANT SELECT ON TABLE public.service_type_norm TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.service_type_norm TO vekstplass_service;

GRANT SELECT ON TABLE public.settlement TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.settlement TO vekstplass_service;

GRANT SELECT ON TABLE public.settlement_difference TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.settlement_difference TO vekstplass_service;

GRANT SELECT ON TABLE public.settlement_line TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.settlement_line TO vekstplass_service;

GRANT SELECT ON TABLE public.settlement_review TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.settlement_review TO vekstplass_service;

GRANT SELECT ON TABLE public.staffing_plan TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.staffing_plan TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.staffing_plan TO vekstplass_service;

GRANT UPDATE(content) ON TABLE public.staffing_plan TO vekstplass_service;

GRANT SELECT ON TABLE public.stair_capacity TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.stair_capacity TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.stair_capacity TO vekstplass_service;

GRANT UPDATE(number) ON TABLE public.stair_capacity TO vekstplass_service;

GRANT UPDATE(source) ON TABLE public.stair_capacity TO vekstplass_service;

GRANT SELECT ON TABLE public.stair_need TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.stair_need TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.stair_need TO vekstplass_service;

GRANT UPDATE(number) ON TABLE public.stair_need TO vekstplass_service;

GRANT UPDATE(source) ON TABLE public.stair_need TO vekstplass_service;

GRANT SELECT ON TABLE public.stair_population TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.stair_population TO vekstplass_service;

GRANT SELECT ON TABLE public.stair_printed_total TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.stair_printed_total TO vekstplass_service;

GRANT SELECT ON TABLE public.stair_review TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.stair_review TO vekstplass_service;

GRANT SELECT ON TABLE public.stair_service TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(name) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(for_whom) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(provided_by) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(requires_decision) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(place) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(how_to_apply) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(address) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(valid_from) ON TABLE public.stair_service TO vekstplass_service;

GRANT UPDATE(valid_to) ON TABLE public.stair_service TO vekstplass_service;

GRANT SELECT ON TABLE public.stair_step TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.stair_step TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.stair_step TO vekstplass_service;

GRANT UPDATE(number) ON TABLE public.stair_step TO vekstplass_service;

GRANT UPDATE(name) ON TABLE public.stair_step TO vekstplass_service;

GRANT UPDATE(description) ON TABLE public.stair_step TO vekstplass_service;

GRANT SELECT ON TABLE public.stair_table TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.stair_table TO vekstplass_service;

GRANT SELECT ON TABLE public.supplement_end TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.supplement_end TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.supplement_end TO vekstplass_service;

GRANT UPDATE(reason) ON TABLE public.supplement_end TO vekstplass_service;

GRANT SELECT ON TABLE public.survey TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.survey TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.survey TO vekstplass_service;

GRANT SELECT ON TABLE public.survey_result TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.survey_result TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.survey_result TO vekstplass_service;

GRANT UPDATE(question) ON TABLE public.survey_result TO vekstplass_service;

GRANT UPDATE(service_area) ON TABLE public.survey_result TO vekstplass_service;

GRANT UPDATE(invited) ON TABLE public.survey_result TO vekstplass_service;

GRANT UPDATE(answered) ON TABLE public.survey_result TO vekstplass_service;

GRANT UPDATE(answers) ON TABLE public.survey_result TO vekstplass_service;

GRANT SELECT ON TABLE public.task_waiver TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.task_waiver TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.task_waiver TO vekstplass_service;

GRANT UPDATE(reason) ON TABLE public.task_waiver TO vekstplass_service;

GRANT UPDATE(withdrawn_at) ON TABLE public.task_waiver TO vekstplass_service;

GRANT UPDATE(withdrawn_by) ON TABLE public.task_waiver TO vekstplass_service;

GRANT SELECT ON TABLE public.trip TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(starts_on) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(ends_on) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(longer_reason) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(working_time_agreed_on) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(service_area) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(decision) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(decided_on) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(cancelled_on) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(cancelled_reason) ON TABLE public.trip TO vekstplass_service;

GRANT UPDATE(settled_on) ON TABLE public.trip TO vekstplass_service;

GRANT SELECT ON TABLE public.trip_application TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(wishes) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(need_grade) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(documented_on) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(documented_by) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(benefit) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(benefit_reason) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(resource) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(resource_reason) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(severity) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(severity_reason) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(mastery) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(mastery_reason) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(assessed_on) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(assessed_by) ON TABLE public.trip_application TO vekstplass_service;

GRANT UPDATE(withdrawn_on) ON TABLE public.trip_application TO vekstplass_service;

GRANT SELECT ON TABLE public.trip_decision TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trip_decision TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.trip_decision TO vekstplass_service;

GRANT UPDATE(late_reason) ON TABLE public.trip_decision TO vekstplass_service;

GRANT UPDATE(text) ON TABLE public.trip_decision TO vekstplass_service;

GRANT SELECT ON TABLE public.trip_fund_entry TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trip_fund_entry TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.trip_fund_entry TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.trip_fund_entry TO vekstplass_service;

GRANT UPDATE(annulled_reason) ON TABLE public.trip_fund_entry TO vekstplass_service;

GRANT SELECT ON TABLE public.trip_participant TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(starts_on) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(ends_on) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(active) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(left_on) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(of_staff_cost) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(of_staff_travel) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(accepted_price) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(accepted_on) ON TABLE public.trip_participant TO vekstplass_service;

GRANT UPDATE(accepted_by) ON TABLE public.trip_participant TO vekstplass_service;

GRANT SELECT ON TABLE public.trip_round TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trip_round TO vekstplass_service;

GRANT SELECT ON TABLE public.trip_scheme TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trip_scheme TO vekstplass_service;

GRANT SELECT ON TABLE public.trip_settlement_line TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trip_settlement_line TO vekstplass_service;

GRANT SELECT ON TABLE public.trust_application TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trust_application TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.trust_application TO vekstplass_service;

GRANT UPDATE(belonging_reason) ON TABLE public.trust_application TO vekstplass_service;

GRANT UPDATE(documentation_seen_on) ON TABLE public.trust_application TO vekstplass_service;

GRANT UPDATE(documentation_seen_by) ON TABLE public.trust_application TO vekstplass_service;

GRANT SELECT ON TABLE public.trust_entry TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trust_entry TO vekstplass_service;

GRANT UPDATE(updated_at) ON TABLE public.trust_entry TO vekstplass_service;

GRANT UPDATE(reason) ON TABLE public.trust_entry TO vekstplass_service;

GRANT UPDATE(annulled_at) ON TABLE public.trust_entry TO vekstplass_service;

GRANT UPDATE(annulled_reason) ON TABLE public.trust_entry TO vekstplass_service;

GRANT SELECT ON TABLE public.trust_report TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trust_report TO vekstplass_service;

GRANT SELECT ON TABLE public.trust_year_sum TO vekstplass_backup;
GRANT SELECT,INSERT ON TABLE public.trust_year_sum TO vekstplass_service;

GRANT SELECT ON TABLE public.web_login TO vekstplass_backup;

GRANT SELECT ON TABLE public.web_person TO vekstplass_backup;
GRANT SELECT ON TABLE public.web_person TO vekstplass_service;

GRANT SELECT ON TABLE public.web_session TO vekstplass_backup;

ALTER DEFAULT PRIVILEGES FOR ROLE vekstplass_owner IN SCHEMA access_log_partition GRANT SELECT ON TABLES TO vekstplass_backup;

ALTER DEFAULT PRIVILEGES FOR ROLE vekstplass_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO vekstplass_backup;

ALTER DEFAULT PRIVILEGES FOR ROLE vekstplass_owner IN SCHEMA public GRANT SELECT ON TABLES TO vekstplass_backup;
