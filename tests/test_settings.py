"""Production refuses to start on placeholders, and says which."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.database_address import read_address
from app.issuers import Login
from app.security.roles import EMPLOYEE_ROLES, SERVICE_AREAS
from app.settings import (
    PLACEHOLDER_ACCESS_LOG_KEY,
    PLACEHOLDER_INDEX_KEY,
    PLACEHOLDER_KEY,
    Addresses,
    Settings,
)


def make_key(name: str) -> str:
    """32 bytes that look random."""
    return base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()


KEY = make_key("numbers")
PRODUCTION = {
    "VEKSTPLASS_ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql+asyncpg://vekstplass_service@db/vekstplass",
    "VEKSTPLASS_ISSUERS": '[{"issuer": "https://idp.example", "audience": "x", "kind": "person",'
    ' "jwks_uri": "https://idp.example/jwks"}]',
    "VEKSTPLASS_IDENTITY_NUMBER_KEYS": f'{{"2026": "{KEY}"}}',
    "VEKSTPLASS_IDENTITY_NUMBER_KEY_ID": "2026",
    "VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY": make_key("index"),
    "VEKSTPLASS_ACCESS_LOG_KEY": make_key("log"),
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


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgres://u:p%40@a:1,b:2/v?sslmode=verify-full", "u:p%40@a:1,b:2/v?sslmode=verify-full"),
        ("postgresql://u@a,b/v?target_session_attrs=read-write", "u@a,b/v?target_session_attrs=read-write"),
        ("postgresql://u@/v?host=a&host=b&port=1&port=2", "u@/v?host=a%2Cb&port=1%2C2"),
        ("postgresql://u@/v?host=/run/x&port=5433", "u@/v?host=%2Frun%2Fx&port=5433"),
        ("postgresql://u@[::1]:5432/v?application_name=a+b%20c", "u@[::1]:5432/v?application_name=a%2Bb%20c"),
        ("postgresql://u@db/v?options=-c%20geqo%3Doff", "u@db/v?options=-c%20geqo%3Doff"),
    ],
)
def test_an_address_is_libpqs(given: str, read: str) -> None:
    assert read_address(given) == f"postgresql+asyncpg://{read}"
    # What was read is read again: the owner's process hands it on to Alembic's.
    assert read_address(read_address(given)) == read_address(given)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://u:secret@db/v?ssl=require", "the parameter «ssl»"),
        ("postgresql://u:secret@db/v?sslmode=yes", "«sslmode» that is none of allow"),
        ("postgresql://u:secret@db/v?target_session_attrs=both", "«target_session_attrs» that is none of any"),
        ("postgresql://u:secret@a,b/v?port=1,2,3", "another number of ports"),
        ("postgresql://u:secret@/v?host=a&host=b&port=x", "is not a PostgreSQL address"),
        ("postgresql://u:secret@a,,b/v", "is not a PostgreSQL address"),
        ("postgresql://u:secret@db/v?sslmode", "is not a PostgreSQL address"),
    ],
)
def test_an_address_that_cannot_be_served_is_refused_at_the_start(url: str, reason: str) -> None:
    """And not by the server, when the first request comes."""
    with pytest.raises(ValueError, match=reason) as refusal:
        read_address(url)
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


KEYS = ("VEKSTPLASS_IDENTITY_NUMBER_KEYS", "VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY", "VEKSTPLASS_ACCESS_LOG_KEY")
WEAK = (bytes(32), bytes(range(32)), bytes(range(0, 256, 8)), bytes(range(16)) * 2, b"correct horse battery staple 123")


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    "key",
    [
        *(base64.b64encode(key).decode() for key in WEAK),
        *(key.get_secret_value() for key in (PLACEHOLDER_KEY, PLACEHOLDER_INDEX_KEY, PLACEHOLDER_ACCESS_LOG_KEY)),
    ],
)
def test_production_refuses_weak_and_published_keys(monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> None:
    """A placeholder also where it is another setting's; outside production any 32 bytes will do."""
    value = json.dumps({"2026": key}) if name.endswith("KEYS") else key
    with pytest.raises(ValidationError, match="32 random bytes|real values") as refusal:
        started(monkeypatch, **{name: value})
    assert key not in str(refusal.value)
    assert not started(monkeypatch, VEKSTPLASS_ENVIRONMENT="development", **{name: value}).in_production


