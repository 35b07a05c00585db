"""Production refuses to start on placeholders, and says which."""

import base64

import pytest
from pydantic import ValidationError

from app.settings import Addresses, Settings

KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "VEKSTPLASS_ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql+asyncpg://vekstplass_service@db/vekstplass",
    "VEKSTPLASS_ISSUERS": '[{"issuer": "https://idp.example", "audience": "x", "kind": "person",'
    ' "jwks_uri": "https://idp.example/jwks"}]',
    "VEKSTPLASS_IDENTITY_NUMBER_KEYS": f'{{"2026": "{KEY}"}}',
    "VEKSTPLASS_IDENTITY_NUMBER_KEY_ID": "2026",
    "VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY": base64.b64encode(bytes(range(1, 33))).decode(),
    "VEKSTPLASS_ACCESS_LOG_KEY": base64.b64encode(bytes(range(2, 34))).decode(),
}


def started(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> Settings:
    """Settings from a production environment with changes; None takes a variable away."""
    for name, value in (PRODUCTION | changes).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return Settings()


def test_starts_when_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(monkeypatch).in_production


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"VEKSTPLASS_TODAY": "2022-08-31"}, "VEKSTPLASS_TODAY"),
        ({"VEKSTPLASS_ISSUERS": None}, "VEKSTPLASS_ISSUERS"),
        ({"VEKSTPLASS_IDENTITY_NUMBER_KEYS": None}, "names no key"),
        (
            {"VEKSTPLASS_IDENTITY_NUMBER_KEYS": None, "VEKSTPLASS_IDENTITY_NUMBER_KEY_ID": None},
            "VEKSTPLASS_IDENTITY_NUMBER_KEYS",
        ),
        ({"VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY": None}, "VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY"),
        ({"VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY": "c2hvcnQ="}, "32 bytes"),
        ({"VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY": "%%%"}, "base64"),
        ({"VEKSTPLASS_ALLOW_SYNTHETIC_IDENTITY_NUMBERS": "true"}, "VEKSTPLASS_ALLOW_SYNTHETIC_IDENTITY_NUMBERS"),
        ({"VEKSTPLASS_DATABASE_ROLE": "vekstplass_service"}, "VEKSTPLASS_DATABASE_ROLE"),
        (
            {
                "VEKSTPLASS_ISSUERS": PRODUCTION["VEKSTPLASS_ISSUERS"].replace(
                    "https://idp.example/jwks", "http://x/jwks"
                )
            },
            "https",
        ),
        ({"VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY": KEY}, "another than"),
        ({"VEKSTPLASS_ACCESS_LOG_KEY": None}, "VEKSTPLASS_ACCESS_LOG_KEY"),
        ({"VEKSTPLASS_ACCESS_LOG_KEY": "c2hvcnQ="}, "32 bytes"),
        ({"VEKSTPLASS_ACCESS_LOG_KEY": KEY}, "another than"),
    ],
)
def test_refuses_to_start(monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        started(monkeypatch, **changes)


@pytest.mark.parametrize(
    "url", ["postgresql://o:secret@db:x/v", "mysql://o:secret@db/v", "postgresql+psycopg://db/v", "://"]
)
def test_refuses_what_is_no_postgresql_address(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """And does not repeat it: it has a password."""
    with pytest.raises(ValidationError, match="is not a PostgreSQL address") as refusal:
        started(monkeypatch, DATABASE_URL=url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["postgres://o@db/v", "postgresql://o@db/v", "postgresql+asyncpg://o@db/v", "o@db/v"])
def test_the_owners_address_is_all_that_migrating_needs(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """In production too, where the service refuses to start on as little."""
    for name in PRODUCTION:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VEKSTPLASS_ENVIRONMENT", "production")
    monkeypatch.setenv("OWNER_DATABASE_URL", url)
    assert Addresses().owners == "postgresql+asyncpg://o@db/v"
    with pytest.raises(ValidationError):
        Settings()


def test_never_shows_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEY not in repr(started(monkeypatch))
