"""The access log's tables: one row per request, and the seals over the rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    FetchedValue,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

# The last 24 bits of a row's id are zero: a line's id is the row's plus the line's place in the row.
LINE_BITS = 24


class AccessLog(SQLModel, table=True):
    """One request that accessed somebody's data, or was denied it. Rows are only ever added.

    Readers see one line for each element of `participant_ids`, then one for each of `denied_ids`. The ids have no
    foreign keys: a denied request for what does not exist is logged as well, and its id may be null.

    Attributes:
        transaction_number: of the transaction that inserted the row, counted as the events' are (`event_number()`).
        participant_ids: the participants that were accessed; of a denied request, those that were asked for; one
            null for an act on many at once.
        denied_ids: ids of records or objects that were asked for in vain, also in a request that was allowed: the
            first hundred of them.
        more_denied: how many more there were.
        reason: why a case officer opened a person with a protected address, as stated (`app.http.access_reasons`).
        reference: the case that the reason belongs to, if one was named.
    """

    __tablename__ = "access_log"
    __table_args__ = (
        PrimaryKeyConstraint("id", "at"),
        CheckConstraint("outcome in ('allowed', 'denied')", name="outcome"),
        CheckConstraint("more_denied >= 0", name="more_denied"),
        CheckConstraint("reason in ('case', 'follow_up', 'complaint', 'other')", name="reason"),
        CheckConstraint(
            "reference is null or length(reference) between 1 and 100 and reason is not null", name="reference"
        ),
        CheckConstraint("right(id::text, 6) = '000000'", name="id"),
        CheckConstraint("cardinality(participant_ids) + cardinality(denied_ids) between 1 and 16777215", name="lines"),
        Index("ix_access_log_transaction_number", "transaction_number"),
        Index("ix_access_log_participant_ids", "participant_ids", postgresql_using="gin"),
        Index(
            "ix_access_log_denied_ids",
            "denied_ids",
            postgresql_using="gin",
            postgresql_where=text("denied_ids <> '{}'"),
        ),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: UUID
    transaction_number: int = Field(
        default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": FetchedValue()}, nullable=False
    )
    at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": FetchedValue()},
        nullable=False,
    )
    actor: str
    organisation: str | None = None
    supplier: str | None = None
    action: str
    method: str
    route: str
    purpose: str
    outcome: str
    request_id: str
    participant_ids: list[UUID | None] = Field(sa_type=ARRAY(Uuid))
    denied_ids: list[UUID | None] = Field(sa_type=ARRAY(Uuid))
    more_denied: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reason: str | None = None
    reference: str | None = None


class AccessLogSeal(SQLModel, table=True):
    """A range of rows that is closed: what each row was, and a digest over the range and the seal before it.

    The keyed values are made by the service (`seals.py`) with a key that the database does not have. They stay when
    rows past their retention are dropped with their month.

    Attributes:
        range_number: 1 for the first range, and so on without a gap.
        sealed_at: the transaction's time by the database's clock.
        first_transaction: the range holds the rows from this transaction number on …
        end_transaction: … up to, and not with, this one.
        next_transaction: the number of the first transaction that had not begun when the range was closed.
        row_ids: the ids of its rows in the order of (transaction_number, id, at).
        row_codes: their authentication codes, 16 bytes each, in the same order.
        digest: 32 bytes.
        next_commitment: SHA-256 of the proof that the next seal must come with, so that only who has the key can add.
    """

    __tablename__ = "access_log_seal"
    __table_args__ = (
        CheckConstraint("range_number > 0", name="range_number"),
        CheckConstraint("first_transaction < end_transaction", name="end_transaction"),
        CheckConstraint("end_transaction <= next_transaction", name="next_transaction"),
        CheckConstraint("length(row_codes) = 16 * cardinality(row_ids)", name="row_codes"),
        CheckConstraint("length(digest) = 32", name="digest"),
    )

    range_number: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    sealed_at: datetime = Field(sa_type=DateTime(timezone=True))
    first_transaction: int = Field(sa_type=BigInteger)
    end_transaction: int = Field(sa_type=BigInteger)
    next_transaction: int = Field(sa_type=BigInteger)
    row_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    row_codes: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
    next_commitment: bytes = Field(sa_type=LargeBinary)


class AccessLogRetirement(SQLModel, table=True):
    """What was dropped of the log because it was past its retention (`retirement.py`). The newest counts.

    Attributes:
        retired_before: rows whose `at` was before this instant, the beginning of a month in UTC, are gone.
        rows: how many were dropped this time.
        misdated_ids: rows whose id and `at` lie on two sides of that instant, gone or kept by their `at`.
        code: 32 bytes, made with the log's key.
    """

    __tablename__ = "access_log_retirement"
    __table_args__ = (
        CheckConstraint("rows > 0", name="rows"),
        CheckConstraint("length(code) = 32", name="code"),
    )

    retired_before: datetime = Field(sa_type=DateTime(timezone=True), primary_key=True)
    retired_at: datetime = Field(sa_type=DateTime(timezone=True))
    rows: int = Field(sa_type=BigInteger)
    misdated_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    code: bytes = Field(sa_type=LargeBinary)
