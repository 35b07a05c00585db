"""Kinds of service with the norms by which their hours are weighed, as known on a day (S5, S8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.mirror.schemas import NormOfDays
from app.rules.service_norms import Norm, NormDays, cut_by_norms
from app.service_hours.norms import find_norm, load_norms
from app.service_hours.tables import ServiceType, ServiceTypeNorm


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """A kind of service, and its norms in the order of the days they hold from."""

    code: str
    name: str
    norms: Sequence[ServiceTypeNorm]

    def cut(self, first_day: date, last_day: date) -> list[NormDays]:
        """The days of a period by the norm that holds."""
        norms = [
            Norm(
                one.valid_from or date.min,
                None if one.hours_per_full_time_equivalent is None else Fraction(one.hours_per_full_time_equivalent),
                None if one.cost_per_hour is None else Fraction(one.cost_per_hour),
            )
            for one in self.norms
        ]
        return cut_by_norms(norms, first_day, last_day)

    def list_norms(self, first_day: date, last_day: date) -> list[NormOfDays]:
        """The norms that were used of a period, each with its days."""
        parts = [(days, find_norm(self.norms, days.first_day)) for days in self.cut(first_day, last_day)]
        return [
            NormOfDays(
                valid_from=norm.valid_from,
                from_=days.first_day,
                to=days.last_day,
                hours_per_full_time_equivalent=norm.hours_per_full_time_equivalent,
                norm_source=norm.norm_source,
                cost_per_hour=norm.cost_per_hour,
                cost_source=norm.cost_source,
            )
            for days, norm in parts
            if norm is not None
        ]


async def load_kinds(queries: Queries, on: date) -> Mapping[str, ServiceKind]:
    """Every kind of service by its code, with the case office's rights."""
    async with queries.acting_as("case_officer"):
        norms = await load_norms(queries, on)
        types = await queries.select(select(ServiceType).order_by(col(ServiceType.code)))
    return {one.code: ServiceKind(one.code, one.name, norms.get(one.code, [])) for one in types}
