"""All states of small counts, and what those that agree with what is shown have in common: brute force for S6."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

Shown = Sequence[int | None]


def divide(count: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to divide a count into parts."""
    if parts == 1:
        yield (count,)
        return
    for first in range(count + 1):
        for rest in divide(count - first, parts - 1):
            yield first, *rest


class Worlds:
    """States, each with all its counts in one order: first those that may be shown, then what follows from them."""

    def __init__(self, states: Iterable[Sequence[int]]) -> None:
        self._states = [*states]
        self._by_known: dict[tuple[int, ...], defaultdict[tuple[int, ...], list[Sequence[int]]]] = {}

    def find_determined(self, shown: Shown, nonzero: Collection[int]) -> dict[int, int]:
        """The counts that are not shown and are the same in every state that agrees with what is: value by place.

        A state agrees if it has what is shown, and none of the hidden counts in `nonzero` is zero in it.
        """
        known = tuple(at for at, count in enumerate(shown) if count is not None)
        if known not in self._by_known:
            self._by_known[known] = defaultdict(list)
            for state in self._states:
                self._by_known[known][tuple(state[at] for at in known)].append(state)
        agreeing = [
            state
            for state in self._by_known[known][tuple(count for count in shown if count is not None)]
            if all(state[at] for at in nonzero)
        ]
        values = [*map(set, zip(*agreeing, strict=True))]
        return {at: one.pop() for at, one in enumerate(values) if len(one) == 1 and at not in known}
