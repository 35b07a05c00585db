"""The demo's follow-up of 2022: what is done, and what is late or waived (M1–M9, P4)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.database.unit_of_work import UnitOfWork
from app.followup import evaluations, meetings, plans
from app.followup.schemas import EvaluationIn, GuidelineEvaluationIn, MeetingIn, PlanIn, WaiverIn
from app.followup.waivers import waive_task
from app.http.openapi_examples import demo_id
from app.participants import consents
from app.participants.schemas import ConsentIn
from app.providers.absence_routines import record_routine
from app.providers.competence import record_statement
from app.providers.schemas import AbsenceRoutineIn, CompetenceStatementIn
from app.security.roles import Actor

AREAS = ["facilitation", "guidance", "health_and_care_act", "health_and_social_tasks"]
# Employees, police certificates, full-time equivalents and premises by provider. The last lacks a certificate.
STAFF = (
    (4, 4, "2.40", "yes", "Alt på eitt plan, med trinnfri inngang."),
    (3, 3, "2.00", "partly", "Heis til verkstaden; garderoben er trong."),
    (3, 2, "1.60", "partly", "Trinnfri inngang; ikkje heis til andre høgda."),
)
ROUTINE = {"agreed_on": "2022-01-20", "contact_after_days": 3, "contact": "Pårørande eller verje, så utøvande teneste"}
CONSENT = {
    "given_by": "participant",
    "given_on": "2022-01-10",
    "services": ["nav"],
    "method": "written",
    "wording": "Eg samtykkjer i at vekstbedrifta og NAV kan dele opplysningar om arbeidet og tiltaka mine.",
    "reference": "Sak 2022/31-2",
}
CONTENT = {"content_areas": ["activity", "mastery"], "text": "Mål og tiltak er avtalte saman med deltakaren."}
# Placement number -> the plan's day, for those that were not in time; None: there is no plan.
LATE_PLANS = {23: date(2022, 5, 10), 24: None}
UNSENT_PLAN = 21
# The temporary placement ends before its evaluation would be of use.
WAIVED_EVALUATION = 18
PLANNED_ON, SENT_ON = date(2022, 3, 15), date(2022, 3, 25)
CONVERSATIONS = ((date(2022, 4, 7), "own_experience", 19), (date(2022, 8, 18), "changes", 6))
COOPERATION_ON, COOPERATION_MEETINGS = date(2022, 5, 12), 10


async def add_follow_up(
    unit: UnitOfWork,
    actor: Actor,
    today: date,
    provider_names: Sequence[str],
    placements: int,
    municipality_number: str,
) -> None:
    """File it, provider by provider and placement by placement."""
    for number, (employees, certificates, equivalents, design, text) in enumerate(STAFF, start=1):
        statement = CompetenceStatementIn.model_validate(
            {
                "stated_on": "2022-01-20",
                "employees": employees,
                "police_certificates": certificates,
                "full_time_equivalents": equivalents,
                "areas": AREAS,
                "premises": {"universal_design": design, "text": text},
            }
        )
        await record_statement(unit, demo_id("provider", number), statement)
        routine = AbsenceRoutineIn.model_validate({**ROUTINE, "reference": f"Sak 2022/{number}"})
        await record_routine(unit, demo_id("provider", number), routine)
    await consents.record_consent(unit, actor, demo_id("participant", 1), ConsentIn.model_validate(CONSENT), today)
    for number in range(1, placements + 1):
        await _follow_up(unit, actor, today, number)
    report = {"placement_id": demo_id("placement", 1), **CONTENT, "period_from": "2022-01-01"}
    evaluation = EvaluationIn.model_validate({**report, "period_to": "2022-06-30"})
    await evaluations.create_evaluation(unit, actor, evaluation, today)
    waiver = WaiverIn(reason="Plassen sluttar 30. oktober, og den siste samtalen tek opp det same.")
    waived = f"evaluation.{demo_id('placement', WAIVED_EVALUATION)}.1"
    await waive_task(unit, actor, waived, waiver, municipality_number)
    joint = {
        "kind": "system",
        "held_on": "2022-06-02",
        "called_by": "habilitation",
        "attendees": [{"role": role} for role in ("case_office", "habilitation", "mental_health")]
        + [{"role": "provider", "organisation": name} for name in provider_names[:2]],
        "themes": ["collaboration", "economy"],
        "minutes": "Gjennomgang av første halvår og av samhandlinga.",
    }
    await meetings.create_meeting(unit, actor, MeetingIn.model_validate(joint), today)
    evaluated = GuidelineEvaluationIn(year=2022, evaluated_on=date(2022, 6, 15), text="Verkar etter føremålet.")
    await evaluations.record_guideline_evaluation(unit, evaluated, today)


async def _follow_up(unit: UnitOfWork, actor: Actor, today: date, number: int) -> None:
    placement_id = demo_id("placement", number)
    made_on = LATE_PLANS.get(number, PLANNED_ON)
    if made_on is not None:
        sent_on = None if number == UNSENT_PLAN else max(made_on, SENT_ON)
        plan = {"placement_id": placement_id, **CONTENT, "made_on": made_on.isoformat()}
        plan |= {"sent_on": sent_on and sent_on.isoformat()}
        await plans.create_plan(unit, actor, PlanIn.model_validate(plan), today)
    if number <= COOPERATION_MEETINGS:
        await _meet(unit, actor, placement_id, "cooperation", COOPERATION_ON, ["functioning", "cooperation"])
    for held_on, theme, last in CONVERSATIONS:
        if number <= last:
            await _meet(unit, actor, placement_id, "conversation", held_on, [theme])


async def _meet(
    unit: UnitOfWork, actor: Actor, placement_id: UUID, kind: str, held_on: date, themes: list[str]
) -> None:
    minutes = {
        "kind": kind,
        "placement_id": placement_id,
        "held_on": held_on.isoformat(),
        "called_by": "provider",
        "attendees": [{"role": "participant"}, {"role": "provider"}],
        "themes": themes,
        "minutes": "Trivst godt, og vil halde fram som no.",
    }
    await meetings.create_meeting(unit, actor, MeetingIn.model_validate(minutes), held_on)
