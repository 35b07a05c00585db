"""What Schemathesis must be told about this API. Loaded by it, in its own process (test_schemathesis.py)."""

import json
import re
from typing import Any

import schemathesis
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import positive_data_acceptance

# Said of one field, but because of another one, of what is stored or of what day it is: each of them is well formed.
BETWEEN_FIELDS = (
    "er før",
    "kan ikkje vere før",
    "kan ikkje vere fleire enn",
    "kan berre stå der",
    "må stå i eit vedtak for seg",
    "manglar; ",
    "manglar: ",
    ", før ",
    "etter i dag",
    "etter vedtaksdatoen",
    "for vedtak av dette slaget",
    "høyrer saman",
    "minst éi teneste",
    "når den andre er det",
    "må vere ein dag i",
    "fram i tid",
    "har ein dag; ",
    "opp til ti år",
    "om gongen",
    "For mange endringar av same plass",
    "har ingen verknad",
    "kan ikkje stå saman med",
    "vert ikkje talde",
    "send dei òg",
    "men vekstbedrifta har",
    "kan det høgst vere",
    "utanfor åra det er spurt om",
    "som alt har ei ramme",
    "Satsen vert for stor",
    "ikkje ein gyldig peikar",
    ") må vere i 2",
    "på aktivitetstrappa",
    "på bustadtrappa",
    "står to gonger",
    "har alt ei rad",
    "vert henta frå vekstbedriftene",
    "overlappar kvarandre",
)

# A fault that names a field other than its own is about the two of them.
NAMED_FIELD = re.compile("«([a-z_]+)»")

# What no schema can describe: to it, a body of lines or of XML is any text.
AS_TEXT = ("application/x-ndjson", "text/csv", "application/xml", "text/xml")


@schemathesis.serializer(*AS_TEXT)
def as_text(context: schemathesis.SerializationContext, value: object) -> bytes:
    """A body that the document calls a string goes out as it is."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "replace")


@schemathesis.check
def well_formed_input_is_accepted(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> bool | None:
    """As `positive_data_acceptance`, but answers to what is well formed are a broken rule, a stale version, and 423:
    the person's processing has been restricted, by this walk through the operations itself.

    A rule has a problem type of its own. `validation` is for a fault of form, which would be the document's fault here;
    unless it points at a whole object, because two of its fields do not go together.
    """
    if response.status_code in {412, 423} or case.media_type in AS_TEXT or _leads_nowhere(case):
        return None
    if response.status_code == 422:
        if case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL:
            # What this phase sends differs from run to run, with the ids that it meets. The seeded phases ask whether
            # the document says all that it can of an input; this one where its links lead.
            return None
        problem = response.json()
        faults = problem.get("errors", [])
        if problem["type"] != "/problems/validation" or (faults and all(_of_several(fault, case) for fault in faults)):
            return None
    return positive_data_acceptance(ctx, response, case)


def _leads_nowhere(case: schemathesis.Case[Any]) -> bool:
    """Whether a link took an id from a field that was null, which it writes into the address as a word."""
    return any(value in {None, "None"} for value in case.path_parameters.values())


def _of_several(fault: dict[str, str], case: schemathesis.Case[Any]) -> bool:
    steps = fault["pointer"].split("/")[1:]
    if set(NAMED_FIELD.findall(fault["detail"])) - set(steps) or any(
        said in fault["detail"] for said in BETWEEN_FIELDS
    ):
        return True
    at: Any = case.body
    for step in steps:
        if isinstance(at, list) and step.isdigit():
            at = at[int(step)]
        elif isinstance(at, dict):
            at = at.get(step)
        else:
            return False
    return isinstance(at, dict)
