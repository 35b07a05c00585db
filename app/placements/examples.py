"""Examples of each kind of decision for the documentation page, about applications and placements of the demo."""

from typing import Any

from app.http.openapi_examples import demo_id
from app.rules.process import CORRECTION_BASIS, LEGAL_BASIS


def _example(summary: str, kind: str, decided_on: str, **fields: Any) -> dict[str, Any]:
    value = {"kind": kind, "decided_on": decided_on, "legal_basis": LEGAL_BASIS}
    return {"summary": summary, "value": value | fields}


DECISIONS: dict[str, Any] = {
    "grant": _example(
        "Grant a place",
        "grant",
        "2022-08-31",
        application_id=str(demo_id("application", 1)),
        request_id=str(demo_id("request", 1)),
        starts_on="2022-10-01",
        ends_on=None,
        share=100,
    ),
    "reject": _example(
        "Reject an application",
        "reject",
        "2022-08-31",
        application_id=str(demo_id("application", 4)),
        reason="Ikkje busett i kommunen.",
    ),
    "change": _example(
        "Change a placement's share",
        "change",
        "2022-08-15",
        placement_id=str(demo_id("placement", 6)),
        valid_from="2022-09-01",
        share=60,
    ),
    "end": _example(
        "End a placement",
        "end",
        "2022-08-15",
        placement_id=str(demo_id("placement", 7)),
        ends_on="2022-12-31",
        destination="ordinary_work",
    ),
    "correct": _example(
        "Correct a decision's last day",
        "correct",
        "2022-08-31",
        legal_basis=CORRECTION_BASIS,
        placement_id=str(demo_id("placement", 18)),
        corrects_id=str(demo_id("decision", 1)),
        reason="Siste dag vart skriven feil.",
        found_by="provider",
        ends_on="2022-11-30",
    ),
    "annul": _example(
        "Annul a placement",
        "annul",
        "2022-08-31",
        legal_basis=CORRECTION_BASIS,
        placement_id=str(demo_id("placement", 8)),
        reason="Personen var registrert to gonger.",
        found_by="case_office",
    ),
}
