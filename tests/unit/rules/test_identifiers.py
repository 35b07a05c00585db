"""P1, D: organisation numbers and national identity numbers.

No number that could be a person's stands here: written out are only numbers of Skatteetaten's synthetic population
(month + 80), an H-number and what is no number at all. Ordinary ones are made at run time.
"""

import random
import re
import time
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.no import fodselsnummer, orgnr

from app.rules.identifiers import (
    IdentityNumber,
    classify_identity_number,
    contains_identity_number,
    is_organisation_number,
)

SYNTHETIC = ["10915596784", "20914695016", "01819010001"]
SYNTHETIC_D = ["47906701517", "41819010186"]
H_NUMBER = "13527248013"
FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def made(day: int, month: int, year: int, individual: int, remainder: int = 0) -> str:
    """A number with its control digits, the first leaving `remainder`; assumes that there are such digits."""
    digits = f"{day:02}{month:02}{year % 100:02}{individual:03}"
    first = (remainder - sum(int(digit) * weight for digit, weight in zip(digits, FIRST_WEIGHTS, strict=True))) % 11
    assume(first < 10)
    digits += str(first)
    second = -sum(int(digit) * weight for digit, weight in zip(digits, SECOND_WEIGHTS, strict=True)) % 11
    assume(second < 10)
    return digits + str(second)


def with_last_digit(eight: int) -> str:
    """An organisation number with its control digit; 0 where there is none."""
    return f"{eight}{max(digit for digit in '0123456789' if digit == '0' or orgnr.checksum(f'{eight}{digit}') == 0)}"


DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
INDIVIDUALS = st.integers(0, 999)


@pytest.mark.parametrize("number", ["920290922", "991825827"])
def test_p1_public_bodies_pass_the_control(number: str) -> None:
    """P1: Alver kommune and Digitaliseringsdirektoratet."""
    assert is_organisation_number(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "920290923",
        "000000000",
        "100000008",
        "412345678",
        "700000008",
        "92029092",
        "9202909220",
        "920 290 922",
        "92029092a",
        "٩٢٠٢٩٠٩٢٢",
        "920290922\n",
    ],
)
def test_p1_what_is_no_organisation_number(number: str) -> None:
    """P1: nine ASCII digits and nothing else."""
    assert not is_organisation_number(number)


