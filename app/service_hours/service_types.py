"""Kinds of service, and the norms by which their hours become staff and cost (S3, S5, S8)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app import clock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.service_hours.norms import find_norm, load_norms
from app.service_hours.problems import NORM_WITHOUT_SOURCE, SERVICE_TYPE_EXISTS
from app.service_hours.schemas import NORM_FIELDS, ServiceTypeIn, ServiceTypeOut, ServiceTypePatch
from app.service_hours.tables import ServiceType, ServiceTypeNorm

SHELTERED_PLACE = "sheltered_place"
"""S5: the kind of service that a place is, of which nobody pushes hours: its row is made from the placements."""


async def load_service_type(queries: Queries, service_type_id: UUID, *, lock: bool = False) -> ServiceTypeOut:
    """The kind with its norms of today. Raises `NOT_FOUND`."""
    [found] = await describe(queries, [await find(queries, ServiceType, service_type_id, lock=lock)])
    return found


async def describe(queries: Queries, service_types: Iterable[ServiceType]) -> list[ServiceTypeOut]:
    """Kinds of service, each with its norms of today; changed when they were last changed."""
    today = clock.today()
    norms = await load_norms(queries, today)
    found = []
    for one in service_types:
        own = norms.get(one.code, [])
        changed = max([one.updated_at, *(norm.recorded_at for norm in own)])
        found.append(
            ServiceTypeOut.model_validate({**one.model_dump(), **_get_norm(own, today), "updated_at": changed})
        )
    return found


async def record_service_type(unit: UnitOfWork, body: ServiceTypeIn) -> ServiceTypeOut:
    """A new kind. Raises `norm-without-source`, and `service-type-exists` by the database's constraint.

    Its norms hold of every day unless a first one is named: there are no hours of it, so they change no figure.
    """
    if body.code == SHELTERED_PLACE:
        raise SERVICE_TYPE_EXISTS(pointer="#/code")
    service_type = ServiceType(code=body.code, name=body.name)
    unit.session.add(service_type)
    await unit.session.flush()
    norm = {name: value for name, value in body if name in NORM_FIELDS}
    await _record_norm(unit, service_type, norm, body.valid_from, [])
    [found] = await describe(unit, [service_type])
    return found


async def change_service_type(unit: UnitOfWork, service_type_id: UUID, body: ServiceTypePatch) -> ServiceTypeOut:
    """The kind with the fields that were sent; norms from `valid_from` on, or today. Raises `NOT_FOUND`,
    `norm-without-source`."""
    service_type = await find(unit, ServiceType, service_type_id, lock=True)
    sent = {name: value for name, value in body if name in body.model_fields_set}
    valid_from = sent.pop("valid_from", clock.today())
    norm = {name: sent.pop(name) for name in NORM_FIELDS if name in sent}
    if sent:
        service_type.sqlmodel_update(sent)
        await unit.session.flush()
    norms = (await load_norms(unit, clock.today())).get(service_type.code, [])
    await _record_norm(unit, service_type, norm, valid_from, norms)
    [found] = await describe(unit, [service_type])
    return found


async def _record_norm(
    unit: UnitOfWork,
    service_type: ServiceType,
    sent: dict[str, Any],
    valid_from: date | None,
    norms: Sequence[ServiceTypeNorm],
) -> None:
    """S8: what is sent, and what holds on that day of the rest; nothing where that is what holds already."""
    held = _get_norm(norms, valid_from)
    if held | sent == held:
        return
    norm = ServiceTypeNorm(service_type=service_type.code, valid_from=valid_from, **(held | sent))
    _require_sources(norm)
    unit.session.add(norm)
    await unit.session.flush()


def _get_norm(norms: Sequence[ServiceTypeNorm], day: date | None) -> dict[str, Any]:
    norm = find_norm(norms, day)
    return dict.fromkeys(NORM_FIELDS) if norm is None else norm.model_dump(include=NORM_FIELDS)


def _require_sources(norm: ServiceTypeNorm) -> None:
    """S5: a norm or a cost has its source, or there is neither. Raises `norm-without-source`."""
    if (norm.hours_per_full_time_equivalent is None) != (norm.norm_source is None):
        raise NORM_WITHOUT_SOURCE(pointer="#/norm_source")
    if (norm.cost_per_hour is None) != (norm.cost_source is None):
        raise NORM_WITHOUT_SOURCE(pointer="#/cost_source")
