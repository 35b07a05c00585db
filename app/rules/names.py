"""How names are compared: word by word, without case and accents, and with Nordic letters by their plain ones."""

import re
import unicodedata

# The database folds the names that it stores in the same way (`fold_name_words` in migrations/sql/functions.sql).
_SEPARATORS = re.compile("[\x01-\x20'\\-`\x7f-\xa0\u02bb\u02bc\u1680\u2000-\u206f\u2212\u3000\ufeff]+")
_MARKS = re.compile("[\u0300-\u036f]")
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ŧ": "t", "ŋ": "n"})
LEAST_LETTERS = 2


def fold_words(name: str) -> list[str]:
    """The words of a name or of a query, folded. Blanks, hyphens and apostrophes part words."""
    letters = "".join(letter.lower() for letter in unicodedata.normalize("NFKD", name))
    return [word for word in _SEPARATORS.split(_MARKS.sub("", letters).translate(_PLAIN)) if word]


def find_short_words(query: str) -> list[str]:
    """The words of a query that have fewer than two letters, as they were written."""
    words = _SEPARATORS.split(unicodedata.normalize("NFC", query))
    return [word for word in words if word and sum(letter.isalpha() for letter in word) < LEAST_LETTERS]


def have_same_words(one: str, other: str) -> bool:
    """Whether two names are the same but for case, accents, hyphens and the order of their words."""
    return sorted(fold_words(one)) == sorted(fold_words(other))
