"""National identity numbers at rest: AES-256-GCM for the holder of the key, a keyed index for an exact look-up.

There are so few identity numbers that an unkeyed hash of one is as good as the number itself. So the number is stored
twice, each under a key of its own: encrypted with its row as associated data, so that a ciphertext moved to another
row no longer opens, and as HMAC-SHA-256, which tells equal from unequal and nothing else.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from app.http.identity_numbers import is_relaxed
from app.rules.identifiers import classify_identity_number
from app.settings import Settings

NONCE_BYTES = 12
PLACE = "participant|identity_number"


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


def _key(secret: SecretStr) -> bytes:
    return base64.b64decode(secret.get_secret_value(), validate=True)


def _associated(row_id: UUID) -> bytes:
    return f"{PLACE}|{row_id}".encode()
