"""Absences with their earlier revisions, and the reviews that extensive absence asks for (A1–A3)."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, get_args
from uuid import UUID

import msgspec
from msgspec import Meta
from pydantic import Field as Limits
from pydantic import GetPydanticSchema, StrictBool, create_model, model_validator
from pydantic_core import core_schema

from app.http.schemas import PYTHON_TEXT, Day, FieldFault, Line, Percent, Prose, Revision, Shape, Stored, text
from app.rules.absence import AbsenceKind
from app.rules.revisions import MAX_REVISION

KINDS: tuple[AbsenceKind, ...] = get_args(AbsenceKind)
ExternalId = Annotated[
    str,
    text(100),
    Meta(min_length=1, max_length=100, pattern=PYTHON_TEXT),
    Limits(description="The absence's id in the provider's system. Never an identity number.", examples=["F-1"]),
]
RevisionNumber = Annotated[
    Revision, Meta(ge=0, le=MAX_REVISION), Limits(description="The highest revision wins (A2).", examples=[1])
]
KindIn = Annotated[AbsenceKind, Limits(examples=["sick"])]
FirstDay = Annotated[Day, Limits(alias="from", description="The first day, which counts.", examples=["2022-08-22"])]
LastDay = Annotated[Day, Limits(alias="to", description="The last day, which counts.", examples=["2022-08-23"])]
ShareOfDay = Annotated[Percent, Meta(ge=1, le=100), Limits(description="Share of the day in percent.")]
Note = Annotated[
    Annotated[Line, Meta(min_length=1, max_length=500, pattern=PYTHON_TEXT)] | None,
    Limits(description="At most 500 characters. No identity number, no diagnosis.", examples=["Ringde sjølv."]),
]


class _Period(Shape):
    starts_on: FirstDay
    ends_on: LastDay

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise FieldFault("to", "er før «from»")
        return self


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

IdText = Annotated[
    str,
    Meta(min_length=36, max_length=36),
    # In any spelling; what comes out is the one above, which is the only one to `AbsenceItem`.
    GetPydanticSchema(lambda _, handler: core_schema.no_info_after_validator_function(str, handler(UUID))),
]
"""An id as text: ten thousand objects for them cost more than all the rest of a push."""


@lru_cache(maxsize=1024)
def _is_id(text: str) -> bool:
    # A push names each of its placements over and over. What is remembered has the length of an id: `IdText` has it.
    return _ID.fullmatch(text) is not None


_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)


class AbsenceItem(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One absence as a system pushes it (A1, A2).

    Each type says its limits to msgspec and to pydantic: see `AbsenceItemModel`.
    """

    external_id: ExternalId
    revision: RevisionNumber
    placement_id: IdText
    kind: KindIn
    starts_on: FirstDay = msgspec.field(name="from")
    ends_on: LastDay = msgspec.field(name="to")
    percent: ShareOfDay = 100
    note: Note = None
    cancelled: Annotated[StrictBool, Limits(description="Cancelled permanently.")] = False
    provider_id: Annotated[
        IdText | None, Limits(description="The case office names the provider; a provider's items are its own.")
    ] = None

    def __post_init__(self) -> None:
        if not _FIRST_DAY <= self.starts_on <= self.ends_on <= _LAST_DAY:
            raise ValueError("no period from 1900 to 2099")
        if not _is_id(self.placement_id) or not (self.provider_id is None or _is_id(self.provider_id)):
            raise ValueError("no id in lower case with hyphens")


_FIELDS: dict[str, Any] = {
    field.name: (field.type, ... if field.required else field.default) for field in msgspec.structs.fields(AbsenceItem)
}
AbsenceItemModel = create_model(
    "AbsenceItem", __base__=_Period, __doc__="One absence as a system pushes it (A1, A2).", **_FIELDS
)
"""The same fields to pydantic, which describes them, and says what is wrong with an item that msgspec refuses."""


class AbsenceIn(_Period):
    """An absence to record. Without an external id it is given one."""

    placement_id: UUID
    kind: KindIn
    percent: ShareOfDay = 100
    note: Note = None
    external_id: ExternalId | None = None
    revision: RevisionNumber = 1


