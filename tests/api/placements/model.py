"""What the state machine believes of applications and places, without asking the service."""

from dataclasses import dataclass, field
from datetime import date

from app.rules.process import ApplicationStatus, PlacementState, determine_placement_state


@dataclass
class Case:
    """An application as the machine believes it to be."""

    id: str
    person: str
    state: ApplicationStatus = "received"
    # Id, provider, and how it stands: accepted, declined, recalled, retracted, or None while it is open.
    requests: list[tuple[str, int, str | None]] = field(default_factory=list)

    def follow_requests(self) -> None:
        """D4: of several answers the newest counts; a recalled request has none."""
        answers = [answer for _, _, answer in self.requests if answer not in (None, "recalled")]
        open_ = any(answer is None for _, _, answer in self.requests)
        self.state = "accepted" if answers[-1:] == ["accepted"] else "requested" if open_ else "received"


@dataclass
class Place:
    """A place as the machine believes it to be."""

    id: str
    provider: int
    starts_on: date
    ends_on: date | None
    notices: list[tuple[str, date | None]] = field(default_factory=list)
    annulled_notices: int = 0
    notice_open: bool = False
    end_decided: bool = False
    died: bool = False
    annulled: bool = False
    grant: str | None = None
    application: str | None = None
    ends: list[str] = field(default_factory=list)
    """The ends that nothing has taken back."""
    last_day: date | None = None
    """The last day as granted or moved (L7), which an end does not change."""
    moved_since_end: bool = False

    def state(self, on: date) -> PlacementState:
        return determine_placement_state(
            last_day=self.ends_on,
            end_decided=self.end_decided,
            notice_open=self.notice_open,
            on=on,
            died=self.died,
            annulled=self.annulled,
        )


@dataclass
class World:
    """What every run begins with."""

    providers: list[str]
    people: list[str]
    cases: list[Case]
    places: list[Place]
