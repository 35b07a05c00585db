"""S6, S7: the answers to a survey as they are shown to those who see no names.

Of a question the areas are the rows of a table, and its answers, with those who gave none, are the columns. Where all
areas together are told too, what is left of them is one more row. The table is suppressed both ways.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.rules.suppression import LEAST, find_hidden


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """How many of an area, or of all of them (None), gave each answer to a question, in one order for the question."""

    area: str | None
    invited: int
    answered: int
    answers: Sequence[int]

    @property
    def columns(self) -> list[int]:
        """The answers, and those who gave none."""
        return [*self.answers, self.answered - sum(self.answers)]


@dataclass(frozen=True, slots=True)
class ShownResult:
    """The same, None for what is hidden."""

    invited: int | None
    answered: int | None
    answers: list[int | None]


def suppress_survey(questions: Sequence[Sequence[QuestionResult]], least: int = LEAST) -> list[list[ShownResult]]:
    """S6: what is shown of all the results of one survey, by question.

    **Decided here**: how many were invited is one number of the whole survey, and shown of all its results or of none:
    of none where those who did not answer, or those of areas that are not told, are few, or `answered` is hidden, whose
    bound it is.
    """
    shown = [_suppress_question(results, least) for results in questions]
    is_told = _tells_of_few_invited(questions, least) or any(
        result.answered is None for results in shown for result in results
    )
    return [
        [
            ShownResult(None if is_told else true.invited, result.answered, result.answers)
            for true, result in zip(results, of_question, strict=True)
        ]
        for results, of_question in zip(questions, shown, strict=True)
    ]


def _suppress_question(results: Sequence[QuestionResult], least: int) -> list[ShownResult]:
    """**Decided here**: nothing of a question is shown where what is hidden of it could be told by what was let in.

    A result has `least` answers or more, so one that has no more and is hidden in part cannot have fewer. Neither is
    anything shown where areas have more than all of them together: what is left of these is then no count.
    """
    areas = [result for result in results if result.area is not None]
    together = next((result for result in results if result.area is None), None)
    rows = [result.columns for result in areas]
    if together is not None:
        rest = [count - sum(row[at] for row in rows) for at, count in enumerate(together.columns)]
        if min(rest) < 0:
            return [_hide(result) for result in results]
        rows.append(rest)
    hidden = find_hidden(rows, least)
    shown = [
        _show(result, {at for row, at in hidden if row == (len(rows) if result is together else areas.index(result))})
        for result in results
    ]
    if any(_is_hidden(one) and sum(result.answers) <= least for one, result in zip(shown, results, strict=True)):
        return [_hide(result) for result in results]
    return shown


def _tells_of_few_invited(questions: Sequence[Sequence[QuestionResult]], least: int) -> bool:
    """Whether those who were invited and did not answer are few, of a result or of what areas leave of all of them.

    Those invited are the same for all questions: what one tells of the areas may be set against another's total.
    """
    every = [result for results in questions for result in results]
    by_area = {result.area: result.invited for result in every if result.area is not None}
    rest = [result.invited - sum(by_area.values()) for result in every if result.area is None]
    silent = [result.invited - result.answered for result in every]
    for results in questions:
        of_areas = [result for result in results if result.area is not None]
        for together in (result for result in results if result.area is None):
            invited = together.invited - sum(result.invited for result in of_areas)
            rest += [invited, invited - together.answered + sum(result.answered for result in of_areas)]
    return any(0 < count < least for count in (*silent, *rest))


def _show(result: QuestionResult, hidden: set[int]) -> ShownResult:
    columns: list[int | None] = [None if at in hidden else count for at, count in enumerate(result.columns)]
    answered = None if len(columns) in hidden else result.answered
    return ShownResult(result.invited, answered, columns[:-1])


def _hide(result: QuestionResult) -> ShownResult:
    return ShownResult(None, None, [None] * len(result.answers))


def _is_hidden(shown: ShownResult) -> bool:
    return shown.answered is None or None in shown.answers
