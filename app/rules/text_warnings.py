"""What looks like personal data in a text: a guess, good enough for a warning (C12)."""

import re
from collections.abc import Iterable

from app.rules.identifiers import contains_identity_number

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# Written with a capital letter, and nobody's name.
_CAPITALISED_WORDS = frozenset(
    """
    januar februar mars april mai juni juli august september oktober november desember
    jan feb mar apr jun jul aug sep okt nov des kvartal uke veke månad måned periode
    plass plassar plasser plassen grunnfinansiering arbeidsplass tilrettelagt arbeid aktivitet oppgåve pris sats tillegg
    etterbetaling kreditering faktura kreditnota differanse oppgjer oppgjør kontrakt avtale ref kommune alver
    for til og i av per gjeld gjelder
    """.split()
)


def count_names(text: str, known: frozenset[str] = frozenset()) -> int:
    """How many times two or more words in a row look like a person's name, other than those that are known.

    A guess, good enough for a warning: words that begin with one capital letter, with nothing but space between.
    """
    names, run, end = 0, 0, 0
    for word in _WORD.finditer(text):
        written = word.group()
        is_name = (
            written[:1].isupper()
            and not written.isupper()
            and written.lower() not in _CAPITALISED_WORDS
            and written.lower() not in known
        )
        follows = text[end : word.start()].strip(" \u00a0") == ""
        run = (run + 1 if follows else 1) if is_name else 0
        names += run == 2
        end = word.end()
    return names


def count_identity_numbers(texts: Iterable[str]) -> int:
    """How many texts hold a national identity number."""
    return sum(contains_identity_number(text, relaxed=True) for text in texts)
