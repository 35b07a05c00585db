"""Every advisory lock of the service, so that no two uses share a number. All are held to the end of a transaction.

A lock with one key is its number alone; of a lock with two keys the number is the first. Beside these, each
`Idempotency-Key` is locked under a 64-bit digest of its own (`app.http.idempotency`).
"""

from enum import IntEnum, unique


@unique
class AdvisoryLock(IntEnum):
    """What the number in `pg_advisory_xact_lock` stands for."""

    # Roles and rights of the database: `migrations/roles.sql` and `migrations/sql/database.sql` name the number.
    DATABASE_ROLES = 46310001
    # The tests' template database: `tests/conftest.py`.
    TEST_TEMPLATE = 46310002
    ACCESS_LOG_SEAL = 46310003
    DEMO = 46310004
    INITIAL_DATA = 46310010
    # With the year.
    BUDGET_YEAR = 46310005
    SETTLEMENTS = 46310008
    INVOICES = 46310009
    # Function `refuse_trust_overdraft` names the number.
    TRUST_YEAR = 46310011
    TRIP_FUND = 46310012
    SERVICE_HOURS = 46310013
    TRIP_ROUNDS = 46310014
    # With a hash of the provider's id.
    ABSENCE_PROVIDER = 46310501
    # With a stripe of external ids and identity numbers (`app.participants.locks`).
    PARTICIPANT = 46310601
    # With a hash of the participant's id: function `refuse_too_large_share` names the number.
    PARTICIPANT_SHARES = 46310701
