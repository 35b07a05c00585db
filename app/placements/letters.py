"""The letter about a decision (D3): nynorsk, for print, with the guideline's texts and no amount (C14)."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from asyncpg import Record
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.http.names import format_day
from app.placements.tables import Decision
from app.rates.rates import load_letter_texts
from app.rates.schemas import LetterTexts

MEDIA_TYPE = "text/html"

_PARTIES = CompiledQuery(
    text(
        """
        select participant.given_name, participant.family_name, provider.name as provider, application.received_on,
            notice.given_on, corrected.decided_on as corrected_on
        from participant
        left join provider on provider.id = :provider_id
        left join application on application.id = :application_id
        left join notice on notice.id = :notice_id
        left join decision as corrected on corrected.id = :corrects_id
        where participant.id = :participant_id
        """
    )
)


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE = _environment.get_template("letter.css").render().encode()

HEADERS = {
    "Content-Security-Policy": "default-src 'none';"
    f" style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE).digest()).decode()}';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
"""The letter's own style is the one thing that it may use."""


async def write_letter(queries: Queries, decision: Decision) -> str:
    """The letter about a decision that the caller may read, as an HTML document; the same whoever reads it."""
    async with queries.acting_as("case_officer"):
        parties = await queries.fetch_one(
            _PARTIES,
            participant_id=decision.participant_id,
            provider_id=decision.provider_id,
            application_id=decision.application_id,
            notice_id=decision.notice_id,
            corrects_id=decision.corrects_id,
        )
    assert parties is not None
    return render_letter(decision, parties, await load_letter_texts(queries, decision.decided_on))


def render_letter(decision: Decision, parties: Record, texts: LetterTexts) -> str:
    """The document, from the decision, the names and days it refers to, and the guideline's texts."""
    name = f"{parties['given_name']} {parties['family_name']}"
    weeks = texts.appeal_weeks
    return _environment.get_template("letter.html").render(
        kind=decision.kind,
        texts=texts.model_dump(),
        decided_on=format_day(decision.decided_on),
        archive_reference=decision.archive_reference,
        addressee=f"Buet etter {name}" if decision.destination == "died" else name,
        facts=list(_list_facts(decision, parties)),
        reason=decision.reason,
        legal_basis=decision.legal_basis,
        appeal_within="1 veke" if weeks == 1 else f"{weeks} veker",
    )


def _list_facts(decision: Decision, parties: Record) -> Iterator[tuple[str, str]]:
    """What the decision says, as pairs of a label and a value of one line or more."""
    if decision.kind in ("grant", "reject"):
        yield "Søknad motteken", format_day(parties["received_on"])
    if decision.kind == "reject":
        return
    yield "Vekstbedrift", parties["provider"]
    if parties["corrected_on"] is not None:
        label = "Vedtak som er retta" if decision.kind == "correct" else "Vedtak som er oppheva"
        yield label, format_day(parties["corrected_on"])
    if parties["given_on"] is not None:
        label = "Oppseiing som er trekt" if decision.kind in ("change", "correct") else "Etter oppseiing"
        yield label, format_day(parties["given_on"])
    if decision.starts_on is not None:
        yield "Første dag", format_day(decision.starts_on)
    if decision.valid_from is not None:
        yield "Gjeld frå", format_day(decision.valid_from)
    if decision.ends_on is not None:
        yield "Siste dag", format_day(decision.ends_on)
    elif decision.kind == "grant" or decision.need == "permanent":
        yield "Siste dag", "ingen; plassen er varig"
    elif decision.kind == "correct" and decision.starts_on is None:
        yield "Siste dag", "ingen etter dette vedtaket"
    if decision.share is not None:
        yield "Omfang", f"{decision.share} %"
    if decision.medication_tasks is not None:
        yield "Oppgåver med medisinering", "ja" if decision.medication_tasks else "nei"
    if decision.medication_agreement is not None:
        agreement = decision.medication_agreement
        agreed_on = format_day(date.fromisoformat(agreement["agreed_on"]))
        yield "Avtale om medisinering", f"{agreement['reference']} ({agreed_on})"
    if decision.health_and_social_tasks:
        yield "Helse- og sosialoppgåver", "\n".join(decision.health_and_social_tasks)
