"""Which acceptance stands, and how far an application has come (D4); what a provider is shown (P3)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.rules.process import ApplicationStatus
from app.rules.requests import (
    Answer,
    RequestFacts,
    determine_age_band,
    determine_application_status,
    is_applicant_visible,
    is_standing,
)

ACTS = st.lists(st.tuples(st.sampled_from(["send", "accept", "decline", "recall", "retract"]), st.integers(0, 4)))


def build_requests(acts: list[tuple[str, int]], most_open: int) -> list[RequestFacts]:
    """Requests after these acts, as far as each was possible, at most so many open at a time."""
    found: list[RequestFacts] = []
    for number, (act, index) in enumerate(acts):
        if act == "send":
            if sum(request.is_open for request in found) < most_open:
                found.append(RequestFacts(number))
            continue
        if not found:
            continue
        place = index % len(found)
        one = found[place]
        if act in ("accept", "decline") and one.is_open:
            answer: Answer = "accepted" if act == "accept" else "declined"
            found[place] = RequestFacts(one.sent_number, answer, number)
        elif act == "recall" and one.is_open:
            found[place] = RequestFacts(one.sent_number, recalled=True)
        elif act == "retract" and one.answer == "accepted":
            found[place] = RequestFacts(one.sent_number, "accepted", one.answer_number, retracted=True)
    return found


@given(ACTS)
def test_one_at_a_time_the_newest_answer_alone_stands(acts: list[tuple[str, int]]) -> None:
    """D4."""
    requests = build_requests(acts, 1)
    standing = [request for request in requests if is_standing(request, requests)]
    answered = [request for request in requests if request.answer is not None]
    newest = max(answered, key=lambda request: request.answer_number or 0, default=None)
    counts = newest is not None and newest.answer == "accepted" and not newest.retracted
    assert standing == ([newest] if counts else [])


@given(ACTS, st.integers(1, 4))
def test_only_an_acceptance_that_is_not_taken_back_stands(acts: list[tuple[str, int]], most_open: int) -> None:
    """D4: and an application is accepted exactly where one does."""
    requests = build_requests(acts, most_open)
    standing = [request for request in requests if is_standing(request, requests)]
    assert all(request.answer == "accepted" and not request.retracted for request in standing)
    status = determine_application_status(requests, decided=None, withdrawn=False)
    assert (status == "accepted") == bool(standing)
    assert (status == "requested") == (not standing and any(request.is_open for request in requests))


@given(ACTS, st.integers(1, 4), st.sampled_from(["rejected", "withdrawn", "granted"]))
def test_who_neither_judges_nor_got_the_place_sees_nothing(
    acts: list[tuple[str, int]], most_open: int, status: ApplicationStatus
) -> None:
    requests = build_requests(acts, most_open)
    assert not any(is_applicant_visible(request, requests, status, granted=False) for request in requests)


def test_acceptances_of_one_time_stand_beside_each_other() -> None:
    """D4: `open_requests` of 2; a decline of what was open as well takes nothing away."""
    first, second = RequestFacts(1, "accepted", 3), RequestFacts(2, "declined", 4)
    assert is_standing(first, [first, second])
    later = RequestFacts(5, "declined", 6)
    assert not is_standing(first, [first, second, later])


@given(st.dates(date(1930, 1, 1), date(2022, 8, 31)))
def test_age_band_contains_the_age(birth_date: date) -> None:
    on = date(2022, 8, 31)
    age = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    first, last = determine_age_band(birth_date, on).split("-")
    assert int(first) <= age <= int(last) == int(first) + 9


def test_age_band_changes_on_the_birthday() -> None:
    assert determine_age_band(date(1992, 9, 1), date(2022, 8, 31)) == "20-29"
    assert determine_age_band(date(1992, 9, 1), date(2022, 9, 1)) == "30-39"
