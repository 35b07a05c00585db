"""National identity numbers at rest: sealed to their row, found by a keyed index, controlled before they are kept.

Every number here is synthetic (month + 80) or a published example of Skatteetaten's.
"""

import base64
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from app.clock import new_id
from app.security.identity_numbers import (
    IdentityNumberUnreadable,
    Sealed,
    compute_blind_index,
    decrypt,
    encrypt,
    is_acceptable,
)
from app.settings import Settings

NUMBER = "10915596784"
OTHER = "20914695016"
TODAY = date(2026, 11, 21)


def key(byte: int) -> SecretStr:
    """A key of 32 equal bytes."""
    return SecretStr(base64.b64encode(bytes([byte]) * 32).decode())


def settings(**changes: object) -> Settings:
    """Settings with a key of their own."""
    given_keys: dict[str, object] = {
        "identity_number_keys": {"k1": key(1)},
        "identity_number_key_id": "k1",
        "identity_number_index_key": key(9),
        "allow_synthetic_identity_numbers": True,
    }
    return Settings.model_validate(given_keys | changes)


@given(st.text(alphabet="0123456789", min_size=11, max_size=11), st.uuids())
def test_opens_what_it_sealed_and_shows_nothing_of_it(number: str, row: UUID) -> None:
    sealed = encrypt(number, row, settings())
    assert decrypt(sealed, row, settings()) == number
    assert sealed.key_id == "k1"
    assert len(sealed.ciphertext) == 12 + 11 + 16
    assert number.encode() not in sealed.ciphertext
    assert number not in repr(sealed)


def test_seals_the_same_number_differently_every_time() -> None:
    row = new_id()
    assert encrypt(NUMBER, row, settings()).ciphertext != encrypt(NUMBER, row, settings()).ciphertext


def test_a_ciphertext_moved_to_another_row_does_not_open() -> None:
    first, second = new_id(), new_id()
    ours, theirs = encrypt(NUMBER, first, settings()), encrypt(OTHER, second, settings())
    for sealed, row in ((theirs, first), (ours, second)):
        with pytest.raises(IdentityNumberUnreadable):
            decrypt(sealed, row, settings())


def test_another_key_does_not_open_it() -> None:
    row = new_id()
    sealed = encrypt(NUMBER, row, settings())
    for others in ({"k1": key(2)}, {"k2": key(1)}):
        with pytest.raises(IdentityNumberUnreadable):
            decrypt(sealed, row, settings(identity_number_keys=others, identity_number_key_id=next(iter(others))))


@pytest.mark.parametrize("position", [0, 11, 12, 22, 23, 38])
def test_an_altered_ciphertext_does_not_open(position: int) -> None:
    row = new_id()
    sealed = encrypt(NUMBER, row, settings())
    altered = bytearray(sealed.ciphertext)
    altered[position] ^= 1
    for ciphertext in (bytes(altered), sealed.ciphertext[:position]):
        with pytest.raises(IdentityNumberUnreadable) as refusal:
            decrypt(Sealed(ciphertext, "k1"), row, settings())
        assert str(refusal.value) == ""
        assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_an_earlier_key_still_opens_what_it_sealed() -> None:
    """Rotation: new numbers go under the new key, old ones stay readable."""
    row = new_id()
    sealed = encrypt(NUMBER, row, settings())
    rotated = settings(identity_number_keys={"k1": key(1), "k2": key(2)}, identity_number_key_id="k2")
    assert decrypt(sealed, row, rotated) == NUMBER
    assert encrypt(NUMBER, row, rotated).key_id == "k2"


def test_the_index_tells_equal_from_unequal_under_its_own_key_alone() -> None:
    index = compute_blind_index(NUMBER, settings())
    assert len(index) == 32
    assert index == compute_blind_index(NUMBER, settings(identity_number_keys={"k1": key(7)}))
    assert index != compute_blind_index(OTHER, settings())
    assert index != compute_blind_index(NUMBER, settings(identity_number_index_key=key(8)))


@pytest.mark.parametrize(
    ("number", "accepted"),
    [
        ("10915596784", True),
        ("47906701517", True),
        ("10915596785", False),
        ("13527248013", False),
        ("12345678910", False),
        ("1091559678", False),
        ("１０９１５５９６７８４", False),
        ("", False),
    ],
)
def test_accepts_national_and_d_numbers_alone(number: str, accepted: bool) -> None:
    """H-numbers, wrong controls, other lengths and other digits are refused."""
    assert is_acceptable(number, settings(), TODAY) is accepted


def test_accepts_synthetic_numbers_only_where_allowed() -> None:
    real_service = settings(allow_synthetic_identity_numbers=False)
    assert not is_acceptable("10915596784", real_service, TODAY)
    assert not is_acceptable("47906701517", real_service, TODAY)
    assert is_acceptable("30108299920", real_service, TODAY)


def test_relaxes_the_first_control_digit_from_2032() -> None:
    for day, accepted in ((date(2031, 12, 31), False), (date(2032, 1, 1), True)):
        assert is_acceptable("30108299939", settings(), day) is accepted
        assert is_acceptable("13527248013", settings(), day) is False
