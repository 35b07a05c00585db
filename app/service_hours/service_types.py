"""Kinds of service, and the norms by which their hours become staff and cost (S3, S5)."""

from uuid import UUID

from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.service_hours.problems import NORM_WITHOUT_SOURCE
from app.service_hours.schemas import ServiceTypeIn, ServiceTypePatch
from app.service_hours.tables import ServiceType


async def record_service_type(unit: UnitOfWork, body: ServiceTypeIn) -> ServiceType:
    """A new kind. Raises `norm-without-source`, and `service-type-exists` by the database's constraint."""
    service_type = ServiceType(**body.model_dump())
    _require_sources(service_type)
    unit.session.add(service_type)
    await unit.session.flush()
    return service_type


async def change_service_type(unit: UnitOfWork, service_type_id: UUID, body: ServiceTypePatch) -> ServiceType:
    """The kind with the fields that were sent. Raises `NOT_FOUND`, `norm-without-source`."""
    service_type = await find(unit, ServiceType, service_type_id, lock=True)
    service_type.sqlmodel_update(body.model_dump(exclude_unset=True))
    _require_sources(service_type)
    await unit.session.flush()
    return service_type


def _require_sources(service_type: ServiceType) -> None:
    """S5: a norm or a cost has its source, or there is neither. Raises `norm-without-source`."""
    if (service_type.hours_per_full_time_equivalent is None) != (service_type.norm_source is None):
        raise NORM_WITHOUT_SOURCE(pointer="#/norm_source")
    if (service_type.cost_per_hour is None) != (service_type.cost_source is None):
        raise NORM_WITHOUT_SOURCE(pointer="#/cost_source")