class AbsencePatch(Shape):
    """Changes to an absence; a field left out is unchanged. The change is a new revision."""

    kind: KindIn = Limits(default_factory=lambda: KINDS[0])
    starts_on: FirstDay = Limits(default_factory=lambda: date.min)
    ends_on: LastDay = Limits(default_factory=lambda: date.min)
    percent: ShareOfDay = Limits(default_factory=lambda: 100)
    note: Note = None


class AbsenceOut(Stored):
    """An absence in its highest revision."""

    provider_id: UUID
    external_id: str
    placement_id: UUID
    revision: int
    kind: AbsenceKind
    starts_on: Annotated[date, Limits(serialization_alias="from")]
    ends_on: Annotated[date, Limits(serialization_alias="to")]
    percent: int
    note: str | None
    cancelled: bool


class AbsenceRevisionOut(Stored):
    """An earlier revision, valid from `recorded_at` until it was replaced (`created_at`)."""

    revision: int
    placement_id: UUID
    kind: AbsenceKind
    starts_on: Annotated[date, Limits(serialization_alias="from")]
    ends_on: Annotated[date, Limits(serialization_alias="to")]
    percent: int
    note: str | None
    cancelled: bool
    recorded_at: datetime


Outcome = Literal["no_change", "follow_up", "change", "end"]


class AbsenceReviewIn(Shape):
    """What was decided about a placement's extensive absence."""

    reviewed_on: Annotated[Day, Limits(examples=["2022-08-31"])]
    outcome: Annotated[Outcome, Limits(description="No change, follow-up, or a change or end to be decided (L5).")]
    reason: Annotated[Prose, Limits(examples=["Avklart med verje; nytt møte om tre månader."])]


class AbsenceReviewOut(Stored):
    """A review of a placement's extensive absence (A3)."""

    placement_id: UUID
    provider_id: UUID
    reviewed_on: Day
    outcome: Outcome
    reason: str
    reviewed_by: str


Hundredths = Annotated[str, Limits(pattern=r"^[0-9]+\.[0-9]{2}$", examples=["31.25"])]


class AbsenceSummary(Shape):
    """Absent and planned days in the window that ends on `on` (A3). Days have two decimals."""

    placement_id: UUID
    on: date
    window_from: date
    planned: Annotated[Hundredths, Limits(description="Weekdays that are not public holidays, times the share.")]
    absent: Annotated[
        Hundredths,
        Limits(
            description="Absent days that count: not `holiday`, and in each calendar week (Monday to Sunday) at most "
            "the planned days."
        ),
    ]
    share: Annotated[Hundredths, Limits(description="Absent days as percent of planned days; at most 100.")]
    threshold_percent: Annotated[int, Limits(description="From this share on the absence is extensive.")]
    by_kind: Annotated[
        dict[AbsenceKind, Hundredths],
        Limits(
            description="Absent days of every kind as documented, `holiday` too: a whole day is a day, whatever the "
            "share. Together they may be more than `absent`."
        ),
    ]
    review_due: Annotated[
        bool,
        Limits(description="The absence is extensive, and not reviewed since the latest was recorded."),
    ]


class AbsenceReportRow(Shape):
    """A placement's absence of one kind in the period."""

    placement_id: UUID
    kind: AbsenceKind
    absences: Annotated[int, Limits(description="How many absences touch the period.")]
    days: Annotated[
        Hundredths,
        Limits(description="Absent days as documented, among weekdays that are no public holiday, whatever the share."),
    ]


class AbsenceReport(Shape):
    """A provider's absence in a period, per placement and kind."""

    provider_id: UUID
    starts_on: Annotated[date, Limits(serialization_alias="from")]
    ends_on: Annotated[date, Limits(serialization_alias="to")]
    items: list[AbsenceReportRow]
    next: str | None


class AbsenceBatchItemOut(Shape):
    """The result of one item. `index` is its position in the body, from 0."""

    index: int
    external_id: Annotated[str | None, Limits(description="Null if the item has no valid external id.")]
    status: Literal["created", "updated", "unchanged", "cancelled", "conflict", "rejected"]
    absence_id: UUID | None
    problem: Annotated[
        dict[str, str | int | list[dict[str, str]]] | None,
        Limits(description="Problem details (RFC 9457) of a `conflict` or `rejected`, otherwise null."),
    ]


class AbsenceBatchOut(Shape):
    """The result of a batch. `accepted` counts `created`, `updated`, `unchanged` and `cancelled`."""

    accepted: int
    rejected: int
    items: list[AbsenceBatchItemOut]
