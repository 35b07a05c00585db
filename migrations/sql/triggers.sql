create trigger notify after insert on event for each statement execute function notify_event();

create trigger refuse_too_large_share after insert or update on placement_terms
    for each row when (new.known_until is null) execute function refuse_too_large_share();

create trigger refuse_too_large_share after update of participant_id on placement
    for each row when (new.participant_id <> old.participant_id) execute function refuse_too_large_share();

create trigger refuse_overdraft after insert or update of annulled_at on trust_entry
    for each row when (new.kind = 'grant' and new.annulled_at is null) execute function refuse_trust_overdraft();

create trigger store_name_words after insert on participant for each row execute function store_name_words();

create trigger keep_former_number after update of identity_number_index on participant for each row
    when (old.identity_number_index is not null and old.identity_number_index is distinct from new.identity_number_index)
    execute function keep_former_number();

create trigger change_name_words after update of given_name, family_name, service_area on participant for each row
    when ((old.given_name, old.family_name, old.service_area)
        is distinct from (new.given_name, new.family_name, new.service_area))
    execute function store_name_words();

create trigger conceal_kept_answers after update of address_protection, service_area on participant for each row
    when (new.address_protection and not old.address_protection or new.service_area <> old.service_area)
    execute function conceal_kept_answers();

create trigger refuse_edit before update on decision for each row execute function refuse_decision_edit();

create trigger refuse_change before update or delete or truncate on settlement
    for each statement execute function refuse_settlement_change();

create trigger refuse_change before update or delete or truncate on settlement_line
    for each statement execute function refuse_settlement_change();

create trigger refuse_change before update or delete or truncate on settlement_difference
    for each statement execute function refuse_settlement_change();

create trigger refuse_change before update or delete or truncate on settlement_review
    for each statement execute function refuse_settlement_change();

create trigger refuse_change before update or delete or truncate on access_log
    for each statement execute function refuse_access_log_change();

create trigger refuse_change before update or delete or truncate on access_log_partition.other
    for each statement execute function refuse_access_log_change();

create trigger refuse_change before update or delete or truncate on access_log_seal
    for each statement execute function refuse_access_log_change();

create trigger refuse_change before update or delete or truncate on access_log_retirement
    for each statement execute function refuse_access_log_change();
