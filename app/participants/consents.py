"""Consents to share information with other services, and their withdrawal (M6)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import text

from app import clock
from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import ANNULLED, NOT_FOUND
from app.http.schemas import AnnulmentIn
from app.outbox.events import ConsentEvent
from app.outbox.publish import publish
from app.participants.problems import CONSENT_DAY_INVALID, CONSENT_WITHDRAWN
from app.participants.schemas import ConsentIn, ConsentWithdrawalIn
from app.participants.tables import ConsentRecord, Participant
from app.rules import minutes
from app.security.roles import Actor

_CONSENTS = CompiledQuery(
    text(
        "select participant_id, given_on, services, organisations, valid_to, withdrawn_on from consent"
        " where participant_id = any(cast(:ids as uuid[])) and annulled_at is null"
    )
)
# Of the calling provider's own places; a case officer has none.
_ENDS = CompiledQuery(text("select ends_on from followed_placements() where participant_id = :participant_id"))


async def record_consent(
    unit: UnitOfWork, actor: Actor, participant_id: UUID, body: ConsentIn, today: date
) -> ConsentRecord:
    """A consent of a participant that the caller may see (M6), of a provider one from before the end (D11).

    Raises `consent-day-invalid`, `identity-number-in-text`.
    """
    await find(unit, Participant, participant_id)
    if body.given_on > today:
        raise CONSENT_DAY_INVALID(
            f"«given_on» er {body.given_on}, etter i dag ({today}): det som har hendt, kan ikkje liggje fram i tid.",
            pointer="#/given_on",
        )
    ends = [row["ends_on"] for row in await unit.fetch(_ENDS, participant_id=participant_id)]
    if ends and None not in ends and body.given_on > max(ends):
        raise CONSENT_DAY_INVALID(
            f"«given_on» er {body.given_on}, men plassen hos dykk tok slutt {max(ends)}: eit samtykke som er gjeve"
            " etterpå, registrerer Forvaltningskontoret.",
            pointer="#/given_on",
        )
    named = {minutes.normalise_organisation(name): name for name in reversed(body.organisations)}
    consent = ConsentRecord.model_validate(
        body.model_dump()
        | {
            "participant_id": participant_id,
            "services": sorted(set(body.services)),
            "organisations": [named[key] for key in sorted(named)],
            "recorded_by": actor.name,
        }
    )
    unit.session.add(consent)
    await unit.session.flush()
    await publish(unit, ConsentEvent("consent.given", consent.id, consent.participant_id))
    return consent


async def withdraw_consent(
    unit: UnitOfWork, actor: Actor, participant_id: UUID, consent_id: UUID, body: ConsentWithdrawalIn, today: date
) -> ConsentRecord:
    """The consent, withdrawn (M6).

    Raises `consent-withdrawn` the second time, `consent-day-invalid`, `annulled`.
    """
    consent = await _find_consent(unit, participant_id, consent_id)
    if consent.withdrawn_on is not None:
        raise CONSENT_WITHDRAWN()
    withdrawn_on = body.withdrawn_on or today
    if not consent.given_on <= withdrawn_on <= today:
        raise CONSENT_DAY_INVALID(
            f"«withdrawn_on» er {withdrawn_on}, men må vere frå {consent.given_on}, då samtykket vart gjeve, til i dag"
            f" ({today}).",
            pointer="#/withdrawn_on",
        )
    consent.withdrawn_on = withdrawn_on
    consent.withdrawn_by = actor.name
    await unit.session.flush()
    await publish(unit, ConsentEvent("consent.withdrawn", consent.id, consent.participant_id))
    return consent


async def annul_consent(
    unit: UnitOfWork, participant_id: UUID, consent_id: UUID, body: AnnulmentIn, today: date
) -> ConsentRecord:
    """D10: a consent that was recorded by mistake. Raises `annulled` the second time, `identity-number-in-text`."""
    consent = await _find_consent(unit, participant_id, consent_id)
    consent.annulled_at = clock.now()
    consent.annulled_reason = body.reason
    await unit.session.flush()
    await publish(unit, ConsentEvent("consent.annulled", consent.id, consent.participant_id))
    return consent


async def load_consents(queries: Queries, participant_ids: Iterable[UUID]) -> dict[UUID, list[minutes.Consent]]:
    """Participants' consents as the rules take them (M6); an annulled one is none (D10)."""
    found: defaultdict[UUID, list[minutes.Consent]] = defaultdict(list)
    ids = list(participant_ids)
    for participant_id, *terms in await queries.fetch(_CONSENTS, ids=ids):
        found[participant_id].append(make_consent(*terms))
    return found


def make_consent(
    given_on: date,
    services: Iterable[str],
    organisations: Iterable[str],
    valid_to: date | None,
    withdrawn_on: date | None = None,
) -> minutes.Consent:
    """A consent as the rules take it, from a row's columns (M6)."""
    names = frozenset(minutes.normalise_organisation(name) for name in organisations)
    return minutes.Consent(given_on, frozenset(services), valid_to, withdrawn_on, names)


async def _find_consent(unit: UnitOfWork, participant_id: UUID, consent_id: UUID) -> ConsentRecord:
    """The participant's consent, locked. Raises `not-found`, `annulled`."""
    consent = await find(unit, ConsentRecord, consent_id, lock=True)
    if consent.participant_id != participant_id:
        raise NOT_FOUND()
    if consent.annulled_at is not None:
        raise ANNULLED()
    return consent
