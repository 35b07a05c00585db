"""Who may call what in follow-up."""

from typing import Annotated

from app.security.roles import Actor, allow

CaseOfficer = Annotated[Actor, allow("case_officer")]
FollowUpCountsReader = Annotated[Actor, allow("case_officer", "finance", "manager")]
FilingParty = Annotated[Actor, allow("case_officer", "provider")]
FollowUpParty = Annotated[Actor, allow("case_officer", "provider", "service")]
TaskParty = Annotated[Actor, allow("case_officer", "provider", "service", "grants_officer")]
EveryParty = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance")]
