"""Who may call the operations on absence."""

from typing import Annotated

from app.security.roles import Actor, allow

CaseOfficer = Annotated[Actor, allow("case_officer")]
AbsenceWriter = Annotated[Actor, allow("case_officer", "provider")]
AbsenceReader = Annotated[Actor, allow("case_officer", "provider", "service")]
ReviewReader = Annotated[Actor, allow("case_officer", "service")]
