"""Names are folded alike by the rule, which folds queries, and by the database, which folds what it stores (D1)."""

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from app.rules.names import find_short_words, fold_words, have_same_words

LETTERS = "aAéÉøØæÆåÅđĐŧŦŋŊñßİçČšž -'’‑.\u00a0\u0301ИйΣς"


@given(st.text(LETTERS, max_size=20))
def test_folding_twice_changes_nothing(name: str) -> None:
    words = fold_words(name)
    assert fold_words(" ".join(words)) == words


@given(st.text(LETTERS, max_size=20))
def test_case_and_the_order_of_words_do_not_count(name: str) -> None:
    assert have_same_words(name, " ".join(reversed(fold_words(name))))


def test_words_of_one_letter() -> None:
    assert find_short_words("Kari A. og Ø") == ["A.", "Ø"]


async def test_the_database_folds_in_the_same_way(owner: asyncpg.Connection) -> None:
    names = [LETTERS, *LETTERS, "Anne-Marie O’Brien", "Ǿrsted Ǽsir", "ＦＵＬＬ　ＷＩＤＴＨ", "Bjørn  Åge\u2010Ødegård"]
    for name in names:
        assert sorted(await owner.fetchval("select fold_name_words($1)", name)) == sorted(set(fold_words(name))), name
