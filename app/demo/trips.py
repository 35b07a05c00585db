"""The trial of holiday trips in the demo (T): its scheme, the rounds of 2022, and the groups who apply."""

from datetime import date, timedelta
from typing import NamedTuple

from app.database.unit_of_work import UnitOfWork
from app.demo import trip_examples
from app.http.openapi_examples import demo_id
from app.rules.trips import TripLength
from app.security.roles import Actor
from app.trips.application_schemas import Criterion, NeedGrade, TripApplicationIn, TripAssessmentIn, TripRoundIn
from app.trips.applications import assess_application, record_application
from app.trips.grant_scheme_schemas import GrantSchemeIn
from app.trips.grant_schemes import record_grant_scheme
from app.trips.rounds import record_round
from app.trips.schemas import TripSchemeIn
from app.trips.schemes import record_scheme
from app.trips.tables import GrantScheme, Trip, TripApplication, TripFundEntry, TripRound

OFFICER = Actor(subject="demo-fagutvikling", kind="person", roles=frozenset({"grants_officer"}))
NUMBERED: dict[type[object], str] = {
    TripRound: "trip_round",
    TripApplication: "trip_application",
    Trip: "trip",
    GrantScheme: "grant_scheme",
    TripFundEntry: "trip_fund_entry",
}

_FIRST_DAY, _LATE_DAY, _ASSESSED_ON = date(2022, 1, 3), date(2022, 3, 1), date(2022, 4, 8)
_DEADLINES: dict[TripLength, date] = {"long": date(2022, 2, 1), "short": date(2022, 4, 1)}


class _Group(NamedTuple):
    """People who want to go together."""

    people: range
    length: TripLength
    preferred_from: date
    preferred_to: date
    need_grade: NeedGrade
    wishes: str


_GROUPS = (
    _Group(range(1, 4), "long", date(2022, 6, 20), date(2022, 6, 26), "extensive", "Sju dagar ved sjøen."),
    _Group(range(4, 7), "short", date(2022, 6, 21), date(2022, 6, 24), "extensive", "Nokre dagar på fjellet."),
    _Group(range(7, 12), "long", date(2022, 6, 20), date(2022, 6, 26), "moderate", "Bade, gå turar og ete is."),
    # One who came too late for 2022, and one whom nobody has assessed yet.
    _Group(range(12, 13), "long", date(2022, 6, 20), date(2022, 6, 26), "moderate", "Til Kristiansand, i dyreparken."),
    _Group(range(14, 15), "short", date(2022, 9, 16), date(2022, 9, 18), "limited", "Ei helg i byen."),
)
_GRANTED_BEFORE = {3: 2021, 9: 2020}
"""Number of the person -> the year of the trip of that length that was granted before there was a register."""
_LATE, _NOT_ASSESSED = 12, 14

_CHECKED_ON = date(2022, 1, 17)
_OTHER_SCHEMES = (
    (
        "Olaug og Reidar Rambergs legat",
        "Personar i Alver med nedsett funksjonsevne som treng avlasting eller følgje på ferietur.",
        "https://www.alver.kommune.no/",
    ),
    ("Bufdir: ferie og fritid for alle", "Barn og unge i familiar med låg inntekt.", "https://www.bufdir.no/"),
)


async def add_trial(unit: UnitOfWork, municipality_number: str) -> None:
    """The scheme with the paper's own values, the rounds of 2022, and who applied."""
    body = TripSchemeIn(valid_from=date(2021, 1, 1), valid_to=date(2022, 12, 31), source="Prøveordning 2021–2022")
    await record_scheme(unit, body)
    for length, deadline in _DEADLINES.items():
        called = TripRoundIn(
            year=2022,
            length=length,
            opens_on=date(2021, 11, 1),
            deadline=deadline,
            notice_text="Søk om ferie- og fritidsreise i 2022 saman med tilsette du kjenner.",
        )
        await record_round(unit, OFFICER, called)
    for group in _GROUPS:
        for number in group.people:
            await _add_application(unit, number, group)
    await trip_examples.add_trips(unit, OFFICER, municipality_number)
    for name, for_whom, address in _OTHER_SCHEMES:
        other = GrantSchemeIn(name=name, for_whom=for_whom, address=address, checked_on=_CHECKED_ON)
        await record_grant_scheme(unit, OFFICER, other)


async def _add_application(unit: UnitOfWork, number: int, group: _Group) -> None:
    applied = TripApplicationIn(
        participant_id=demo_id("participant", number),
        received_on=_LATE_DAY if number == _LATE else _FIRST_DAY + timedelta(days=number),
        wishes=group.wishes,
        length=group.length,
        preferred_from=group.preferred_from,
        preferred_to=group.preferred_to,
        need_grade=group.need_grade,
        documented_on=date(2021, 12, 1),
        documented_by="habilitation",
        last_granted_year=_GRANTED_BEFORE.get(number),
    )
    application = await record_application(unit, OFFICER, applied)
    if number == _NOT_ASSESSED:
        return
    extensive = group.need_grade == "extensive"
    assessed = TripAssessmentIn(
        assessed_on=_ASSESSED_ON,
        benefit=Criterion(score=2 + number % 2, reason="Har ikkje andre høve til ferie."),
        resource=Criterion(score=2, reason="Tilsette som kjenner personen, vil vere med."),
        severity=Criterion(
            score=3 if extensive else 2,
            reason="Treng nokon til stades heile tida." if extensive else "Treng kjende tilsette i nye omgjevnader.",
        ),
        mastery=Criterion(score=1 + number % 3, reason="Får prøve noko nytt på eigne premissar."),
    )
    await assess_application(unit, OFFICER, application.id, assessed)
