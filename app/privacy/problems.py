"""The problems of erasure."""

from app.http.problems import problem_type

PLACEMENT_ACTIVE = problem_type(
    "placement-active",
    409,
    title="Deltakaren har ein plass",
    nn="Deltakaren har ein plass som ikkje er slutt, og kan ikkje slettast.",
    en="The person has a placement that has not ended; erasure waits until it has.",
)
RETENTION_NOT_OVER = problem_type(
    "retention-not-over",
    409,
    title="Opplysningane må takast vare på lenger",
    nn="Opplysningane må takast vare på ei tid etter at saka er slutt.",
    en="The retention period has not run out; `erasable_from` is the first day on which it has.",
)
