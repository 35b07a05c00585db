"""National identity numbers at rest: AES-256-GCM for the holder of the key, a keyed index for an exact look-up.

There are so few identity numbers that an unkeyed hash of one is as good as the number itself. So the number is stored
twice, each under a key of its own: encrypted with its row as associated data, so that a ciphertext moved to another
row no longer opens, and as HMAC-SHA-256, which tells equal from unequal and nothing else.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from app.http.problems import problem_type
from app.rules.identifiers import classify_identity_number, contains_identity_number
from app.settings import Settings

IDENTITY_NUMBER_IN_TEXT = problem_type(
    "identity-number-in-text",
    422,
    title="Fødselsnummer i teksten",
    nn="Teksten inneheld noko som ser ut som eit fødselsnummer. Ta det bort.",
    en="A text contains what looks like a national identity number; those have a field of their own.",
)

NONCE_BYTES = 12
PLACE = "participant|identity_number"
# Skatteetaten relaxes the first control digit of the numbers it issues from this day on.
RELAXED_FROM = date(2032, 1, 1)


class IdentityNumberUnreadable(Exception):
    """A ciphertext that does not open: another row's, another key's, or altered. It carries no part of either."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted identity number: nonce and ciphertext in one, and which of the settings' keys opens it."""

    ciphertext: bytes
    key_id: str


def encrypt(number: str, row_id: UUID, settings: Settings) -> Sealed:
    """The number, sealed to its row under the current key. Twice the same gives two different ciphertexts."""
    key_id = settings.identity_number_key_id
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(_key(settings.identity_number_keys[key_id]))
    return Sealed(nonce + cipher.encrypt(nonce, number.encode(), _associated(row_id)), key_id)


def decrypt(sealed: Sealed, row_id: UUID, settings: Settings) -> str:
    """The number that was sealed to this row. Raises `IdentityNumberUnreadable`."""
    secret = settings.identity_number_keys.get(sealed.key_id)
    if secret is None or len(sealed.ciphertext) <= NONCE_BYTES:
        raise IdentityNumberUnreadable
    nonce, ciphertext = sealed.ciphertext[:NONCE_BYTES], sealed.ciphertext[NONCE_BYTES:]
    try:
        return AESGCM(_key(secret)).decrypt(nonce, ciphertext, _associated(row_id)).decode()
    except InvalidTag:
        raise IdentityNumberUnreadable from None


def compute_blind_index(number: str, settings: Settings) -> bytes:
    """What an exact look-up compares: HMAC-SHA-256 of the number under the second key, 32 bytes."""
    message = f"{PLACE}|{number}".encode()
    return hmac.digest(_key(settings.identity_number_index_key), message, hashlib.sha256)


def is_acceptable(number: str, settings: Settings, today: date) -> bool:
    """Whether a number may be stored: a national or D-number that passes its control on this day.

    H-numbers are a hospital's own and look like NAV's test numbers: refused. Synthetic ones (month + 80) are taken
    only where the settings allow them. The date in a number is controlled to be one, and not compared with the birth
    date: a D-number may carry the day it was issued, and the register's birth date is the one that counts.
    """
    found = classify_identity_number(number, relaxed=is_relaxed(today))
    if found is None or found.kind == "h_number":
        return False
    return settings.allow_synthetic_identity_numbers or not found.synthetic


def is_relaxed(today: date) -> bool:
    """Whether numbers with the relaxed first control digit may be about."""
    return today >= RELAXED_FROM


def require_no_identity_number(today: date, texts: Mapping[str, str | None]) -> None:
    """Raises `identity-number-in-text` pointing at the first text that holds one; the number is never repeated."""
    for pointer, written in texts.items():
        if written is not None and contains_identity_number(written, relaxed=is_relaxed(today)):
            raise IDENTITY_NUMBER_IN_TEXT(pointer=f"#/{pointer}")


def _key(secret: SecretStr) -> bytes:
    return base64.b64decode(secret.get_secret_value(), validate=True)


def _associated(row_id: UUID) -> bytes:
    return f"{PLACE}|{row_id}".encode()
