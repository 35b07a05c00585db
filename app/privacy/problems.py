"""The problems of erasure."""

from app.http.exception_handlers import on_constraint
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
ERASURE_REQUESTED = problem_type(
    "erasure-requested",
    409,
    title="Sletting er alt bede om",
    nn="Ein sakshandsamar har alt bede om sletting. Ein annan må godkjenne eller avvise det.",
    en="A case officer has asked for the erasure already; another one approves or declines it.",
)
ERASURE_NOT_REQUESTED = problem_type(
    "erasure-not-requested",
    409,
    title="Ingen har bede om sletting",
    nn="Ingen har bede om sletting av deltakaren, eller det er alt avgjort.",
    en="Nobody has asked for the erasure, or it has been decided.",
)
OWN_ERASURE = problem_type(
    "own-erasure",
    409,
    title="Den som bad om sletting, kan ikkje avgjere",
    nn="Den som bad om sletting, kan ikkje godkjenne eller avvise det. Ein annan sakshandsamar må gjere det.",
    en="An erasure is approved or declined by another case officer than the one who asked for it.",
)

ALREADY_RESTRICTED = problem_type(
    "already-restricted",
    409,
    title="Handsaminga er avgrensa alt",
    nn="Handsaminga av opplysningane om personen er avgrensa alt.",
    en="The processing of the person's data is restricted already.",
)
NOT_RESTRICTED = problem_type(
    "not-restricted",
    409,
    title="Handsaminga er ikkje avgrensa",
    nn="Handsaminga av opplysningane om personen er ikkje avgrensa.",
    en="There is no restriction to lift.",
)

on_constraint("uq_participant_restriction_participant_id", ALREADY_RESTRICTED, ALREADY_RESTRICTED.nn)
on_constraint("uq_erasure_request_participant_id", ERASURE_REQUESTED, ERASURE_REQUESTED.nn)
on_constraint("ck_erasure_request_four_eyes", OWN_ERASURE, OWN_ERASURE.nn)
