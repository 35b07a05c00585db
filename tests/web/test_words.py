"""Every code that the API can answer with has a nynorsk word on the page, or a reason why no screen shows it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.rules.stairs import AREAS as STAIR_AREAS
from app.web.providers import AREAS
from app.web.settling import CAUSES, PARTS
from app.web.stairs import TITLES
from app.web.words import WORDS

SCHEMAS: Mapping[str, dict[str, Any]] = json.loads(Path("openapi/openapi.json").read_text())["components"]["schemas"]
# Where a field's words do not stand under its own name: its schema and name, or its name in every schema.
WORDS_OF: Mapping[str, Mapping[str, str]] = {
    "RankedTripApplication.decision": WORDS["trip_decision"],
    "TripApplicationOut.documented_by": WORDS["service_area"],
    "TripApplicationOut.length": WORDS["trip_length"],
    "TripApplicationOut.status": WORDS["trip_status"],
    "TripDecisionOut.kind": WORDS["trip_decision"],
    "TripDecisionOut.reason": WORDS["trip_reason"],
    "TripFundEntryOut.kind": WORDS["fund_entry"],
    "TripOut.decision": WORDS["trip_decision"],
    "TripOut.status": WORDS["trip_state"],
    "TripRoundOut.length": WORDS["trip_length"],
    "TrustApplicationOut.status": WORDS["trust_status"],
    "TrustDecisionOut.kind": WORDS["trust_entry"],
    "TrustEntryOut.kind": WORDS["trust_entry"],
    "TrustRaise.decided_by": WORDS["trust_decider"],
    "TrustReasonCount.reason": WORDS["trust_reason"],
    "TrustSumOut.decided_by": WORDS["trust_decider"],
    "AbsenceReviewOut.outcome": WORDS["absence_outcome"],
    "CompetenceStatementOut.areas": AREAS,
    "ConsentOut.services": WORDS["service"],
    "Contact.kind": WORDS["contact"],
    "DeviationOut.area": AREAS,
    "AccessLogOut.reason": WORDS["access_reason"],
    "InvoiceDryRunOut.basis": WORDS["invoice_basis"],
    "InvoiceDryRunOut.kind": WORDS["invoice"],
    "InvoiceDryRunOut.result": WORDS["invoice_result"],
    "InvoiceCauseOut.cause": WORDS["invoice_cause"],
    "InvoiceLineOut.cause": WORDS["invoice_cause"],
    "InvoiceOut.basis": WORDS["invoice_basis"],
    "InvoiceOut.kind": WORDS["invoice"],
    "InvoiceOut.result": WORDS["invoice_result"],
    "InvoiceSummaryOut.basis": WORDS["invoice_basis"],
    "InvoiceSummaryOut.kind": WORDS["invoice"],
    "InvoiceSummaryOut.result": WORDS["invoice_result"],
    "NeedChangeOut.by": WORDS["found_by"],
    "NeedChangeOut.outcome": WORDS["need_outcome"],
    "NoticeOut.reason": WORDS["notice"],
    "RequestOut.reason": WORDS["decline"],
    "ServiceView.area": WORDS["service_area"],
    "SettlementDifferenceOut.cause": CAUSES,
    "SettlementPartOut.kind": PARTS,
    "UnusualAccess.kind": WORDS["unusual_access"],
    "heard": WORDS["agreed_by"],
    # The areas are shown by their names.
    "place": {area: area for area in STAIR_AREAS},
    "stair": TITLES,
}
NOT_SHOWN = {
    "TripRotation.length": "no screen has the overview of trips",
    "TripReasonCount.reason": "no screen has the overview of trips",
    "TripGroup.by": "no screen has the evaluation of trips",
    "TripOut.acts": "says which buttons there are",
    "AbsenceBatchItemOut.status": "answers a program",
    "ParticipantBatchItemOut.status": "answers a program",
    "CloudEvent.datacontenttype": "answers a program",
    "CloudEvent.specversion": "answers a program",
    "Attendee.role": "shown by the labels of the API's own code lists",
    "MeetingOut.called_by": "shown by the labels of the API's own code lists",
    "MeetingVersionOut.called_by": "shown by the labels of the API's own code lists",
    "TripEstimateOut.length": "no screen has trips",
    "TripFundEntryOut.kind": "no screen has trips",
    "TripDecisionOut.kind": "no screen has trips",
    "TripDecisionOut.reason": "no screen has trips",
    "TripOut.decision": "no screen has trips",
    "TripOut.length": "no screen has trips",
    "TripOut.service_area": "no screen has trips",
    "TripOut.status": "no screen has trips",
    "TripParticipantOut.accepted_by": "no screen has trips",
    "ShiftPartIn.kind": "no screen has trips",
    "TripWarning.code": "goes out with a text of its own",
    "RankedTripApplication.reason": "shown in a sentence",
    "TripSchemeOut.interval_mode": "no screen has the scheme",
    "TripSchemeOut.allowance_days": "no screen has trips",
    "FramsiktRow.type": "is nynorsk already",
    "GuidelineVersionOut.absence_uncounted_kinds": "no screen has the guideline's parameters",
    "GuidelineVersionOut.over_frame": "no screen has the guideline's parameters",
    "GuidelineVersionOut.proration": "no screen has the guideline's parameters",
    "GuidelineVersionOut.share_counts": "no screen has the guideline's parameters",
    "HistoryEventOut.step": "a person's way is told by decisions and notices",
    "PricedHistoryEventOut.step": "a person's way is told by decisions and notices",
    "FigureDefinitionOut.by": "no screen lets one choose",
    "FigureDefinitionOut.periods": "no screen lets one choose",
    "FigureDefinitionOut.code": "shown by its label",
    "FigureOut.code": "shown by the label of its definition",
    "NoticeOut.status": "shown by the placement's state",
    "PlanOut.missing": "shown in a sentence",
    "MirrorLine.code": "shown by its label",
    "ServiceHoursOut.need_grade": "no screen has hours of one person",
    "ServiceHoursRevisionOut.need_grade": "no screen has hours of one person",
    "ServiceHoursBatchItemOut.status": "no screen pushes hours",
    "GapOut.state": "no screen shows what is missing on a stair",
    "ServiceOut.kind": "a screen shows a service by its name and its places",
    "RestrictedParticipant.family_name": "is nynorsk already",
    "RestrictedParticipant.given_name": "is nynorsk already",
    "ProtectedParticipant.family_name": "is nynorsk already",
    "ProtectedParticipant.given_name": "is nynorsk already",
}


def list_codes(schema: Mapping[str, Any]) -> Iterator[str]:
    """The texts that a field may have, of one value or of a list."""
    for value in [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]:
        if isinstance(value, str):
            yield value
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    for part in [*parts, *([schema["items"]] if "items" in schema else [])]:
        yield from list_codes(part)
    if "$ref" in schema:
        target = SCHEMAS[schema["$ref"].rpartition("/")[2]]
        if "properties" not in target:
            yield from list_codes(target)


def list_answered() -> set[str]:
    """Schemas that an answer is made of: what comes in alone is a form's own, with labels of its own."""
    document = json.loads(Path("openapi/openapi.json").read_text())
    answers = [one["responses"] for path in document["paths"].values() for one in path.values() if "responses" in one]
    found: set[str] = set()
    waiting = [name for answer in answers for name in list_references(answer)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += list_references(SCHEMAS[name])
    return found


def list_references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"].rpartition("/")[2]] if "/schemas/" in str(part.get("$ref", "")) else []
        return own + [name for value in part.values() for name in list_references(value)]
    return [name for value in part for name in list_references(value)] if isinstance(part, list) else []


def test_every_code_of_an_answer_has_a_word() -> None:
    lacking = []
    fields: set[str] = set()
    for schema in sorted(list_answered()):
        for name, field in SCHEMAS[schema].get("properties", {}).items():
            codes, of = sorted(set(list_codes(field))), f"{schema}.{name}"
            if not codes:
                continue
            fields |= {of, name}
            known = WORDS_OF.get(of) or WORDS_OF.get(name) or WORDS.get(name, {})
            if of not in NOT_SHOWN and (missing := [code for code in codes if code not in known]):
                lacking.append(f"{of}: {missing}")
    assert lacking == [], "give them a word in app/web/words.py, or say in NOT_SHOWN why no screen shows them"
    assert {*WORDS_OF, *NOT_SHOWN} <= fields, "a field that is not there any more"


def test_every_assumption_of_a_what_if_has_a_word() -> None:
    """What comes in and goes out again, in the address of a screen."""
    changes = SCHEMAS["WhatIfIn"]["properties"]["changes"]["items"]["oneOf"]
    codes = [SCHEMAS[one["$ref"].rpartition("/")[2]]["properties"]["change"]["const"] for one in changes]
    assert sorted(codes) == sorted(WORDS["change"])


def test_a_word_is_no_code() -> None:
    """Words are for people: none is empty, and none has the underscore of a code."""
    assert not [text for words in WORDS.values() for text in words.values() if not text.strip() or "_" in text]