@given(st.binary(min_size=32, max_size=32).map(lambda seed: hashlib.sha256(seed).digest()))
def test_random_keys_are_taken(key: bytes) -> None:
    values = {
        "environment": "production",
        "database_url": PRODUCTION["DATABASE_URL"],
        "issuers": json.loads(PRODUCTION["VEKSTPLASS_ISSUERS"]),
        "identity_number_keys": {"2026": make_key("numbers")},
        "identity_number_key_id": "2026",
        "identity_number_index_key": base64.b64encode(key).decode(),
        "access_log_key": make_key("log"),
    }
    assert Settings.model_validate(values).in_production


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.alver.kommune.no",
        "https://x.example/",
        "https://x.example/a",
        "x.example",
        "null",
        "",
        "HTTPS://X.NO",
    ],
)
def test_refuses_what_is_no_exact_origin(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    """`http://` in production neither."""
    for wrong in ([origin], ["https://x.example", origin], ["http://x.example"]):
        with pytest.raises(ValidationError, match="exact origins"):
            started(monkeypatch, VEKSTPLASS_CORS_ORIGINS=json.dumps(wrong))
    exact = ["https://x.example", "https://x.example:8443"]
    assert started(monkeypatch, VEKSTPLASS_CORS_ORIGINS=json.dumps(exact)).cors_origins == tuple(exact)


def test_settings_come_from_files_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In either case of the name, as JSON where the variable is; the environment comes first."""
    for name, value in PRODUCTION.items():
        monkeypatch.delenv(name, raising=False)
        (tmp_path / (name if "KEY" in name else name.lower())).write_text(f"{value}\n")
    monkeypatch.setenv("VEKSTPLASS_SECRETS_DIR", str(tmp_path))
    settings = Settings()
    assert settings.in_production
    assert settings.access_log_key.get_secret_value() == PRODUCTION["VEKSTPLASS_ACCESS_LOG_KEY"]
    assert settings.identity_number_keys["2026"].get_secret_value() == KEY
    assert Addresses().database_url == settings.database_url == PRODUCTION["DATABASE_URL"]
    monkeypatch.setenv("VEKSTPLASS_ACCESS_LOG_KEY", make_key("another"))
    assert Settings().access_log_key.get_secret_value() == make_key("another")
    monkeypatch.setenv("VEKSTPLASS_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ValidationError, match="VEKSTPLASS_SECRETS_DIR"):
        Settings()


EMPLOYEES = {
    "name": "kommunen",
    "label": "Tilsett i kommunen",
    "kind": "employee",
    "issuer": "https://login.example/tenant/v2.0",
    "issuer_name": "kommunen",
    "client_id": "page",
    "client_secret": "secret",
    "roles": {"Vekstplass.Sakshandsamar": "case_officer"},
}
RESOURCE = {"type": "ansattporten:altinn:resource", "resource": "urn:altinn:resource:x"}
PROVIDERS = {
    "name": "ansattporten",
    "label": "Tilsett i ei vekstbedrift",
    "kind": "provider",
    "issuer": "https://ansattporten.example",
    "issuer_name": "ansattporten",
    "client_id": "page",
    "client_secret": "secret",
    "acr": ["substantial", "high"],
    "authorization_details": [RESOURCE],
}
PAGE = {"VEKSTPLASS_PAGE_ADDRESS": "https://plass.example"}


def test_starts_with_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = started(monkeypatch, VEKSTPLASS_LOGINS=json.dumps([EMPLOYEES, PROVIDERS]), **PAGE)
    assert [login.name for login in settings.logins] == ["kommunen", "ansattporten"]
    assert [settings.find_issuer_name(login.issuer) for login in settings.logins] == ["kommunen", "ansattporten"]
    assert settings.find_issuer_name("https://idp.example") == ""


SAME_DIRECTORY = {**EMPLOYEES, "issuer": "https://idp.example", "issuer_name": ""}


def test_directory_at_two_doors_names_people_by_one_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four eyes are two people's: `sub` may be another at each client of an issuer, `oid` is not."""
    (issuer,) = json.loads(PRODUCTION["VEKSTPLASS_ISSUERS"])
    for of_api, of_page in (("sub", "sub"), ("sub", "oid"), ("oid", "sub")):
        with pytest.raises(ValidationError, match="subject_claim"):
            started(
                monkeypatch,
                VEKSTPLASS_ISSUERS=json.dumps([{**issuer, "subject_claim": of_api}]),
                VEKSTPLASS_LOGINS=json.dumps([{**SAME_DIRECTORY, "subject_claim": of_page}]),
                **PAGE,
            )
    settings = started(
        monkeypatch,
        VEKSTPLASS_ISSUERS=json.dumps([{**issuer, "subject_claim": "oid"}]),
        VEKSTPLASS_LOGINS=json.dumps([{**SAME_DIRECTORY, "subject_claim": "oid"}]),
        **PAGE,
    )
    assert settings.find_issuer_name(issuer["issuer"]) == ""


def test_directory_gives_every_role_of_employees() -> None:
    """And no other: machines' and providers' roles come from elsewhere."""
    (allowed,) = [one for one in get_args(Login.model_fields["roles"].annotation) if get_origin(one) is Literal]
    given = set(get_args(allowed))
    assert {one.partition(":")[0] for one in given} == EMPLOYEE_ROLES
    assert {one.partition(":")[2] for one in given if ":" in one} == SERVICE_AREAS


@pytest.mark.parametrize(
    ("logins", "page", "named"),
    [
        ([EMPLOYEES], {}, "VEKSTPLASS_PAGE_ADDRESS"),
        ([EMPLOYEES], {"VEKSTPLASS_PAGE_ADDRESS": "http://plass.example"}, "over https"),
        ([EMPLOYEES], {"VEKSTPLASS_PAGE_ADDRESS": "https://plass.example/"}, "pattern"),
        ([{**EMPLOYEES, "issuer": "http://login.example"}], PAGE, "over https"),
        ([EMPLOYEES, EMPLOYEES], PAGE, "same name"),
        ([{**EMPLOYEES, "issuer_name": ""}], PAGE, "issuer_name"),
        ([EMPLOYEES, {**PROVIDERS, "issuer_name": "kommunen"}], PAGE, "issuer_name"),
        ([{**EMPLOYEES, "issuer": "https://idp.example"}], PAGE, "issuer_name"),
        ([{**EMPLOYEES, "issuer": "https://idp.example", "client_id": "x"}], PAGE, "API's audience"),
        ([{**EMPLOYEES, "client_secret": None}], PAGE, "client_secret or client_key"),
        ([{**EMPLOYEES, "client_key": "x"}], PAGE, "client_secret or client_key"),
        ([{**EMPLOYEES, "client_secret": None, "client_key": "x"}], PAGE, "RSA key"),
        ([{**EMPLOYEES, "scope": "profile"}], PAGE, "openid"),
        ([{**EMPLOYEES, "roles": {}}], PAGE, "employees have roles"),
        ([{**EMPLOYEES, "roles": {"x": "provider"}}], PAGE, "case_officer"),
        ([{**EMPLOYEES, "authorization_details": [RESOURCE]}], PAGE, "no authorization_details"),
        ([{**EMPLOYEES, "session_minutes": 10_000}], PAGE, "less than or equal"),
        ([{**EMPLOYEES, "name": "Kommunen"}], PAGE, "pattern"),
        ([{**PROVIDERS, "authorization_details": []}], PAGE, "have authorization_details"),
        ([{**PROVIDERS, "authorization_details": [{"type": "x"}]}], PAGE, "a type and a resource"),
        ([{**PROVIDERS, "roles": {"x": "finance"}}], PAGE, "no roles"),
        ([{**PROVIDERS, "acr": []}], PAGE, "level of assurance"),
    ],
)
def test_refuses_logins_that_are_not_complete(
    monkeypatch: pytest.MonkeyPatch, logins: list[dict[str, Any]], page: dict[str, str], named: str
) -> None:
    with pytest.raises(ValidationError, match=named) as refusal:
        started(monkeypatch, VEKSTPLASS_LOGINS=json.dumps(logins), **page)
    assert "secret'" not in str(refusal.value)
