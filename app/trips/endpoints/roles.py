"""Who may call what of the trips (X3)."""

from typing import Annotated

from app.security.roles import Actor, allow

GrantsOfficer = Annotated[Actor, allow("case_officer", "grants_officer")]
TripPlanner = Annotated[Actor, allow("case_officer", "grants_officer", "service")]
FundReader = Annotated[Actor, allow("case_officer", "grants_officer", "finance")]
