-- What the roles of roles.sql may do at all; which rows is for the policies. The service may delete almost nothing and
-- update only what a column's name says. The backup's role reads everything, also tables that come later.
grant usage on schema public to vekstplass_service, vekstplass_backup;
alter default privileges in schema public grant select on tables to vekstplass_backup;
grant select on all tables in schema public to vekstplass_backup;
alter default privileges in schema public grant select on sequences to vekstplass_backup;
grant select on all sequences in schema public to vekstplass_backup;
grant usage on sequence act_number to vekstplass_service;
grant select on alembic_version to vekstplass_service;

grant select, insert, update (name, municipality_number, updated_at) on provider to vekstplass_service;
grant select, insert on provider_capacity to vekstplass_service;
grant select, insert on competence_statement to vekstplass_service;
grant select, insert on absence_routine to vekstplass_service;

grant select, insert, update on participant to vekstplass_service;
grant select, insert, delete on participant_external_id to vekstplass_service;
grant select, insert, delete on participant_name_word to vekstplass_service;
grant select, insert, update, delete on participant_former_number to vekstplass_service;
grant select, insert on participant_merge to vekstplass_service;

grant select, insert on rate to vekstplass_service;
grant select, insert on guideline_version to vekstplass_service;

grant select, insert, update on application to vekstplass_service;
grant select, insert, update (answer, answered_on, reason, text, premises_suitable, recalled_on, recall_reason,
    retracted_on, retraction_reason, answer_number, annulled_at, updated_at) on request to vekstplass_service;
grant select, insert, update on placement to vekstplass_service;
grant select, insert, update (known_until, updated_at) on placement_terms to vekstplass_service;
grant select, insert, update (text, annulled_at, annulled_reason, updated_at) on notice to vekstplass_service;
grant select, insert, update (reason, medication_agreement, archive_reference, health_and_social_tasks, updated_at)
    on decision to vekstplass_service;
grant select, insert, update (reason, updated_at) on placement_supplement to vekstplass_service;
grant select, insert, update (reason, updated_at) on supplement_end to vekstplass_service;
grant select, insert, update (what, outcome, closed_on, updated_at) on need_change to vekstplass_service;

grant select, insert, update on absence to vekstplass_service;
grant select, insert, update (note, updated_at) on absence_revision to vekstplass_service;
grant select, insert, update (reason, updated_at) on absence_review to vekstplass_service;
grant select, insert, update on absence_watch to vekstplass_service;

grant select, insert, update (wording, reference, withdrawn_on, withdrawn_by, annulled_at, annulled_reason, updated_at)
    on consent to vekstplass_service;
grant select, insert, update (held_on, called_by, attendees, participant_present, counts, themes,
    participant_absence_reason, services_without_consent, without_consent_reason, minutes, version, annulled_at,
    annulled_reason, updated_at) on meeting to vekstplass_service;
grant select, insert, update (correction, content, updated_at) on meeting_version to vekstplass_service;
grant select, insert, update (text, sent_on, annulled_at, annulled_reason, updated_at) on plan to vekstplass_service;
grant select, insert, update (text, sent_on, annulled_at, annulled_reason, updated_at) on evaluation to vekstplass_service;
grant select, insert on guideline_evaluation to vekstplass_service;
grant select, insert, update (approved, decided_by, decided_at, updated_at) on erasure_request to vekstplass_service;
grant select, insert, update (reason, lifted_by, lifted_at, lifted_reason, updated_at) on participant_restriction
    to vekstplass_service;
grant select, insert, update (reason, withdrawn_at, withdrawn_by, updated_at) on task_waiver to vekstplass_service;

grant select, insert on trust_year_sum to vekstplass_service;
grant select, insert on trust_report to vekstplass_service;
grant select, insert, update (belonging_reason, documentation_seen_on, documentation_seen_by, updated_at)
    on trust_application to vekstplass_service;
