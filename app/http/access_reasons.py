"""Why a case officer opens a person with a protected address: stated with the request, and kept in the access log.

A client states it in `X-Access-Reason`, and the case it belongs to in `X-Access-Reference`. The page states it in the
ASGI scope, for each person apart, since one look at a page makes several calls.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from fastapi import Request

from app.http.identity_numbers import IDENTITY_NUMBER_IN_TEXT, holds_identity_number
from app.http.problems import VALIDATION, problem_type

Reason = Literal["case", "follow_up", "complaint", "other"]
REASONS: tuple[Reason, ...] = get_args(Reason)
REASON_HEADER = "X-Access-Reason"
REFERENCE_HEADER = "X-Access-Reference"
REFERENCE_PATTERN = r"^[!-~]([ -~]{0,98}[!-~])?$"
STATED_REASONS = "vekstplass.stated_reasons"
"""The key of an ASGI scope under which a call from within the process states reasons. No client can set one."""

REASON_REQUIRED = problem_type(
    "reason-required",
    403,
    title="Deltakaren har verna adresse",
    nn="Deltakaren har verna adresse. Sei kvifor du opnar opplysningane («X-Access-Reason»): «case», «follow_up»,"
    " «complaint» eller «other».",
    en="The person has a protected address. The case office states in `X-Access-Reason` why it opens the person's data:"
    " `case`, `follow_up`, `complaint` or `other`. The access log keeps it. `participant_id` is the person's id.",
)

# One participant, placement, application or decision, and all that is under it.
_OF_ONE = re.compile(
    r"/v1/(participants|placements|applications|decisions)/\{(participant|placement|application|decision)_id\}(/|$)"
)
# What finds or changes one participant, and answers with the whole of who has a protected address where a reason is
# stated.
_OF_ONE_TOO = frozenset(
    {
        ("POST", "/v1/participants/lookup"),
        ("PATCH", "/v1/participants/{participant_id}"),
        ("POST", "/v1/participants/{participant_id}/merge"),
    }
)
_REFERENCE = re.compile(REFERENCE_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class StatedReason:
    """Why, by one of `REASONS`, and the reference of the case if there is one."""

    reason: str
    reference: str | None = None


def is_reference(text: str) -> bool:
    """Whether a text may be the reference of a case: 1 to 100 visible ASCII characters, blanks between them."""
    return _REFERENCE.fullmatch(text) is not None


def asks_for_reason(method: str, route: str) -> bool:
    """Whether the case office must state a reason to this operation when the person is protected."""
    return method == "GET" and _OF_ONE.match(route) is not None


def takes_reason(method: str, route: str) -> bool:
    """Whether the operation reads the two headers."""
    return asks_for_reason(method, route) or (method, route) in _OF_ONE_TOO


def read_stated_reason(request: Request) -> StatedReason | None:
    """What the headers state.

    Raises:
        Problem: `validation`, `identity-number-in-text`.
    """
    reasons, references = (request.headers.getlist(name) for name in (REASON_HEADER, REFERENCE_HEADER))
    if not reasons and not references:
        return None
    if len(reasons) != 1 or reasons[0] not in REASONS:
        raise VALIDATION(
            f"«{REASON_HEADER}» må vere éin av «{'», «'.join(REASONS)}».", pointer=f"#/header/{REASON_HEADER.lower()}"
        )
    if not references:
        return StatedReason(reasons[0])
    pointer = f"#/header/{REFERENCE_HEADER.lower()}"
    if len(references) != 1 or not is_reference(references[0]):
        raise VALIDATION(f"«{REFERENCE_HEADER}» må vere 1 til 100 synlege ASCII-teikn, ein gong.", pointer=pointer)
    if holds_identity_number(references[0]):
        raise IDENTITY_NUMBER_IN_TEXT(pointer=pointer)
    return StatedReason(reasons[0], references[0])


def stated_reasons(request: Request) -> Mapping[UUID, StatedReason]:
    """What a call from within the process states, by participant."""
    reasons: Mapping[UUID, StatedReason] = request.scope.get(STATED_REASONS, {})
    return reasons


def has_stated_reason(request: Request, participant_id: UUID) -> bool:
    """Whether the request says why it opens this participant. Raises as `read_stated_reason`."""
    return read_stated_reason(request) is not None or participant_id in stated_reasons(request)
