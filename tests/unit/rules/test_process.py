"""The one table of steps (D3–D6, L3, L5), and where a place stands on a day."""

from datetime import date

import pytest

from app.rules.process import TRANSITIONS, PlacementState, determine_placement_state, find_next_state

DAY = date(2022, 6, 30)


def test_a_step_leads_to_one_state() -> None:
    assert len({(line.state, line.step) for line in TRANSITIONS}) == len(TRANSITIONS)


def test_nothing_follows_what_is_over() -> None:
    """D6, D8, D10: rejected or annulled is over, for an application and a place; what has ended may be corrected."""
    over = {line.next for line in TRANSITIONS} - {line.state for line in TRANSITIONS}
    assert over == {"rejected", "annulled"}
    assert {line.next for line in TRANSITIONS if line.state in ("granted", "withdrawn")} == {"annulled"}


def test_a_grant_needs_an_accepted_request() -> None:
    """D4."""
    assert [line.state for line in TRANSITIONS if line.step == "grant"] == ["accepted"]
    assert find_next_state("received", "accept") is None


@pytest.mark.parametrize(
    ("last_day", "end_decided", "notice_open", "state"),
    [
        (None, False, False, "running"),
        (DAY, False, False, "running"),
        (date(2022, 6, 29), False, False, "ended"),
        (DAY, False, True, "noticed"),
        (date(2022, 6, 29), False, True, "lapsed"),
        (DAY, True, False, "ending"),
        (date(2022, 6, 29), True, False, "ended"),
    ],
)
def test_where_a_place_stands(
    last_day: date | None, end_decided: bool, notice_open: bool, state: PlacementState
) -> None:
    """L3, L5, L7: the last day belongs to the place."""
    assert (
        determine_placement_state(last_day=last_day, end_decided=end_decided, notice_open=notice_open, on=DAY) == state
    )


def test_no_step_is_left_after_a_death() -> None:
    """L8: not on the day itself either."""
    assert determine_placement_state(last_day=DAY, end_decided=True, notice_open=False, on=DAY, died=True) == "ended"
