"""Events as clients see them: CloudEvents 1.0 in JSON."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.http.schemas import Shape

SOURCE = "/vekstplass"


class CloudEvent(Shape):
    """An event (CloudEvents 1.0.2). It holds ids and amounts, no personal data."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Field(examples=[SOURCE])] = SOURCE
    type: Annotated[str, Field(examples=["budget.overrun"], description="`<noun>.<what happened>`.")]
    subject: Annotated[
        str, Field(examples=["/v1/budgets/2022/position"], description="Path of the object the event is about.")
    ]
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]


class EventPage(Shape):
    """One page of events. `next` is null on the last page; `last` is the cursor to continue from later."""

    items: list[CloudEvent]
    next: str | None
    last: str | None
