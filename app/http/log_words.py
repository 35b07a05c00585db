"""The access log in people's words: what an operation's id says was done, and why."""

from collections.abc import Mapping
from typing import Literal

from app.http.log_words_bokmaal import BOKMAAL

Language = Literal["nn", "nb"]
"""Nynorsk, or bokmål for a person who reads that."""

PURPOSES: Mapping[str, str] = {
    "case_handling": "Sakshandsaming",
    "follow_up": "Oppfølging av tenesta",
    "provision": "Oppfølging av plassen",
    "record_keeping": "Oppdatering frå journalsystemet",
    "accounting": "Rekneskap og budsjett",
    "grant_handling": "Tildeling av reiser og legatmidlar",
    "management": "Styring og internkontroll",
    "oversight": "Tilsyn med innsyn",
    "unknown": "Ukjent",
}
REASON_WORDS: Mapping[str, str] = {
    "case": "sak",
    "follow_up": "oppfølging",
    "complaint": "klage",
    "other": "anna grunn",
}
"""Why a person with a protected address was opened (`app.http.access_reasons`)."""
OUTCOME_WORDS: Mapping[str, str] = {"allowed": "fekk sjå", "denied": "nekta"}
# An operation's id is a verb and a noun (`read_placement`): the longest beginning that stands here is the verb.
VERBS: Mapping[str, str] = {
    "add": "Registrerte", "annul": "Annullerte", "answer": "Svarte på", "assess": "Vurderte", "cancel": "Trekte",
    "change": "Endra", "check": "Kontrollerte", "close": "Lukka", "compute": "Rekna på", "correct": "Retta",
    "create": "Registrerte", "decide": "Godkjende eller avviste", "end": "Avslutta", "erase": "Sletta",
    "export": "Henta ut", "get": "Såg", "give": "Registrerte", "list": "Såg", "look_up": "Slo opp",
    "merge": "Slo saman", "push": "Sende inn", "rank": "Rangerte", "read": "Såg", "recall": "Kalla tilbake",
    "record": "Registrerte", "register": "Registrerte", "request": "Bad om",
    "restrict": "Avgrensa handsaminga av", "lift": "Oppheva",
    "retract": "Trekte", "revoke": "Stengde", "send": "Sende", "set": "Fastsette", "summarise": "Talde",
    "update": "Endra",
    "upsert": "Oppdaterte", "waive": "Fråfall", "withdraw": "Trekte",
}  # fmt: skip
NOUNS: Mapping[str, str] = {
    "absence": "fråvær", "acceptance": "eit ja til førespurnaden",
    "absence_report": "fråværsrapporten", "absence_review": "gjennomgang av fråvær",
    "absence_reviews": "gjennomgangar av fråvær", "absence_routine": "fråværsrutina",
    "absence_routines": "fråværsrutinane", "absence_revisions": "endringane av fråvær",
    "absence_summary": "samandrag av fråvær", "absences": "fråvær",
    "access_copy": "innsynskopien med fødselsnummer", "access_log": "innsynsloggen",
    "access_log_of_participant": "kven som har sett personen", "application": "søknaden",
    "application_requests": "førespurnadene", "applications": "søknader", "consent": "samtykke",
    "consents": "samtykke", "costs": "kva plassen kostar",
    "decision": "vedtak", "decision_effect": "verknaden av eit vedtak", "decisions": "vedtak", "erasure": "sletting",
    "erasure_requests": "ynske om sletting", "evaluation": "evalueringsrapport",
    "evaluations": "evalueringsrapportar", "events": "hendingar", "follow_up_counts": "tal for året",
    "follow_up_report": "årsrapporten",
    "legacy_placement": "plass på vidareførte vilkår",
    "letter": "brevet om vedtaket", "meeting": "møte", "meeting_versions": "utgåvene av eit referat",
    "meetings": "møte", "mirror": "om vedtaka speglar behovet",
    "mirror_people": "timar, tilsette og kostnad per person", "mirror_periods": "om vedtaka speglar behovet",
    "mirror_services": "timar, tilsette og kostnad",
    "month": "månaden", "notice": "oppseiing", "notices": "oppseiingar",
    "need_change": "eit behov", "need_changes": "behov som har meldt seg",
    "participant": "personen", "participants": "personen",
    "participants_to_erase": "kven som kan slettast", "placement": "plassen", "placements": "plassen",
    "plan": "oppfølgingsplan", "plans": "oppfølgingsplanar", "request": "førespurnad", "requests": "førespurnader",
    "service_view": "vurderinga frå tenesta",
    "service_hours": "timar med tenester", "service_hours_revisions": "endringane av timar med tenester",
    "service_type": "eit slag teneste", "service_types": "slaga teneste",
    "service_type_norms": "normene for eit slag teneste",
    "restriction": "avgrensinga", "restrictions": "avgrensingane", "settlement": "oppgjeret",
    "stair_step": "eit trinn på trappa", "stair_steps": "trinna på trappa", "stair_service": "ei teneste på trappa",
    "stair_services": "tenestene på trappa", "stair_capacity": "talet plassar på trappa",
    "stair_capacities": "talet plassar på trappa", "stair_table": "ein tabell over plassar",
    "stair_tables": "tabellar over plassar", "stair_need": "eit behov på trappa", "stair_needs": "behova på trappa",
    "stair_gap": "kva som manglar på trappa",
    "stair_review": "ein gjennomgang av trappene", "stair_reviews": "gjennomgangar av trappene",
    "population": "folketalet", "populations": "folketal",
    "supplement": "tillegg", "supplements": "tillegg", "task_calendar": "kalenderen",
    "what_if": "kva plassen kostar", "what_if_years": "kva plassen kostar i fleire år",
    "task_waiver": "fråfall av ei oppgåve", "task": "ei oppgåve", "tasks": "arbeidslista",
    "staffing_plan": "ein bemanningsplan", "trip": "ein tur",
    "trip_acceptance": "eit ja til prisen for ein tur", "trip_decision": "vedtaket om ein tur",
    "trip_settlement": "oppgjeret for ein tur", "trips": "turar",
    "grant_scheme": "informasjon om ei anna ordning", "grant_schemes": "informasjon om andre ordningar",
    "trip_fund_entry": "ein post i feriefondet", "trip_fund_entries": "postane i feriefondet",
    "trip_fund_year": "året til feriefondet",
    "trip_application": "ein søknad om feriereise", "trip_applications": "søknader om feriereise",
    "trip_overview": "oversikta over feriereiser",
    "trip_round": "søknadene i ein runde av feriereiser",
    "trust_application": "ein søknad til legatet", "trust_applications": "søknader til legatet",
    "trust_decision": "eit vedtak i legatet",
    "trust_payment": "ei utbetaling frå legatet", "trust_repayment": "ei tilbakebetaling til legatet",
    "trust_report": "rapporten til styret i legatet", "trust_shares": "kva kvar kan få av legatet",
    "trust_sum": "summen til legatet", "trust_sums": "summane til legatet", "trust_year": "året til legatet",
    "unusual_access": "uvanlege oppslag",
}  # fmt: skip


def describe_action(operation: str, language: Language = "nn") -> str:
    """`read_placement` -> `Såg plassen`; an operation that has no words here is named as it is."""
    for verb in sorted(VERBS, key=len, reverse=True):
        noun = operation.removeprefix(f"{verb}_")
        if noun != operation and noun in NOUNS:
            return f"{_write(VERBS[verb], language)} {_write(NOUNS[noun], language)}"
    return operation.replace("_", " ")


def describe_purpose(
    code: str, reason: str | None = None, reference: str | None = None, language: Language = "nn"
) -> str:
    """Why somebody looked, and what was said of it: `Sakshandsaming: klage, sak 2022/1234`."""
    purpose = _write(PURPOSES.get(code, code), language)
    if reason is None:
        return purpose
    return f"{purpose}: {_write(REASON_WORDS[reason], language)}{f', sak {reference}' if reference else ''}"


def _write(words: str, language: Language) -> str:
    return BOKMAAL.get(words, words) if language == "nb" else words