grant select, insert, update (reason, annulled_at, annulled_reason, updated_at) on trust_entry to vekstplass_service;

grant select, insert on trip_scheme to vekstplass_service;
grant select, insert, update (annulled_at, annulled_reason, updated_at) on trip_fund_entry to vekstplass_service;
grant select, insert, update (starts_on, ends_on, longer_reason, working_time_agreed_on, service_area, decision,
    decided_on, cancelled_on, cancelled_reason, settled_on, updated_at) on trip to vekstplass_service;
grant select, insert, update (starts_on, ends_on, active, left_on, of_staff_cost, of_staff_travel, accepted_price,
    accepted_on, accepted_by, updated_at) on trip_participant to vekstplass_service;
grant select, insert, update (content, updated_at) on staffing_plan to vekstplass_service;
grant select, insert, update (late_reason, text, updated_at) on trip_decision to vekstplass_service;
grant select, insert on trip_settlement_line to vekstplass_service;
grant select, insert, update (name, for_whom, address, checked_on, closed_on, recorded_by, updated_at) on grant_scheme
    to vekstplass_service;
grant select, insert on trip_round to vekstplass_service;
grant select, insert, update (wishes, need_grade, documented_on, documented_by, benefit, benefit_reason, resource,
        resource_reason, severity, severity_reason, mastery, mastery_reason, assessed_on, assessed_by, withdrawn_on,
        updated_at)
    on trip_application to vekstplass_service;

grant select, insert on budget_frame to vekstplass_service;
grant select, insert on expected_refund to vekstplass_service;
grant select, insert, update on budget_flag to vekstplass_service;
grant select, insert on budget_snapshot to vekstplass_service;

grant select, insert on settlement to vekstplass_service;
grant select, insert on settlement_line to vekstplass_service;
grant select, insert on settlement_difference to vekstplass_service;
grant select, insert on settlement_review to vekstplass_service;
grant select, insert, update (annulled_at, annulled_reason, updated_at) on invoice_check to vekstplass_service;
grant select, insert on invoice_check_line to vekstplass_service;
grant select, insert on invoice_cover to vekstplass_service;

grant select, insert, update (number, name, description, updated_at) on stair_step to vekstplass_service;
grant select, insert, update (name, for_whom, provided_by, requires_decision, place, how_to_apply, address, valid_from,
    valid_to, updated_at) on stair_service to vekstplass_service;
grant select, insert on stair_table to vekstplass_service;
grant select, insert on stair_printed_total to vekstplass_service;
grant select, insert, update (number, source, updated_at) on stair_capacity to vekstplass_service;
grant select, insert, update (number, source, updated_at) on stair_need to vekstplass_service;
grant select, insert on stair_population to vekstplass_service;
grant select, insert on stair_review to vekstplass_service;
grant select, insert, update (name, updated_at) on service_type to vekstplass_service;
grant select, insert on service_type_norm to vekstplass_service;
grant select, insert, update (updated_at) on survey to vekstplass_service;
grant select, insert, update (question, service_area, invited, answered, answers, updated_at) on survey_result
    to vekstplass_service;
grant select, insert, update on service_hours to vekstplass_service;
grant select, insert, update (tool, updated_at) on service_hours_revision to vekstplass_service;

-- Not the number: the highest decides what numbers begin with after a restore.
grant select, insert (id, type, subject, data) on event to vekstplass_service;
grant select on event_base to vekstplass_service;
grant select, insert, update (roles, last_seen_at, revoked_at, updated_at) on calendar_subscription
    to vekstplass_service;
grant select, insert, delete on idempotency_key to vekstplass_service;

grant select, insert (id, actor, organisation, supplier, action, method, route, purpose, outcome, request_id,
    participant_ids, denied_ids, more_denied, reason, reference) on access_log to vekstplass_service;
