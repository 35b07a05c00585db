"""Who writes a stair and who reads it, and the addresses' common part."""

from typing import Annotated

from fastapi import Path

from app.rules.stairs import Stair
from app.security.roles import Actor, allow

CaseOfficer = Annotated[Actor, allow("case_officer")]
StairReader = Annotated[Actor, allow("case_officer", "service", "finance", "manager")]
StairPath = Annotated[
    Stair, Path(description="The stair of activity and mastery, or of housing.", examples=["housing"])
]
