"""What readers of the access log see."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits

from app.http.access_reasons import Reason
from app.http.schemas import Shape

Outcome = Literal["allowed", "denied"]


class AccessLogOut(Shape):
    """One access to, or change of, one person's data, or a denied one.

    Of a denied one, `participant_id` or `object_id` is what was asked for, whether it exists or not.
    """

    id: UUID
    at: datetime
    actor: Annotated[str, Limits(examples=["org:0192:310300403"])]
    organisation: str | None
    supplier: Annotated[str | None, Limits(description="The supplier that called for the organisation (Maskinporten).")]
    participant_id: UUID | None
    object_id: UUID | None
    more_denied: Annotated[
        int, Limits(description="How many more ids the request asked for in vain, beyond the first hundred.")
    ]
    action: Annotated[str, Limits(examples=["read_placement"])]
    method: str
    route: Annotated[str, Limits(examples=["/v1/placements/{placement_id}"])]
    purpose: Annotated[str, Limits(examples=["provision"])]
    legal_basis: str
    reason: Annotated[
        Reason | None,
        Limits(description="Why the case office opened a person with a protected address (`X-Access-Reason`)."),
    ]
    reference: Annotated[str | None, Limits(description="The case that it named (`X-Access-Reference`).")]
    outcome: Outcome
    request_id: str


class AccessSummaryRow(Shape):
    """What one caller asked for, for one purpose."""

    actor: Annotated[str, Limits(examples=["person:test-case_officer"])]
    organisation: str | None
    purpose: Annotated[str, Limits(examples=["case_handling"])]
    requests: Annotated[int, Limits(description="Requests that were allowed.")]
    people: Annotated[int, Limits(description="How many different participants they were about.")]
    denied: Annotated[int, Limits(description="Requests that were denied.")]
    first_at: datetime
    last_at: datetime


class AccessSummaryOut(Shape):
    """The access log of a period, per caller and purpose."""

    from_: Annotated[date, Limits(alias="from")]
    to: date
    items: list[AccessSummaryRow]
    next: str | None = None


class UnusualAccess(Shape):
    """What one person looked at on one day, and why somebody should ask about it. It is no fault by itself."""

    kind: Annotated[
        Literal["outside_office_hours", "far_above_median", "same_family_name"],
        Limits(
            description="Before 7, from 17, or in a weekend; at least 20 people, and three times the caller's own"
            " median of the 90 days before; or somebody with the caller's own family name."
        ),
    ]
    day: date
    actor: Annotated[str, Limits(examples=["person:test-case_officer"])]
    requests: Annotated[int, Limits(description="Those requests that are unusual.")]
    people: Annotated[int, Limits(description="How many different participants they were about.")]
    median_people: Annotated[int | None, Limits(description="The caller's own median, of `far_above_median`.")] = None
    participant_ids: Annotated[
        list[UUID], Limits(description="The namesakes, of `same_family_name`; empty otherwise.")
    ] = []


class UnusualAccessOut(Shape):
    """The unusual looks of a period."""

    from_: Annotated[date, Limits(alias="from")]
    to: date
    items: list[UnusualAccess]
    next: str | None = None
