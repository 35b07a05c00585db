"""S6, S7: nobody works a hidden count of a survey out from all that is shown of it and from what is let in."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import pytest

from app.rules.survey_suppression import QuestionResult, ShownResult, suppress_survey
from tests.unit.rules.worlds import Worlds, divide

TOGETHER = None
Question = list[QuestionResult]


class Shape(NamedTuple):
    """Which results a question has: of so many areas, of all of them together too or not, with so many answers."""

    areas: int
    has_total: bool
    answers: int


def list_questions(shape: Shape, people: int, least: int) -> Iterator[Question]:
    """Every question that so many people have answered, or given no answer to, and that is let in.

    The last row is of areas that are not told, if all of them together are.
    """
    columns = shape.answers + 1
    for cells in divide(people, (shape.areas + shape.has_total) * columns):
        rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
        results = [make_result(f"{area}", row) for area, row in enumerate(rows[: shape.areas])]
        if shape.has_total:
            results.append(make_result(TOGETHER, [sum(column) for column in zip(*rows, strict=True)]))
        if all(sum(result.answers) >= least for result in results):
            yield results


def make_result(area: str | None, columns: Sequence[int], invited: int = 1000) -> QuestionResult:
    """Of answers, and those who gave none."""
    return QuestionResult(area, invited, sum(columns), columns[:-1])


def count_all(results: Question) -> list[int]:
    """Every number of people in a question: in the order of `flatten`, then those that are not told as such."""
    told = [count for result in results for count in (*result.answers, result.answered)]
    derived = [result.columns[-1] for result in results]
    *areas, last = results
    if last.area is TOGETHER:
        rest = [count - sum(row.columns[at] for row in areas) for at, count in enumerate(last.columns)]
        derived += [*rest, sum(rest)]
    return told + derived


def flatten(shown: Sequence[ShownResult]) -> tuple[int | None, ...]:
    return tuple(count for result in shown for count in (*result.answers, result.answered))


@pytest.mark.parametrize(
    ("shape", "most", "least"),
    [
        (Shape(0, True, 3), 8, 3),
        (Shape(1, False, 2), 9, 3),
        (Shape(1, True, 1), 9, 3),
        (Shape(1, True, 2), 7, 2),
        (Shape(1, True, 2), 8, 3),
        (Shape(2, False, 2), 8, 3),
        (Shape(2, True, 1), 9, 2),
        (Shape(2, True, 1), 11, 3),
        (Shape(2, True, 2), 7, 2),
        (Shape(3, True, 1), 9, 2),
    ],
)
def test_no_hidden_count_follows_from_what_is_shown(shape: Shape, most: int, least: int) -> None:
    """By brute force: questions that agree with all that is shown differ in every count that is hidden.

    What is hidden is no zero, unless nothing at all is shown. Those who gave no answer, and those of areas that are not
    told, are in no result: they may be known to be none, or `least` or more.
    """
    worlds = Worlds(count_all(one) for people in range(most + 4) for one in list_questions(shape, people, least))
    cases: dict[tuple[int | None, ...], Question] = {}
    for people in range(most + 1):
        for question in list_questions(shape, people, least):
            [results] = suppress_survey([question], least)
            cases.setdefault(flatten(results), question)
    assert len(cases) > 10
    faults = []
    for shown, question in cases.items():
        assert all(count is None or count == 0 or count >= least for count in shown)
        hidden = [at for at, count in enumerate(shown) if count is None]
        nonzero = [] if len(hidden) == len(shown) else hidden
        for at, count in worlds.find_determined(shown, nonzero).items():
            if 0 < count < least or (count and at in hidden):
                faults.append((question, shown, at))
    assert faults == []


def list_surveys(invited: int, shapes: Sequence[Shape], least: int) -> Iterator[list[Question]]:
    """Every survey of so many invited whose one area and all of them together answer with one answer or not at all.

    Each question has the same people invited; a shape says which of its results are told.
    """
    for in_area in range(invited + 1):
        questions = []
        for shape in shapes:
            of_shape = []
            for of_area, of_rest in product(range(in_area + 1), range(invited - in_area + 1)):
                area = make_result("area", (of_area, 0), in_area)
                together = make_result(TOGETHER, (of_area + of_rest, 0), invited)
                results = [*([area] if shape.areas else []), *([together] if shape.has_total else [])]
                if all(result.answered >= least for result in results):
                    of_shape.append(results)
            questions.append(of_shape)
        yield from map(list, product(*questions))


def count_invited(survey: list[Question]) -> list[int]:
    """Who was invited and did not answer, of each result and of what is left of all of them; and who else was invited.

    Who was invited in all areas and in one may be told by different questions.
    """
    every = [result for results in survey for result in results]
    found = [result.invited - result.answered for result in every]
    for results in survey:
        if len(results) == 2:
            found.append(found[every.index(results[1])] - found[every.index(results[0])])
    by_area = {result.area: result.invited for result in every}
    return [*found, *([by_area[TOGETHER] - by_area["area"]] if len(by_area) == 2 else [])]


@pytest.mark.parametrize("least", [2, 3])
@pytest.mark.parametrize(
    "shapes",
    [
        [Shape(1, False, 1)],
        [Shape(0, True, 1)],
        [Shape(1, True, 1)],
        [Shape(1, False, 1), Shape(0, True, 1)],
        [Shape(1, True, 1), Shape(1, False, 1)],
    ],
)
def test_who_did_not_answer_is_not_worked_out_from_those_invited(shapes: list[Shape], least: int) -> None:
    """By brute force: surveys that agree with all that is shown differ in every few that it does not show."""
    most = 9
    surveys = [survey for invited in range(most + 4) for survey in list_surveys(invited, shapes, least)]
    worlds = Worlds(
        [*(count for results in survey for one in results for count in list_counts(one)), *count_invited(survey)]
        for survey in surveys
    )
    cases = {flatten_with_invited(survey, least): survey for survey in reversed(surveys)}
    faults = [
        (survey, shown)
        for shown, survey in cases.items()
        if max(result.invited for results in survey for result in results) <= most
        for at, count in worlds.find_determined(shown, ()).items()
        if at >= len(shown) and 0 < count < least
    ]
    assert len(cases) > 10
    assert faults == []


def flatten_with_invited(survey: list[Question], least: int) -> tuple[int | None, ...]:
    """All that is shown of a survey, in the order of `list_counts`."""
    shown = [result for results in suppress_survey(survey, least) for result in results]
    return tuple(count for result in shown for count in (result.invited, result.answered, *result.answers))


def list_counts(result: QuestionResult) -> tuple[int, ...]:
    return (result.invited, result.answered, *result.answers)


def test_enough_is_shown_where_enough_answered() -> None:
    areas = [QuestionResult("habilitation", 60, 31, [20, 11]), QuestionResult("mental_health", 60, 20, [12, 8])]
    together = QuestionResult(TOGETHER, 180, 81, [52, 29])
    assert suppress_survey([[*areas, together]]) == [
        [
            ShownResult(60, 31, [20, 11]),
            ShownResult(60, 20, [12, 8]),
            ShownResult(180, 81, [52, 29]),
        ]
    ]


def test_nothing_is_shown_of_a_question_that_could_be_told_by_what_is_let_in() -> None:
    """3 of the 8 are of no area that is told: the area has no fewer than the 5 it was let in with."""
    area, together = QuestionResult("habilitation", 60, 5, [5]), QuestionResult(TOGETHER, 90, 8, [8])
    other = QuestionResult("habilitation", 60, 40, [40])
    nothing = ShownResult(None, None, [None])
    assert suppress_survey([[area, together], [other]]) == [[nothing, nothing], [ShownResult(None, 40, [40])]]


def test_nothing_is_shown_where_areas_have_more_than_all_of_them() -> None:
    """3 who said no in all are few, whatever the area says."""
    area, together = QuestionResult("habilitation", 60, 30, [20, 10]), QuestionResult(TOGETHER, 90, 33, [30, 3])
    assert suppress_survey([[area, together]]) == [[ShownResult(None, None, [None, None])] * 2]


def test_those_invited_are_hidden_where_few_did_not_answer() -> None:
    results = [QuestionResult("habilitation", 22, 20, [20]), QuestionResult("mental_health", 60, 20, [20])]
    assert suppress_survey([results]) == [[ShownResult(None, 20, [20])] * 2]


def test_those_invited_are_compared_within_a_question_too() -> None:
    """2 of the first question's 62 are of no area that is told, whatever the second says."""
    first = [QuestionResult("habilitation", 60, 30, [30]), QuestionResult(TOGETHER, 62, 30, [30])]
    second = [QuestionResult("habilitation", 50, 30, [30]), QuestionResult(TOGETHER, 90, 30, [30])]
    assert {one.invited for results in suppress_survey([first, second]) for one in results} == {None}
