"""The demo's hours of services (S3): need, decision and delivery of the people who have places."""

from datetime import date, timedelta
from typing import Any

from app.database.unit_of_work import UnitOfWork
from app.http.openapi_examples import demo_id
from app.service_hours.batch import push_hours
from app.service_hours.schemas import ServiceHoursItem, ServiceTypeIn
from app.service_hours.service_types import record_service_type
from app.service_hours.tables import ServiceType

NUMBERED: dict[type[object], str] = {ServiceType: "service_type"}
_TYPES: tuple[dict[str, str], ...] = (
    {
        "code": "home_help",
        "name": "Heimehjelp",
        "hours_per_full_time_equivalent": "35.50",
        "norm_source": "Døme: arbeidstida i turnus",
        "cost_per_hour": "520.00",
        "cost_source": "Døme: lønsbudsjettet for 2022",
    },
    {
        "code": "support_contact",
        "name": "Støttekontakt",
        "hours_per_full_time_equivalent": "37.50",
        "norm_source": "Døme: arbeidstida på dagtid",
        "cost_per_hour": "290.00",
        "cost_source": "Døme: lønsbudsjettet for 2022",
    },
    {"code": "personal_assistance", "name": "Brukarstyrt personleg assistanse"},
)
_PEOPLE = 24
# Hundredths of need, decision and delivery; of the n-th person the n-th row, over and over. None is not recorded.
_HOURS: tuple[tuple[int | None, int | None, int | None], ...] = (
    (1000, 1000, 950),
    (1200, 1050, 1000),
    (600, 600, 600),
    (1550, 1200, 1200),
    (800, 900, 850),
    (2000, 2000, 1800),
)
_WITHOUT_NEED, _WITHOUT_DECISION = (4, 11), (16, 23)
_ENDS = (20, 21)
"""Numbers of people: without a recorded need, without a decision, and whose hours are until the end of August."""


async def add_hours(unit: UnitOfWork) -> None:
    """Kinds of service with and without a norm, and hours of everybody with a place."""
    for body in _TYPES:
        await record_service_type(unit, ServiceTypeIn.model_validate(body))
    items = [_describe(number, "home_help", number) for number in range(1, _PEOPLE + 1)]
    items += [_describe(number, "support_contact", number + 2) for number in range(1, _PEOPLE + 1, 3)]
    results = await push_hours(unit, [(ServiceHoursItem.model_validate(item), item["external_id"]) for item in items])
    # A push writes its rows as a set, which no object stands for that could be numbered.
    for number, result in enumerate(results, 1):
        id_ = demo_id("service_hours", number)
        await unit.execute("update service_hours set id = $1 where id = $2", id_, result.service_hours_id)


def _describe(number: int, service_type: str, row: int) -> dict[str, Any]:
    assessed, decided, delivered = _HOURS[row % len(_HOURS)]
    if service_type == "home_help" and number in _WITHOUT_NEED:
        assessed = None
    if service_type == "home_help" and number in _WITHOUT_DECISION:
        decided = delivered = None
    return {
        "external_id": f"{service_type}-{number:04}",
        "revision": 1,
        "participant_id": demo_id("participant", number),
        "service_type": service_type,
        "from": date(2022, 1, 1),
        "to": date(2022, 8, 31) if number in _ENDS else None,
        "assessed_hours": _format(assessed),
        "decided_hours": _format(decided),
        "delivered_hours": _format(delivered),
        "need_grade": ("limited", "moderate", "extensive")[number % 3],
        "tool": "IPLOS",
        "assessed_on": None if assessed is None else date(2021, 11, 1) + timedelta(days=9 * number),
    }


def _format(hundredths: int | None) -> str | None:
    return None if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"
