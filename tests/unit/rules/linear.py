"""Exact linear algebra for tests: what sums tell together."""

from collections.abc import Sequence
from fractions import Fraction


def is_determined(vector: Sequence[int], known: Sequence[Sequence[int]]) -> bool:
    """Whether a sum of unknowns, given as its coefficients, follows from the known sums."""
    return count_rank([*known, vector]) == count_rank(known)


def count_rank(vectors: Sequence[Sequence[int]]) -> int:
    """How many of the sums are independent."""
    rows = [[Fraction(number) for number in vector] for vector in vectors]
    rank = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((at for at in range(rank, len(rows)) if rows[at][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for at in range(rank + 1, len(rows)):
            factor = rows[at][column] / rows[rank][column]
            if factor:
                rows[at] = [one - factor * other for one, other in zip(rows[at], rows[rank], strict=True)]
        rank += 1
    return rank
