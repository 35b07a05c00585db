"""What looks like personal data in an invoice's texts (C12)."""

import pytest

from app.rules.text_warnings import count_identity_numbers, count_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Plass, grunnfinansiering januar", 0),
        ("Grunnfinansiering Januar 2023", 0),
        ("Gjeld Kari Nordmann", 1),
        ("Kari Anne Nordmann-Li og Ola Åsen", 2),
        ("KARI NORDMANN", 0),
        ("Kari", 0),
        ("Kari. Nordmann", 0),
        ("Knarvik Industri og Miljø", 0),
        ("", 0),
    ],
)
def test_what_looks_like_a_name(text: str, names: int) -> None:
    """C12: a guess: words of the supplier's own name are none."""
    assert count_names(text, frozenset({"knarvik", "industri", "miljø"})) == names


def test_identity_numbers_are_found_as_people_write_them() -> None:
    assert count_identity_numbers(["f. 158170 00190", "15817000190", "15817000191", "konto 12345678903"]) == 2
