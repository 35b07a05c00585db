"""The demo's stairs: what is published, services that the plan names (004 § 4.1), and examples of needs."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.rules.stairs import Stair
from app.stairs import needs, stairs
from app.stairs.published import add_published_stairs
from app.stairs.schemas import NeedIn, PopulationIn, ServiceIn
from app.stairs.tables import StairService, StairStep

BEGAN = date(2022, 1, 1)
SCENARIO = "Hovudalternativ"
# Category, name, for whom, provided by, and how to ask for it; None: by an application to the municipality.
SERVICES = (
    (1, "Psykolog", "Barn, unge og vaksne som strevar psykisk", "Psykisk helse og rus", "Ring tenesta sjølv."),
    (1, "Fastlege", "Alle som bur i kommunen", "Legekontora i kommunen", "Ring legekontoret ditt."),
    (
        1,
        "Møteplassar og aktivitetar saman med frivillige",
        "Alle som vil ha selskap og noko å gjere",
        "Frivilligsentralane",
        "Møt opp.",
    ),
    (2, "Jobbsenter", "Vaksne som treng tilrettelagt arbeid", "Alver kommune", None),
    (2, "Dagtilbod", "Vaksne som treng aktivitet på dagtid", "Habilitering", None),
    (2, "Støttekontakt", "Deg som treng hjelp til å kome deg ut", "Habilitering", None),
    (2, "Heimehjelp", "Deg som treng hjelp til det praktiske i heimen", "Heimetenesta", None),
    (
        2,
        "Friskliv-, lærings- og meistringstilbod",
        "Deg som vil endre levevanar eller lære å leve med sjukdom",
        "Frisklivssentralen",
        "Ta kontakt med Frisklivssentralen, med eller utan tilvising.",
    ),
    (2, "Kvalifiseringsprogram", "Deg som treng hjelp til å kome i arbeid", "NAV Alver", "Ta kontakt med NAV."),
    (4, "Sjukeheim", "Deg som treng omsorg og behandling heile døgnet", "Sjukeheimane i kommunen", None),
)


async def add_stairs(unit: UnitOfWork) -> None:
    """Both stairs as they are published, services on them, and needs that are examples."""
    await add_published_stairs(unit)
    steps = {
        (step.stair, step.number): step.id for step in await unit.select(select(StairStep).order_by(col(StairStep.id)))
    }
    for category, name, for_whom, provided_by, how_to_apply in SERVICES:
        await stairs.record_service(
            unit,
            "activity",
            ServiceIn(
                step_id=steps["activity", category],
                name=name,
                for_whom=for_whom,
                provided_by=provided_by,
                requires_decision=how_to_apply is None or name == "Kvalifiseringsprogram",
                how_to_apply=how_to_apply,
                valid_from=BEGAN,
            ),
        )
    enterprises = await stairs.record_service(
        unit,
        "activity",
        ServiceIn(
            step_id=steps["activity", stairs.MASTERY],
            kind="sheltered_enterprise",
            name="Plass i vekstbedrift",
            for_whom="Vaksne som treng tilrettelagt arbeid eller aktivitet over tid",
            provided_by="Aufera AS, Gløde AS og KIM AS",
            requires_decision=True,
            valid_from=BEGAN,
        ),
    )
    nursing = await unit.select(
        select(StairService).where(col(StairService.kind) == "nursing_home").order_by(col(StairService.id))
    )
    stated: tuple[tuple[Stair, UUID, UUID | None, int], ...] = (
        ("housing", nursing[0].step_id, None, 176),
        ("activity", enterprises.step_id, enterprises.id, 33),
    )
    for stair, step_id, service_id, number in stated:
        body = NeedIn(
            step_id=step_id,
            service_id=service_id,
            number=number,
            year=BEGAN.year,
            scenario=SCENARIO,
            source="Døme i demoen",
        )
        await needs.record_need(unit, stair, body)
    population = PopulationIn(year=BEGAN.year, people_80_plus=1056, source="Døme i demoen")
    await needs.record_population(unit, population)
