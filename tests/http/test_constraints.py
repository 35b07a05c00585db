"""Every constraint of the database is either a refusal with a name, or out of a client's reach for a reason.

What is neither would be a bare 409 and an error in the log. A new constraint fails here until one of the two is said.
"""

from dataclasses import dataclass

import asyncpg
import pytest

from app.http.exception_handlers import CONSTRAINTS
from app.http.problems import TYPES

# Whatever a client names is looked up first, in the same transaction. What changes in between (a participant merged
# away) is a 409 of its own kind for every foreign key: see `app.http.exception_handlers.database_problem`.
REFERENCE = "what is pointed at is looked up first"
CHECKED = "the shape or the rule above it is stricter, and refuses with a pointer"
LOCKED = "whoever writes it holds the placement's row locked"
BOOKS = "whoever closes or reviews a month holds the lock of the books"
ANNULLED = "day and reason of an annulment are written together"
SEALED = "the service makes a seal by itself, and one at a time"

UNREACHABLE = {
    "alembic_version_pkc": "migrations alone write it",
    "ck_absence_cancelled": "a revision that cancels is stored as cancelled by the one statement that stores it",
    "ck_absence_ends_on": CHECKED,
    "pk_absence_watch": "stored by an upsert on this very key",
    "ck_access_log_lines": "a request that accessed nobody, and was denied nothing, has no row",
    "ck_access_log_reference": "a reference is refused where the header has no reason",
    "pk_access_log_seal": SEALED,
    "ck_access_log_seal_end_transaction": SEALED,
    "ck_access_log_seal_next_transaction": SEALED,
    "ck_access_log_seal_row_codes": SEALED,
    "ck_participant_protection_confirmed_on": "confirmed is what is questioned, and both are taken away together",
    "ck_participant_protection_questioned_on": "what is protected is questioned, and lowering it ends the question",
    "pk_budget_flag": "stored by an upsert on this very key, under the year's lock",
    "ck_consent_annulled": ANNULLED,
    "ck_consent_services": CHECKED,
    "ck_consent_valid_to": CHECKED,
    "ck_consent_withdrawn_by": CHECKED,
    "ck_consent_withdrawn_on": CHECKED,
    "ck_decision_application_id": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_grant": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_placement_id": "each kind of decision has a shape of its own, with what it needs",
    "ck_participant_restriction_lifted_at": "who lifts it, when and why are written together",
    "ck_erasure_request_decided_at": "who decides, what and when are written together",
    "ck_evaluation_annulled": ANNULLED,
    "ck_evaluation_period_to": CHECKED,
    "ck_guideline_version_per_year": CHECKED,
    "pk_idempotency_key": "a key of a caller is held by a lock from the moment it is looked for",
    "ck_meeting_annulled": ANNULLED,
    "ck_meeting_participant_absence_reason": CHECKED,
    "ck_meeting_placement_id": CHECKED,
    "ck_meeting_present": "presence is derived from the attendees, never taken in",
    "ck_meeting_provider_id": CHECKED,
    "ck_meeting_themes": CHECKED,
    "ck_meeting_without_consent_reason": CHECKED,
    "ck_meeting_version_correction": "the first version has no correction, and a correction has one by its shape",
    "uq_meeting_version_meeting_id_version": "a correction holds the meeting's row locked",
    "ck_participant_identity_number": "the three columns of a sealed number are written together",
    "uq_participant_external_id_system_value": "an upsert holds a lock on system and value before it looks",
    "ck_placement_decided_on": "a grant has its day of decision, and a legacy placement has none, by their shapes",
    "ck_placement_ends_on": CHECKED,
    "ck_placement_legacy_terms": "a legacy placement alone has such terms, by the shapes",
    "ck_placement_monthly_price": "a legacy placement has its price, and a grant has none, by their shapes",
    "ck_plan_annulled": ANNULLED,
    "ck_plan_sent_on": CHECKED,
    "ck_request_answered_on": "answer and day are written together",
    "ck_request_answer_number": "answer and number are written together",
    "ck_request_premises_suitable": CHECKED,
    "ck_request_recalled_on": "it is recalled under its lock, and day and reason are written together",
    "ck_request_retracted_on": "it is retracted under its lock, and day and reason are written together",
    "ck_request_reason": CHECKED,
    "ck_request_text": CHECKED,
    "ck_invoice_check_finance": "the finance reader's result and sum are computed, and written, together",
    "ck_invoice_check_annulled": ANNULLED,
    "ck_invoice_check_line_equal": "the rules give a cause to every difference, and to nothing else",
    "ck_settlement_difference_parts": "a line that is gone has no parts, and any other has, as the rules make it",
    "ck_settlement_line_days": "a line's days are counted among its month's",
    "ck_settlement_number": "numbers and versions are counted up under the books' lock",
    "ck_settlement_review_four_eyes": "the closer is refused before, with a name (C13)",
    "ck_settlement_review_reason": CHECKED,
    "uq_settlement_difference_settlement_id_placement_id_month_cause": "the rules name a cause once for each line",
    "uq_settlement_line_settlement_id_placement_id": "a month has one line for a placement",
    "uq_settlement_number": "numbers are counted up under the books' lock",
    "ck_competence_statement_police_certificates": CHECKED,
    "ck_competence_statement_police_certificates_not_required": CHECKED,
    "ck_decision_change": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_end": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_grant_fields": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_end_fields": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_corrects_id": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_corrects_nothing": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_mending": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_need": "each kind of decision has a shape of its own, with what it needs",
    "ck_decision_valid_from": "each kind of decision has a shape of its own, with what it needs",
    "uq_participant_merge_duplicate_id": "a merge holds both participants locked, and refuses one that was merged",
    "pk_participant_former_number": "the trigger and a merge upsert on this very key",
    "pk_participant_name_word": "a trigger stores each word of a name once",
    "pk_web_login": "the digest of a new secret",
    "pk_web_session": "the digest of a new secret",
    "pk_access_log_retirement": "the owner's command alone writes it",
    "pk_web_person": "stored by an upsert on this very key",
    "pk_event_base": "migrations alone write it",
    "uq_decision_notice_id_kind": LOCKED,
    "ck_notice_agreed_end_on": CHECKED,
    "ck_notice_annulled": ANNULLED,
    "ck_notice_text": CHECKED,
    "ck_application_annulled": ANNULLED,
    "ck_placement_need": CHECKED,
    "ck_placement_supplement_valid_to": CHECKED,
    "ck_placement_supplement_heard": CHECKED,
    "ck_need_change_closed_on": "outcome and day are written together",
    "ck_supplement_end_heard": CHECKED,
    "ck_supplement_end_replaced_valid_to": LOCKED,
    "ck_placement_terms_known_until": LOCKED,
    "ck_placement_terms_valid_to": LOCKED,
    "ex_placement_terms_overlap": LOCKED,
    "uq_calendar_subscription_secret_hash": "a secret is made by the service, and never taken from a client",
    "ck_trip_fund_entry_annulled": ANNULLED,
    "ck_trip_fund_entry_reserved": "a settlement alone frees a reservation, as it is written",
    "ck_trip_fund_entry_trip_id": "what comes in by hand names no trip, and what a trip enters names it",
    "uq_trip_fund_entry_trip_id_kind": "a trip is locked, and each of its steps is taken once",
    "ck_trip_application_assessed_by": "who assesses and when are written together",
    "ck_trip_application_documented": CHECKED,
    "ck_trip_application_preferred_to": CHECKED,
    "ck_trip_application_score_reasons": "a score and its reason are one value",
    "ck_trip_application_scores": CHECKED,
    "ck_trip_application_withdrawn_on": CHECKED,
    "ck_trip_round_deadline": CHECKED,
    "ck_staffing_plan_amounts": "computed from amounts that are not below zero",
    "ck_staffing_plan_parts": "the rules divide all of it",
    "ck_staffing_plan_participants_part": "the rules round it down",
    "ck_trip_cancelled": "day and reason are written together",
    "ck_trip_decided_on": "decision and day are written together",
    "ck_trip_ends_on": CHECKED,
    "ck_trip_settled_on": CHECKED,
    "ck_trip_decision_reason": "each kind of decision has a shape of its own, with what it needs",
    "ck_trip_decision_reserved": "a grant alone reserves, and is written with it",
    "ck_trip_participant_accepted": "price, day and who are written together",
    "ck_trip_participant_left_on": "who leaves is no longer active, and both are written together",
    "ck_trip_participant_price": "both parts are written together",
    "ck_trip_settlement_line_difference": "the rules compute it",
    "uq_staffing_plan_trip_id_kind_version": "a trip is locked when it is planned or settled",
    "uq_trip_decision_trip_id": "a trip is locked when it is decided, and decided once",
    "uq_trip_settlement_line_trip_id_participant_id": "a trip is settled once, with a line each",
    "ck_trip_scheme_valid_to": CHECKED,
    "ck_trip_scheme_working_time": CHECKED,
    "ck_trust_application_documentation_seen_by": "the day and the role that saw it are written together",
    "ck_trust_entry_annulled": ANNULLED,
    "ck_trust_entry_amount": "each kind of entry has a shape of its own, with what it needs",
    "ck_trust_entry_reason": "each kind of entry has a shape of its own, with what it needs",
    "ck_trust_entry_voucher_seen_on": CHECKED,
    "ck_trust_report_sent_on": CHECKED,
    "ck_trust_year_sum_deadline_on": CHECKED,
    "ck_survey_ends_on": CHECKED,
    "ck_survey_result_answered": CHECKED,
    "uq_survey_result_survey_id_question_service_area": "whoever records a result holds its survey locked",
    "ck_service_hours_cancelled": "a revision that cancels is stored as cancelled by the one statement that stores it",
    "ck_service_hours_ends_on": CHECKED,
    "ck_service_type_norm_cost": CHECKED,
    "ck_service_type_norm_norm": CHECKED,
    "uq_service_type_norm_service_type_valid_from_recorded_at": "the kind of service is locked when a norm is recorded",
    "uq_service_hours_external_system_external_id": "pushes hold one lock, and look for what is stored under it",
    "ck_stair_printed_total_row_or_place": "a printed total is made for a row or for a place, by their shapes",
    "ck_stair_printed_total_service_id": "a row's printed total has the row's step",
    "uq_stair_printed_total_table_id_step_id_service_id_place": CHECKED,
    "ck_stair_service_valid_to": CHECKED,
    "ck_stair_step_category_of_activity": CHECKED,
    "ck_task_waiver_withdrawn_by": "who takes a waiver back and when are written together",
}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint, a unique index, or what a trigger refuses by such a name.

    `kind`: p primary, u unique, x exclusion, f foreign, c check, t trigger.
    """

    name: str
    table: str
    kind: str
    columns: frozenset[str]

    @property
    def reason(self) -> str | None:
        """Why no client can break it, as far as its shape tells."""
        if self.kind in "pu" and "id" in self.columns:
            return "ids are made by the service, and never taken from a client"
        if self.kind == "c" and len(self.columns) == 1:
            return "a field's own type is stricter: test_every_operation.py tries every field"
        if self.kind == "f":
            return REFERENCE
        return None


@pytest.fixture
async def constraints(owner: asyncpg.Connection) -> dict[str, Constraint]:
    """All there are in the schema, but for NOT NULL (a constraint with a name only since PostgreSQL 18)."""
    rows = await owner.fetch(
        """
        select conname as name, conrelid::regclass::text as table, contype::text as kind, columns
        from pg_constraint
        cross join lateral (
            select array_agg(attname::text) as columns from pg_attribute
            where attrelid = conrelid and attnum = any(conkey)
        ) as named
        where connamespace = 'public'::regnamespace and contype <> 'n'
        union all
        select indexrelid::regclass::text, indrelid::regclass::text, 'u', columns
        from pg_index
        join pg_class on pg_class.oid = indrelid
        cross join lateral (
            select array_agg(attname::text) as columns from pg_attribute
            where attrelid = indrelid and attnum = any(indkey)
        ) as named
        where indisunique and relnamespace = 'public'::regnamespace
            and not exists (select from pg_constraint where conindid = indexrelid)
        union all
        select named[1], proname, 't', '{}'
        from pg_proc cross join lateral regexp_matches(prosrc, 'constraint = ''([a-z_]+)''', 'g') as named
        where pronamespace = 'public'::regnamespace
        """
    )
    return {
        row["name"]: Constraint(row["name"], row["table"], row["kind"], frozenset(row["columns"] or ())) for row in rows
    }


def test_what_is_said_is_true_of_the_schema(constraints: dict[str, Constraint]) -> None:
    """No row about a constraint that is gone, and none that needs no row."""
    assert set(constraints) >= set(CONSTRAINTS)
    assert set(constraints) >= set(UNREACHABLE)
    assert set(CONSTRAINTS).isdisjoint(UNREACHABLE)
    assert [name for name in UNREACHABLE if constraints[name].reason] == []


def test_every_constraint_is_mapped_or_out_of_reach(constraints: dict[str, Constraint]) -> None:
    unsaid = [
        constraint
        for constraint in constraints.values()
        if constraint.reason is None and constraint.name not in {*CONSTRAINTS, *UNREACHABLE}
    ]
    assert unsaid == []


async def test_what_others_point_at_is_never_deleted(owner: asyncpg.Connection) -> None:
    """So that a row that was found is still there when it is pointed at."""
    deletable = await owner.fetch(
        """
        select distinct confrelid::regclass::text from pg_constraint
        where contype = 'f' and has_table_privilege('vekstplass_service', confrelid, 'DELETE')
        """
    )
    assert deletable == []


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_a_mapped_constraint_is_a_conflict_with_a_sentence(name: str) -> None:
    problem = CONSTRAINTS[name]()
    assert problem.type is TYPES[problem.type.code]
    assert problem.type.status == 409
    assert problem.detail.endswith(".")
