"""The versions of the trip scheme (T6)."""

from datetime import date
from typing import Literal

from sqlalchemy import CheckConstraint, SmallInteger, String, UniqueConstraint
from sqlmodel import Field

from app.database.base import Row

AllowanceDays = Literal["calendar_days", "nights"]


class TripScheme(Row, table=True):
    """The scheme's parameters from a day on, until its last day or the next version (T6). Rows are only added."""

    __tablename__ = "trip_scheme"
    __table_args__ = (
        UniqueConstraint("valid_from"),
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        CheckConstraint("most_nights between 1 and 60", name="most_nights"),
        CheckConstraint("long_from_nights between 1 and 60", name="long_from_nights"),
        CheckConstraint("notice_months_long between 0 and 24", name="notice_months_long"),
        CheckConstraint("notice_months_short between 0 and 24", name="notice_months_short"),
        CheckConstraint("participant_percent between 0 and 50", name="participant_percent"),
        CheckConstraint("travel_weight ~ '^[0-9]{1,2}/[1-9][0-9]?$'", name="travel_weight"),
        CheckConstraint("passive_night_weight ~ '^[0-9]{1,2}/[1-9][0-9]?$'", name="passive_night_weight"),
        CheckConstraint("allowance_days in ('calendar_days', 'nights')", name="allowance_days"),
        CheckConstraint("length(source) between 1 and 500", name="source"),
    )

    valid_from: date
    valid_to: date | None = None
    most_nights: int = Field(sa_type=SmallInteger)
    long_from_nights: int = Field(sa_type=SmallInteger)
    notice_months_long: int = Field(sa_type=SmallInteger)
    notice_months_short: int = Field(sa_type=SmallInteger)
    participant_percent: int = Field(sa_type=SmallInteger)
    travel_weight: str
    passive_night_weight: str
    allowance_days: AllowanceDays = Field(sa_type=String)
    source: str
