"""Keys of placements brought into order, whatever halves they share."""

from itertools import groupby

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from app.budget.placement_periods import sort_keys

HALVES = st.sampled_from([bytes(8), b"\0" * 7 + b"\x01", b"\x01" + bytes(7), b"\xff" * 8])


@given(st.lists(st.tuples(HALVES, HALVES).map(b"".join), max_size=12))
@example([])
def test_equal_keys_stand_together_in_the_order_of_their_bytes(keys: list[bytes]) -> None:
    order, is_first = sort_keys(np.array(keys, "S16"))
    assert sorted(order) == list(range(len(keys)))
    ordered = [keys[index] for index in order]
    assert ordered == sorted(keys)
    assert is_first.tolist() == [place == 0 for _, equal in groupby(ordered) for place, _ in enumerate(equal)]
