"""The code lists of meetings, plans and evaluations, with the words people read (M3, M4, M7, D5)."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field as Limits

from app.http.schemas import Shape
from app.rules.follow_up_duties import ResponsibleParty, TaskKind, TaskStatus
from app.rules.minutes import CONTENT_AREAS, CONVERSATION_THEMES, COOPERATION_THEMES, SYSTEM_THEMES

# Labels follow the guideline's own words (§ 4, § 7.2, § 7.3).
THEMES_OF_CONVERSATIONS = dict(
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
THEMES_OF_COOPERATION = dict(
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
THEMES_OF_JOINT_MEETINGS = dict(
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
AREAS_OF_CONTENT = dict(
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
KINDS: Mapping[TaskKind, str] = {
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
}
STATUSES: Mapping[TaskStatus, str] = {"open": "Ope", "overdue": "Forfalle", "done": "Gjort"}
RESPONSIBLE: Mapping[ResponsibleParty, str] = {
    "provider": "Vekstbedrifta",
    "case_office": "Forvaltningskontoret",
    "service": "Utøvande teneste",
}
ROLES: Mapping[str, str] = {
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

CODE_LISTS: Mapping[str, Iterable[tuple[str, str]]] = {
    "conversation_themes": THEMES_OF_CONVERSATIONS.items(),
    "cooperation_themes": THEMES_OF_COOPERATION.items(),
    "system_themes": THEMES_OF_JOINT_MEETINGS.items(),
    "content_areas": AREAS_OF_CONTENT.items(),
    "attendee_roles": ROLES.items(),
    "task_kinds": KINDS.items(),
    "task_statuses": STATUSES.items(),
    "task_responsible": RESPONSIBLE.items(),
}


class CodeOut(Shape):
    """One code and its label in nynorsk."""

    code: Annotated[str, Limits(examples=["functioning"])]
    label: Annotated[str, Limits(examples=["Deltakaren si fungering og trivsel"])]


class CodeListOut(Shape):
    """One list of codes, in the guideline's order."""

    name: Annotated[str, Limits(examples=["cooperation_themes"])]
    codes: list[CodeOut]


class CodeListsOut(Shape):
    """Every code list. It is one page: `next` is always null."""

    items: list[CodeListOut]
    next: None = None


def code_lists() -> CodeListsOut:
    """All of them."""
    return CodeListsOut(
        items=[
            CodeListOut(name=name, codes=[CodeOut(code=code, label=label) for code, label in codes])
            for name, codes in CODE_LISTS.items()
        ]
    )
