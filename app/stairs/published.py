"""What the stairs begin with: the four categories (004 § 4.1), and the plan's table of housing (004 § 4.2), as printed.

The table's printed totals do not agree with its cells (K6). They are stored as they were printed.
"""

from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.rules.stairs import AREAS
from app.stairs import published_tables, stairs
from app.stairs.schemas import ServiceIn, StepIn, TableIn
from app.stairs.tables import StairStep

AS_OF = date(2022, 6, 1)
SOURCE = "Utkast til kommunedelplan for helse, omsorg og sosial, 12.09.2022, kap. 4.2"

CATEGORIES = (
    (
        1,
        "Tidleg innsats, helsefremmande og førebyggande arbeid",
        "Tilbod som er opne for alle, og som skal hjelpe deg før du får større vanskar. Du treng ikkje vedtak.",
    ),
    (
        2,
        "Meistring – arbeid, bustad og aktivitet",
        "Tilbod som hjelper deg å meistre kvardagen, ha noko å gå til og bu for deg sjølv.",
    ),
    (3, "Helsehjelp til heimebuande", "Helsehjelp til deg som bur heime."),
    (
        4,
        "Omsorg og behandling ved alvorleg sjukdom og funksjonssvikt",
        "Omsorg og behandling når du ikkje lenger kan klare deg heime.",
    ),
)
HOUSING_STEPS = (
    (3, "Omsorgsbustad utan fast bemanning", "Du bur i ein tilrettelagd bustad utan base eller fast bemanning."),
    (
        4,
        "Omsorgsbustad med bemanning dag og kveld",
        "Du bur i ein tilrettelagd bustad med base, der det er personale om dagen og kvelden.",
    ),
    (5, "Omsorgsbustad med heildøgns omsorg", "Du bur i ein tilrettelagd bustad med personale heile døgnet."),
    (6, "Sjukeheim", "Du bur på sjukeheim for ei tid eller fast, og får behandling og omsorg heile døgnet."),
)
# Step, service, its kind, places by area in the order of AREAS, and the printed total of the row.
HOUSING_ROWS = (
    (3, "Omsorgsbustader utan base/fast bemanning", "other", (27, 30, 0, 22, 0, 9), 93),
    (4, "Omsorgsbustader med base/bemanning dag/kveld", "other", (0, 0, 0, 0, 0, 0), 0),
    (5, "Omsorgsbustader med heildøgns omsorg", "other", (0, 0, 21, 6, 28, 0), 55),
    (6, "Sjukeheimsplassar korttid", "nursing_home", (21, 10, 7, 0, 0, 0), 38),
    (6, "Sjukeheimsplassar langtid", "nursing_home", (49, 34, 31, 24, 0, 0), 138),
)
PRINTED_PLACE_TOTALS = (97, 79, 60, 52, 28, 9)
PRINTED_TOTAL = 323
TARGET_GROUP = "Hovudsakleg eldre"


async def add_published_stairs(unit: UnitOfWork) -> int:
    """Store both stairs unless there is a step already. Answers the number of new steps."""
    if await unit.fetch_value(select(func.count(col(StairStep.id)))):
        return 0
    steps = {
        number: await stairs.record_step(unit, "housing", StepIn(number=number, name=name, description=description))
        for number, name, description in HOUSING_STEPS
    }
    rows = []
    for number, name, kind, cells, printed in HOUSING_ROWS:
        body = {
            "step_id": steps[number].id,
            "kind": kind,
            "name": name,
            "for_whom": TARGET_GROUP,
            "provided_by": "Alver kommune",
            "requires_decision": True,
            "valid_from": AS_OF,
        }
        service = await stairs.record_service(unit, "housing", ServiceIn.model_validate(body))
        counted = [{"place": place, "number": count} for place, count in zip(AREAS, cells, strict=True)]
        row = {"step_id": steps[number].id, "service_id": service.id, "cells": counted, "printed_total": printed}
        rows.append(row)
    table = {
        "as_of": AS_OF,
        "source": SOURCE,
        "target_group": TARGET_GROUP,
        "rows": rows,
        "printed_place_totals": [
            {"place": place, "number": count} for place, count in zip(AREAS, PRINTED_PLACE_TOTALS, strict=True)
        ],
        "printed_total": PRINTED_TOTAL,
    }
    await published_tables.record_table(unit, "housing", TableIn.model_validate(table))
    for number, name, description in CATEGORIES:
        body_of_step = StepIn(number=number, category=number, name=name, description=description)
        await stairs.record_step(unit, "activity", body_of_step)
    return len(HOUSING_STEPS) + len(CATEGORIES)