grant select on access_log_seal to vekstplass_service;
grant select on access_log_retirement to vekstplass_service;
grant usage on schema access_log_partition to vekstplass_backup;
alter default privileges in schema access_log_partition grant select on tables to vekstplass_backup;
grant select on all tables in schema access_log_partition to vekstplass_backup;

grant select on web_person to vekstplass_service;

-- Nobody calls a trigger's function, and only the service one that runs as the owner.
revoke execute on function refuse_access_log_change() from public;
revoke execute on function notify_event() from public;
revoke execute on function store_name_words() from public;
revoke execute on function keep_former_number() from public;
revoke execute on function refuse_decision_edit() from public;
revoke execute on function refuse_settlement_change() from public;
revoke execute on function refuse_too_large_share() from public;
revoke execute on function conceal_kept_answers() from public;
revoke execute on function continue_event_numbers() from public;
grant execute on function continue_event_numbers() to vekstplass_service;
revoke execute on function find_event(bigint, bigint) from public;
grant execute on function find_event(bigint, bigint) to vekstplass_service;
revoke execute on function merge_participant(uuid, uuid) from public;
grant execute on function merge_participant(uuid, uuid) to vekstplass_service;
revoke execute on function protected_placement_terms() from public;
grant execute on function protected_placement_terms() to vekstplass_service;
revoke execute on function protected_supplements(date) from public;
grant execute on function protected_supplements(date) to vekstplass_service;
revoke execute on function find_restricted(uuid[]) from public;
grant execute on function find_restricted(uuid[]) to vekstplass_service;
revoke execute on function find_erased(uuid[]) from public;
grant execute on function find_erased(uuid[]) to vekstplass_service;
revoke execute on function create_access_log_partitions() from public;
grant execute on function create_access_log_partitions() to vekstplass_service;
revoke execute on function store_access_log_seal(bigint, timestamptz, bigint, bigint, bigint, uuid[], bytea, bytea,
    bytea, bytea) from public;
grant execute on function store_access_log_seal(bigint, timestamptz, bigint, bigint, bigint, uuid[], bytea, bytea,
    bytea, bytea) to vekstplass_service;
revoke execute on function read_access_log(uuid[], uuid[], text, text, text, timestamptz, timestamptz, uuid, integer, integer)
    from public;
grant execute on function read_access_log(uuid[], uuid[], text, text, text, timestamptz, timestamptz, uuid, integer, integer)
    to vekstplass_service;
revoke execute on function open_web_session(bytea, text, text, text, text[], text, text, text, text, interval, bytea)
    from public;
grant execute on function open_web_session(bytea, text, text, text, text[], text, text, text, text, interval, bytea)
    to vekstplass_service;
revoke execute on function resume_web_session(bytea, interval) from public;
grant execute on function resume_web_session(bytea, interval) to vekstplass_service;
revoke execute on function claim_web_session_renewal(bytea, interval) from public;
grant execute on function claim_web_session_renewal(bytea, interval) to vekstplass_service;
revoke execute on function renew_web_session(bytea, text, text[], text, text, bytea) from public;
grant execute on function renew_web_session(bytea, text, text[], text, text, bytea) to vekstplass_service;
revoke execute on function close_web_session(bytea) from public;
grant execute on function close_web_session(bytea) to vekstplass_service;
revoke execute on function clear_kept_answers(integer) from public;
grant execute on function clear_kept_answers(integer) to vekstplass_service;
revoke execute on function erase_kept_answers(uuid[]) from public;
grant execute on function erase_kept_answers(uuid[]) to vekstplass_service;
revoke execute on function end_web_sessions(text) from public;
grant execute on function end_web_sessions(text) to vekstplass_service;
revoke execute on function begin_web_login(bytea, bytea, text, text, text, text, interval) from public;
grant execute on function begin_web_login(bytea, bytea, text, text, text, text, interval) to vekstplass_service;
revoke execute on function finish_web_login(bytea, bytea) from public;
grant execute on function finish_web_login(bytea, bytea) to vekstplass_service;
