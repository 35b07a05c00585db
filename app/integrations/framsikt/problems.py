"""Why a snapshot is not taken."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

SNAPSHOT_EXISTS = problem_type(
    "snapshot-exists",
    409,
    title="Rapportgrunnlaget finst alt",
    nn="Året har alt eit rapportgrunnlag med dette namnet, og det vert aldri endra.",
    en="The year already has a snapshot with this name; a snapshot is never changed.",
)
on_constraint("uq_budget_snapshot_year_name", SNAPSHOT_EXISTS, SNAPSHOT_EXISTS.nn)