@given(st.integers(10_000_000, 99_999_999))
def test_p1_one_control_digit_at_most(eight: int) -> None:
    """P1: of ten possible last digits at most one passes; none where no number begins so."""
    passing = [digit for digit in range(10) if is_organisation_number(f"{eight}{digit}")]
    total = sum(int(digit) * weight for digit, weight in zip(str(eight), (3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    assert passing == ([] if total % 11 == 1 or f"{eight}"[0] not in "2389" else [-total % 11])


@given(st.one_of(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(10_000_000, 99_999_999).map(with_last_digit)))
def test_p1_organisation_numbers_as_stdnum_has_them(number: str) -> None:
    """P1: against python-stdnum, for numbers at random and for those that pass."""
    assert is_organisation_number(number) == (orgnr.is_valid(number) and number[0] in "2389")
    assert is_organisation_number(number, synthetic=False) == (orgnr.is_valid(number) and number[0] in "89")


@given(DAYS, INDIVIDUALS, st.booleans(), st.integers(0, 9), st.integers(0, 9))
def test_identity_numbers_control_as_stdnum_has_it(
    born: date, individual: int, d_number: bool, first: int, second: int
) -> None:
    """Both control digits against python-stdnum, for right and wrong ones."""
    number = made(born.day + 40 * d_number, born.month, born.year, individual)
    for control in (number[9:], f"{first}{second}"):
        text = number[:9] + control
        checked = fodselsnummer.calc_check_digit1(text) + fodselsnummer.calc_check_digit2(text)
        assert (classify_identity_number(text) is not None) == (checked == control)


@pytest.mark.parametrize("number", SYNTHETIC)
def test_synthetic_numbers(number: str) -> None:
    """Month + 80."""
    assert classify_identity_number(number) == IdentityNumber("national", synthetic=True)


@pytest.mark.parametrize("number", SYNTHETIC_D)
def test_synthetic_d_numbers(number: str) -> None:
    """Day + 40 and month + 80."""
    assert classify_identity_number(number) == IdentityNumber("d_number", synthetic=True)


def test_h_numbers() -> None:
    """Month + 40."""
    assert classify_identity_number(H_NUMBER) == IdentityNumber("h_number", synthetic=False)


@pytest.mark.parametrize(
    "text",
    [
        "12345678910",
        "10915596785",
        "10915596794",
        "00000000000",
        "1091559678",
        "109155967840",
        "109155 96784",
        "",
        "x" * 11,
    ]
    + ["١٠٩١٥٥٩٦٧٨٤", "10915596784\n"],
)
def test_what_is_no_identity_number(text: str) -> None:
    """Eleven ASCII digits, a date that exists, both controls."""
    assert classify_identity_number(text) is None


@given(DAYS, INDIVIDUALS, st.booleans(), st.booleans())
def test_kinds_follow_day_and_month(born: date, individual: int, d_number: bool, synthetic: bool) -> None:
    """Every offset on its own and D with synthetic."""
    number = made(born.day + 40 * d_number, born.month + 80 * synthetic, born.year, individual)
    found = classify_identity_number(number)
    assert found == (IdentityNumber("d_number", synthetic) if d_number else IdentityNumber("national", synthetic))


@given(DAYS, INDIVIDUALS, st.sampled_from([20, 65, 40]), st.booleans())
def test_other_offsets_are_no_known_kind(born: date, individual: int, months: int, d_number: bool) -> None:
    """Month + 20 and + 65 are other systems' test numbers; month + 40 is an H-number, but no D-number has it."""
    number = made(born.day + 40 * d_number, born.month + months, born.year, individual)
    expected = IdentityNumber("h_number", synthetic=False) if months == 40 and not d_number else None
    assert classify_identity_number(number) == expected


@given(st.integers(0, 99), INDIVIDUALS)
def test_29_february_needs_a_leap_year_in_either_century(year: int, individual: int) -> None:
    """The century is unknown: 29 February 00 exists in 2000 only, and that is enough."""
    found = classify_identity_number(made(29, 82, year, individual))
    assert (found is not None) == (year % 4 == 0)


@given(DAYS, INDIVIDUALS, st.integers(0, 10))
def test_the_first_control_is_relaxed_from_2032(born: date, individual: int, remainder: int) -> None:
    """A remainder of 0 to 3 is accepted where the relaxed control is asked for, else 0 alone."""
    number = made(born.day, born.month + 80, born.year, individual, remainder)
    assert (classify_identity_number(number) is not None) == (remainder == 0)
    assert (classify_identity_number(number, relaxed=True) is not None) == (remainder <= 3)
    assert contains_identity_number(f"nr {number}.", relaxed=True) == (remainder <= 3)


@given(DAYS, INDIVIDUALS, st.integers(0, 10), st.integers(1, 9))
def test_a_wrong_digit_is_found(born: date, individual: int, place: int, change: int) -> None:
    """The two controls find every single wrong digit."""
    number = made(born.day, born.month + 80, born.year, individual)
    wrong = f"{number[:place]}{(int(number[place]) + change) % 10}{number[place + 1 :]}"
    assert classify_identity_number(wrong) is None


@pytest.mark.parametrize("number", [*SYNTHETIC, *SYNTHETIC_D, H_NUMBER])
@pytest.mark.parametrize("separator", ["", " ", "-", ".", "\u00a0", "\u2013"])
@pytest.mark.parametrize(
    "around", ["{}", "Fnr. {}, møtte ikkje", "({})", "a{}b", "møtet 12. mai: {}\n", "1 {} 2", "12.30 – {}"]
)
def test_free_text_with_an_identity_number(number: str, separator: str, around: str) -> None:
    """However it is written."""
    assert contains_identity_number(around.format(number[:6] + separator + number[6:]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Møtte kl. 10.30 den 12.05.2022",
        "12345678910",
        "910915596784",
        "109155967840",
        "109155   96784",
    ]
    + ["tlf. 56 37 50 00", "920290922", "konto 1234.56.78910", "123456 78910"],
)
def test_free_text_without_one(text: str) -> None:
    """Dates, telephones, organisation numbers, longer runs of digits."""
    assert not contains_identity_number(text)


# How the same number may be written; `{b}` is its birth date, `{p}` its five last digits.
SPELLINGS = [
    "{b}  {p}",
    "{b}/{p}",
    "{b}\n{p}",
    "{b}, {p}",
    "{b}_{p}",
    "{b} -{p}",
    "{d}.{m}.{y} {p}",
    "{d}{m}{y} {p3}{p2}",
    "{d} {m} {y} {p3} {p2}",
    "{b}\u2014{p}",
    "{b}\u200b{p}",
    "{b}\u00ad{p}",
    "{d}{m}19{y}{p}",
    "{d}.{m}.19{y} {p}",
    "{d}/{m}-20{y}: {p}",
]


def spell(number: str, spelling: str) -> str:
    """The number as somebody might write it."""
    day, month, year, personal = number[:2], number[2:4], number[4:6], number[6:]
    return spelling.format(b=number[:6], p=personal, d=day, m=month, y=year, p3=personal[:3], p2=personal[3:])


@pytest.mark.parametrize("number", [*SYNTHETIC, SYNTHETIC_D[0]])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_identity_number_however_it_is_written(number: str, spelling: str) -> None:
    assert contains_identity_number(f"Gjeld {spell(number, spelling)}, seier verja")


@pytest.mark.parametrize("number", SYNTHETIC)
def test_identity_number_one_digit_at_a_time_and_in_other_scripts(number: str) -> None:
    assert contains_identity_number(" ".join(number))
    assert contains_identity_number(", ".join(number))
    for zero in ("\uff10", "\u0660", "\u0966", "\U0001d7ce"):
        assert contains_identity_number("".join(chr(ord(zero) + int(digit)) for digit in number))


def test_long_row_of_digits_is_read_in_one_pass() -> None:
    """Four times the digits take four times as long, and not sixteen times."""
    took: dict[int, list[float]] = {20_000: [], 80_000: []}
    for count in [*took] * 3:
        started = time.process_time()
        assert not contains_identity_number("9 " * count)
        took[count].append(time.process_time() - started)
    # The least of each, since what else a machine does only adds.
    assert min(took[80_000]) < 10 * min(took[20_000])


def test_the_digits_of_a_uuid_are_no_identity_number() -> None:
    assert not contains_identity_number("Sjå 01819010-001A-7edf-a1f6-88827eb6bf3c.")
    assert contains_identity_number("01819010-001")
    assert contains_identity_number("01819010-001a-7edf-a1f6-88827eb6bf3c0")


def test_ordinary_notes_are_taken() -> None:
    """A thousand of them, with telephones, dates, organisation and case numbers; chance alone makes a number of some.

    Left out are notes in which eleven digits of neighbouring groups happen to pass, as stdnum's own control has it.
    """
    chance = random.Random(2022)
    notes = [make_note(chance) for _ in range(1000)]
    ordinary = [note for note in notes if not passes_by_chance(note)]
    assert len(ordinary) > 950
    assert [note for note in ordinary if contains_identity_number(note)] == []


def make_note(chance: random.Random) -> str:
    """What somebody writes of a day's work."""

    def number(digits: int) -> str:
        return str(chance.randrange(10 ** (digits - 1), 10**digits))

    phone = number(8)
    parts = [
        f"Ringde verja på {phone[:2]} {phone[2:4]} {phone[4:6]} {phone[6:]}",
        f"tlf. {phone[:3]} {phone[3:5]} {phone[5:]}",
        f"+47 {phone}",
        f"Møtet er {chance.randint(1, 28)}.{chance.randint(1, 12)}.20{chance.randint(20, 29)} kl. {number(2)}.15",
        f"org.nr. {number(3)} {number(3)} {number(3)}",
        f"sak {chance.randint(2020, 2026)}/{number(chance.randint(1, 5))}",
        f"kr {chance.randint(1, 99)} {number(3)},00",
        f"Det var {chance.randint(2, 9)} deltakarar på verkstaden",
        f"20{chance.randint(20, 26)}-{chance.randint(10, 12)}-{chance.randint(10, 28)}",
        f"5{number(3)} Knarvik",
    ]
    chance.shuffle(parts)
    return chance.choice([". ", ", ", "; ", "\n"]).join(parts[: chance.randint(2, 5)])


def passes_by_chance(note: str) -> bool:
    groups = re.findall("[0-9]+", note)
    for start in range(len(groups)):
        for end in range(start + 1, len(groups) + 1):
            digits = "".join(groups[start:end])
            short = digits[:4] + digits[6:8] + digits[8:] if len(digits) == 13 else digits
            if (
                len(short) == 11
                and fodselsnummer.calc_check_digit1(short) + fodselsnummer.calc_check_digit2(short) == short[9:]
            ):
                return True
    return False


def test_nothing_of_the_person_is_kept() -> None:
    """The answer holds neither the number nor age or sex."""
    assert set(IdentityNumber.__slots__) == {"kind", "synthetic"}
