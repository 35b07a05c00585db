"""Problem details (RFC 9457): every answer that is not a success, in one shape.

A problem type is declared once, beside the rule it belongs to, and called where the rule is broken:

    CAPACITY_EXCEEDED = problem_type("capacity-exceeded", 409, title=…, nn=…, en=…)
    raise CAPACITY_EXCEEDED("Gløde AS har 10 plassar frå 2022-01-01, og alle er i bruk 2022-07-01.")

`GET /problems/{code}` explains each of them in nynorsk and English.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.http.names import name_fields

MEDIA_TYPE = "application/problem+json"

TYPES: dict[str, "ProblemType"] = {}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of the input: a JSON pointer (RFC 6901, as a URI fragment) and a sentence in nynorsk."""

    pointer: str
    detail: str


class Problem(Exception):
    """A refusal on its way out. Anything written before it is rolled back."""

    def __init__(
        self,
        type_: "ProblemType",
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(type_.code)
        self.type = type_
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extensions = dict(extensions or {})

    def body(self, *, instance: str | None = None, request_id: str | None = None) -> dict[str, Any]:
        """The members of RFC 9457 § 3.1, `request_id`, `errors` for input faults, and the type's own extensions."""
        members: dict[str, Any] = {
            "type": f"/problems/{self.type.code}",
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
        }
        if instance is not None:
            members["instance"] = instance
        if request_id is not None:
            members["request_id"] = request_id
        if self.errors:
            members["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in self.errors]
        return members | self.extensions

    def within(self, where: str) -> "Problem":
        """The same refusal of a part, pointing from the whole: `where` are the steps that lead to the part."""
        errors = [FieldError(f"#/{where}{error.pointer.removeprefix('#')}", error.detail) for error in self.errors]
        return Problem(self.type, self.detail, errors=errors, headers=self.headers, extensions=self.extensions)


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of refusal: its code and status never change once released."""

    code: str
    status: int
    title: str
    nn: str
    en: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(
        self,
        detail: str | None = None,
        *,
        pointer: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> Problem:
        """A problem of this type; `pointer` is short for one error that says the same as `detail`."""
        sentence = name_fields(detail) if detail else self.nn
        faults = (FieldError(pointer, sentence),) if pointer is not None else errors
        return Problem(
            self, sentence, errors=faults, headers={**self.headers, **(headers or {})}, extensions=extensions
        )


def problem_type(
    code: str, status: int, *, title: str, nn: str, en: str, headers: Mapping[str, str] | None = None
) -> ProblemType:
    """Declare and register a problem type. Raises `ValueError` if the code is taken."""
    if code in TYPES:
        raise ValueError(f"problem type {code} is declared twice")
    TYPES[code] = ProblemType(code, status, title, name_fields(nn), en, headers or {})
    return TYPES[code]


VALIDATION = problem_type(
    "validation",
    422,
    title="Ugyldige opplysningar",
    nn="Ei eller fleire opplysningar manglar, er ukjende eller har feil form; kvar feil står i «errors».",
    en="One or more fields are missing, unknown or malformed; each is listed in `errors` with a JSON pointer.",
)
UNAUTHENTICATED = problem_type(
    "unauthenticated",
    401,
    title="Ikkje innlogga",
    nn="Kallet manglar eit gyldig tilgangsbevis (Bearer-token).",
    en="The request carries no valid bearer token.",
    headers={"WWW-Authenticate": "Bearer"},
)
ROLE_REQUIRED = problem_type(
    "role-required",
    403,
    title="Manglar rolle",
    nn="Du er innlogga, men rolla di gjev ikkje løyve til dette.",
    en="You are authenticated, but your role does not allow this. The detail names the roles that do.",
)
NOT_FOUND = problem_type(
    "not-found",
    404,
    title="Finst ikkje",
    nn="Det du bad om finst ikkje, eller du har ikkje tilgang til å sjå det.",
    en="It does not exist, or you may not see it; the answer is the same.",
)
METHOD_NOT_ALLOWED = problem_type(
    "method-not-allowed",
    405,
    title="Metoden er ikkje tillaten",
    nn="Adressa finst, men ikkje med denne metoden; «Allow» seier kva metodar som finst.",
    en="The address exists, but not with this method; `Allow` lists those that do.",
)
NOT_ACCEPTABLE = problem_type(
    "not-acceptable",
    406,
    title="Kan ikkje svare i det formatet",
    nn="Svaret finst ikkje i noko av formata du godtek i «Accept».",
    en="The answer is not available in any format that `Accept` allows.",
)
CONFLICT = problem_type(
    "conflict",
    409,
    title="Konflikt",
    nn="Endringa strid mot opplysningar som alt er lagra.",
    en="The change contradicts what is already stored.",
)
ANNULLED = problem_type(
    "annulled",
    409,
    title="Alt oppheva",
    nn="Dette er oppheva og kan ikkje endrast. Før det på nytt.",
    en="It is annulled and cannot be changed. Record it anew (D10).",
)
PRECONDITION_FAILED = problem_type(
    "precondition-failed",
    412,
    title="Nokon har endra dette i mellomtida",
    nn="«If-Match» svarer ikkje til gjeldande utgåve. Hent på nytt, og prøv igjen.",
    en="`If-Match` does not name the current version. Fetch it again and retry.",
)
BODY_TOO_LARGE = problem_type(
    "body-too-large",
    413,
    title="For stor førespurnad",
    nn="Innhaldet er større enn det som er tillate her.",
    en="The request body is larger than this endpoint allows.",
)
URI_TOO_LONG = problem_type(
    "uri-too-long",
    414,
    title="For lang adresse",
    nn="Adressa med parameterar er lengre enn det som er tillate.",
    en="The address with its query is longer than allowed.",
)
UNSUPPORTED_MEDIA_TYPE = problem_type(
    "unsupported-media-type",
    415,
    title="Formatet er ikkje støtta",
    nn="«Content-Type» (eller «Content-Encoding») er ikkje blant dei som er støtta her.",
    en="The `Content-Type` (or `Content-Encoding`) is not one of those supported here.",
)
PRECONDITION_REQUIRED = problem_type(
    "precondition-required",
    428,
    title="«If-Match» manglar",
    nn="Ei endring må seie kva utgåve ho byggjer på, i «If-Match».",
    en="A change must name the version it is based on, in `If-Match`.",
)
HEADERS_TOO_LARGE = problem_type(
    "headers-too-large",
    431,
    title="For store hovudfelt",
    nn="Hovudfelta i førespurnaden er for store.",
    en="The request's header fields are too large.",
)
INTERNAL = problem_type(
    "internal",
    500,
    title="Noko gjekk gale hjå oss",
    nn="Noko gjekk gale hjå oss. Ingenting er lagra. Oppgje id-en («request_id») når du melder frå.",
    en="Something went wrong on our side. Nothing was stored. Quote `request_id` when you report it.",
)
OUTCOME_UNKNOWN = problem_type(
    "outcome-unknown",
    503,
    title="Uvisst om det er lagra",
    nn="Sambandet med databasen vart brote medan dette vart lagra: anten er alt lagra, eller ingenting. Send det same"
    " igjen med same «Idempotency-Key», eller sjå etter før du sender det på nytt.",
    en="The connection to the database ended while this was stored: all of it is stored, or nothing. Send the same"
    " again with the same `Idempotency-Key`, or look before you send it anew.",
    headers={"Retry-After": "1"},
)
UNAVAILABLE = problem_type(
    "unavailable",
    503,
    title="Mellombels utilgjengeleg",
    nn="Tenesta når ikkje databasen akkurat no. Prøv igjen om litt.",
    en="The service cannot reach its database right now. Try again shortly.",
    headers={"Retry-After": "1"},
)
PARTICIPANT_ERASED = problem_type(
    "participant-erased",
    409,
    title="Personen er sletta",
    nn="Opplysningane om personen er sletta, og ingenting nytt kan lagrast om han. Ta det ut av det som vert sendt;"
    " kjem personen att, skal han registrerast på nytt.",
    en="The person has been erased (GDPR art. 17), and nothing new is stored about them. Leave the item out of what is"
    " sent; somebody who comes back is registered anew.",
)
RESTRICTED = problem_type(
    "restricted",
    423,
    title="Handsaminga er avgrensa",
    nn="Handsaminga av opplysningane er avgrensa: dei vert lagra, og korkje viste eller endra, til"
    " Forvaltningskontoret opphevar avgrensinga.",
    en="The processing of the person's data is restricted (GDPR art. 18): it is stored, and neither shown nor changed,"
    " until the case office lifts the restriction. `participant_id` is the person's id.",
)
