"""Refusals of the stairs (K1–K5)."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

STEP_NUMBER_TAKEN = problem_type(
    "step-number-taken",
    409,
    title="Trappa har alt eit trinn med det nummeret",
    nn="Trappa har alt eit trinn med det nummeret. Vel eit anna nummer, eller endra trinnet som finst.",
    en="The stair already has a step with this `number` (K1).",
)
SHELTERED_ENTERPRISE_ON_STAIR = problem_type(
    "sheltered-enterprise-on-stair",
    409,
    title="Vekstbedriftene står alt på trappa",
    nn="Plassane i vekstbedrift står alt på trappa, og dei står der éin gong. Endra tenesta som finst.",
    en="The places at sheltered enterprises stand on the stair already, and once (K5).",
)
STAIR_CAPACITY_EXISTS = problem_type(
    "stair-capacity-exists",
    409,
    title="Talet plassar er alt ført for den dagen",
    nn="Talet plassar er alt ført for trinnet, tenesta og staden den dagen. Endra det talet, eller før eit nytt med "
    "ein annan dag.",
    en="A capacity with this step, service, place and `as_of` is already recorded; change it, or use another day (K3).",
)
STAIR_NEED_EXISTS = problem_type(
    "stair-need-exists",
    409,
    title="Behovet er alt ført",
    nn="Behovet er alt ført for trinnet, tenesta og staden i det året og scenarioet. Endra det talet.",
    en="A need with this step, service, place, `year` and `scenario` is already recorded; change it (K4).",
)
STAIR_TABLE_EXISTS = problem_type(
    "stair-table-exists",
    409,
    title="Tabellen er alt ført",
    nn="Ein tabell med den dagen og kjelda er alt ført. Endra tala i han.",
    en="A table with this `as_of` and `source` is already recorded; change its capacities (K3).",
)

on_constraint("uq_stair_step_stair_number", STEP_NUMBER_TAKEN, STEP_NUMBER_TAKEN.nn)
on_constraint("uq_stair_service_kind", SHELTERED_ENTERPRISE_ON_STAIR, SHELTERED_ENTERPRISE_ON_STAIR.nn)
on_constraint("uq_stair_capacity_step_id_service_id_place_as_of", STAIR_CAPACITY_EXISTS, STAIR_CAPACITY_EXISTS.nn)
on_constraint("uq_stair_need_step_id_service_id_place_year_scenario", STAIR_NEED_EXISTS, STAIR_NEED_EXISTS.nn)
on_constraint("uq_stair_table_stair_as_of_source", STAIR_TABLE_EXISTS, STAIR_TABLE_EXISTS.nn)
