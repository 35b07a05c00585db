"""The code lists of meetings, plans and evaluations, with the words people read (M3, M4, M7, D5)."""

from collections.abc import Iterable, Mapping

from app.followup.schemas import CodeListOut, CodeListsOut, CodeOut
from app.rules.follow_up_duties import ResponsibleParty, TaskKind, TaskStatus
from app.rules.minutes import CONTENT_AREAS, CONVERSATION_THEMES, COOPERATION_THEMES, SYSTEM_THEMES

# Labels follow the guideline's own words (§ 4, § 7.2, § 7.3).
_CONVERSATION_THEMES = dict(
    zip(
        CONVERSATION_THEMES,
        (
            "Eiga oppleving av å vere deltakar i tilbodet",
            "Eigenvurdering av progresjon og utvikling",
            "Behov for endringar eller tilrettelegging som kan betre trivsel og meistring",
            "Behov for endring av innhald i tilbodet",
        ),
        strict=True,
    )
)
_COOPERATION_THEMES = dict(
    zip(
        COOPERATION_THEMES,
        (
            "Deltakaren si fungering og trivsel",
            "Samarbeid og utveksling av naudsynt informasjon",
            "Behov for endringar i tilbodet",
            "Behov for eit anna type tilbod",
        ),
        strict=True,
    )
)
_SYSTEM_THEMES = dict(
    zip(
        SYSTEM_THEMES,
        (
            "Utviklingstrekk, behovsframskrivingar og nye satsingsområde",
            "Evaluering av samhandling",
            "Økonomi",
            "Andre tema som er meldt inn frå partane",
        ),
        strict=True,
    )
)
_CONTENT_AREAS = dict(
    zip(
        CONTENT_AREAS,
        (
            "Velferds- og arbeidsrelaterte oppgåver",
            "Meistring og auka sjølvstende",
            "Naudsynt variasjon i tilbodet",
            "Sosial trening, fysisk aktivitet og motivering",
            "Helse, kosthald og personleg hygiene",
        ),
        strict=True,
    )
)
TASK_KINDS: Mapping[TaskKind, str] = {
    "plan": "Plan for oppfølging",
    "evaluation": "Årleg evaluering",
    "conversation": "Samtalar",
    "cooperation_meeting": "Samarbeidsmøte",
    "system_meeting": "Felles samarbeidsmøte",
    "guideline_evaluation": "Evaluering av retningslinja",
    "absence_review": "Vurdering av omfattande fråvær",
    "notice_meeting": "Møte etter oppseiing",
    "deviation": "Avvik hjå vekstbedrifta",
    "consent": "Fornying av samtykke",
    "moved_out": "Deltakaren har flytta ut",
    "request_to_send": "Send førespurnad",
    "request_unanswered": "Svar på førespurnad",
    "decision_to_make": "Gjer vedtak",
    "end_decision": "Gjer vedtak om opphør",
    "temporary_ending": "Mellombels plass tek slutt",
    "supplement_ending": "Tillegg går ut",
    "rate_missing": "Ny sats",
    "absence_contact": "Kontakt etter fråvær",
    "staffing_discussion": "Drøfting av bemanning",
    "protection_to_check": "Adressevern som skal sjekkast",
    "trust_report": "Rapport til styret i legatet",
    "stair_review": "Gjennomgang av trappene",
    "reassessment": "Ny kartlegging av behovet",
    "trip_assessment": "Vurdering av søknader om feriereise",
    "trip_acceptance": "Prisen på ein tur skal godtakast",
    "trip_settlement": "Oppgjer etter ein tur",
    "trial_evaluation": "Evaluering av ferieordninga",
    "information_stale": "Informasjon som skal sjekkast",
}
TASK_STATUSES: Mapping[TaskStatus, str] = {
    "open": "Ope",
    "overdue": "Forfalle",
    "done": "Gjort",
    "waived": "Fråfalle",
}
_RESPONSIBLE: Mapping[ResponsibleParty, str] = {
    "provider": "Vekstbedrifta",
    "case_office": "Forvaltningskontoret",
    "service": "Utøvande teneste",
    "grants_office": "Fagutvikling",
}
ATTENDEE_ROLES: Mapping[str, str] = {
    "participant": "Deltakar",
    "guardian": "Verje",
    "next_of_kin": "Pårørande",
    "provider": "Vekstbedrift",
    "case_office": "Forvaltningskontoret",
    "habilitation": "Habilitering",
    "mental_health": "Psykisk helse og rus",
    "nav": "NAV",
    "other_service": "Anna teneste",
}

_LABELS: Mapping[str, Iterable[tuple[str, str]]] = {
    "conversation_themes": _CONVERSATION_THEMES.items(),
    "cooperation_themes": _COOPERATION_THEMES.items(),
    "system_themes": _SYSTEM_THEMES.items(),
    "content_areas": _CONTENT_AREAS.items(),
    "attendee_roles": ATTENDEE_ROLES.items(),
    "task_kinds": TASK_KINDS.items(),
    "task_statuses": TASK_STATUSES.items(),
    "task_responsible": _RESPONSIBLE.items(),
}
_WORDS = {code: label for labels in _LABELS.values() for code, label in labels}
CODE_LISTS = CodeListsOut(
    items=[
        CodeListOut(name=name, codes=[CodeOut(code=code, label=label) for code, label in labels])
        for name, labels in _LABELS.items()
    ]
)


def describe_codes(codes: Iterable[str]) -> str:
    """The codes as a refusal lists them: Økonomi («economy»), …"""
    return ", ".join(f"{_WORDS[code]} («{code}»)" for code in codes)
