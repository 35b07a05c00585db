"""All configuration, from the environment. Nothing else reads it.

`DATABASE_URL` and `OWNER_DATABASE_URL` stand without a prefix, as hosts set them; the rest begins with `VEKSTPLASS_`.
"""

import base64
import binascii
import hmac
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PLACEHOLDER_KEY = SecretStr("cGxhY2Vob2xkZXItcGxhY2Vob2xkZXItcGxhY2Vob2w=")
PLACEHOLDER_INDEX_KEY = SecretStr("aW5kZXgtcGxhY2Vob2xkZXItaW5kZXgtcGxhY2Vob2w=")
PLACEHOLDER_ACCESS_LOG_KEY = SecretStr("bG9nLXBsYWNlaG9sZGVyLWxvZy1wbGFjZWhvbGRlci4=")


class Issuer(BaseModel):
    """One token issuer that is trusted: Maskinporten for machines, an OpenID provider for people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    audience: str
    kind: Literal["machine", "person"]
    jwks_uri: str | None = None
    jwks: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _has_one_key_source(self) -> Self:
        if (self.jwks_uri is None) == (self.jwks is None):
            raise ValueError("an issuer has either jwks_uri or jwks")
        return self


class AccountString(BaseModel):
    """The municipality's account string, KOSTRA's codes first among equals: art 370 is bought from others, function 234
    activity for people with disabilities.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    responsibility: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,20}$")
    account: str = Field(default="370", pattern=r"^[0-9]{3,6}$")
    function: str = Field(default="234", pattern=r"^[0-9]{3,6}$")
    project: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,20}$")


def _for_asyncpg(url: str) -> str:
    """A PostgreSQL address with the driver that is used here. What is wrong with it is not said: it has a password."""
    if not url:
        return url
    scheme, rest = url.split("://", 1) if "://" in url else ("postgresql", url)
    if scheme in {"postgres", "postgresql"}:
        url = f"postgresql+asyncpg://{rest}"
    try:
        known = make_url(url).drivername == "postgresql+asyncpg"
    except (ArgumentError, ValueError):
        known = False
    if not known:
        raise ValueError("is not a PostgreSQL address")
    return url


Address = Annotated[str, AfterValidator(_for_asyncpg)]


class Addresses(BaseSettings):
    """Where the database is, and nothing else: a migration in production has no keys and no issuers."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: Address = Field(default="", validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    owner_database_url: Address = Field(
        default="", validation_alias=AliasChoices("OWNER_DATABASE_URL", "owner_database_url")
    )

    @property
    def owners(self) -> str:
        """The address of the owner's role, empty where there is none."""
        return self.owner_database_url or self.database_url


class Settings(Addresses):
    """Configuration of one process. Raises `ValidationError` at start when production would run on placeholders."""

    model_config = SettingsConfigDict(env_prefix="VEKSTPLASS_", extra="ignore", frozen=True)

    environment: Literal["development", "demo", "production"] = "development"
    # The day that the demo lives on; tokens and time stamps keep the real clock.
    today: date | None = None
    database_role: str | None = None
    pool_size: int = Field(default=4, ge=1, le=50)
    reader_pool_size: int = Field(default=4, ge=1, le=50)
    pool_timeout_seconds: float = Field(default=1.5, gt=0, le=30)
    prepared_statements: bool = True

    issuers: tuple[Issuer, ...] = ()
    token_max_lifetime_seconds: int = Field(default=12 * 3600, gt=0)
    clock_skew_seconds: int = Field(default=10, ge=0, le=60)

    municipality_number: str = Field(default="4631", pattern=r"^[0-9]{4}$")
    # The buyer of every invoice that is checked.
    municipality_organisation_number: str = Field(default="920290922", pattern=r"^[0-9]{9}$")
    allow_synthetic_identity_numbers: bool = False
    identity_number_keys: dict[str, SecretStr] = {"placeholder": PLACEHOLDER_KEY}
    identity_number_key_id: str = "placeholder"
    identity_number_index_key: SecretStr = PLACEHOLDER_INDEX_KEY
    # Seals the access log, and is never changed: what it has sealed could not be verified any more.
    access_log_key: SecretStr = PLACEHOLDER_ACCESS_LOG_KEY

    account_string: AccountString = AccountString()
    # By organisation number; what a provider's leaves out is as above.
    provider_account_strings: dict[str, AccountString] = {}
    # What the expected refund is booked on (C11): KOSTRA's art 700, refunds from the state, if it names no other; the
    # rest that it leaves out is as in `account_string`.
    refund_account_string: AccountString = AccountString(account="700")

    # What FHIR calls the systems that external ids are of; a system that is not here stays out of `Patient`.
    fhir_identifier_systems: dict[str, str] = {"profil": "http://profil.visma.no/lopenummer"}

    cors_origins: tuple[str, ...] = ()
    body_limit_bytes: int = Field(default=1024 * 1024, gt=0)
    # Of each caller, before the rest of the minute is answered 429: in each process. A batch is one; 0 is no limit.
    requests_per_minute: int = Field(default=6000, ge=0)
    # Of each caller, by national identity number.
    lookups_per_minute: int = Field(default=60, ge=0)
    # Secret addresses of calendars that nobody has, before they are answered 429: in each process.
    wrong_calendars_per_minute: int = Field(default=60, gt=0)
    idempotency_hours: int = Field(default=24, gt=0)
    # After the last place, decision or application, before a person may be erased. The guideline says nothing; decided
    # here, as long as accounts are kept (bokføringslova § 13).
    retention_years: int = Field(default=5, ge=0, le=100)
    # Between «not ready» and closing the port on SIGTERM: as long as a balancer needs to notice.
    drain_seconds: float = Field(default=3.0, ge=0, le=60)
    # `/metrics` is closed unless it has a port of its own, on the address that is served, or a token.
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    metrics_token: SecretStr | None = Field(default=None, min_length=32)
    # Needs fastapi[opentelemetry]; where the spans go is OpenTelemetry's own `OTEL_EXPORTER_OTLP_…`.
    tracing: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    data_dir: Path = Path(".data")

    @cached_property
    def fingerprint_key(self) -> bytes:
        """The secret behind the fingerprints of keyed requests, derived so that it needs no setting of its own."""
        return hmac.digest(
            base64.b64decode(self.identity_number_index_key.get_secret_value()), b"idempotency fingerprint", "sha256"
        )

    @cached_property
    def calendar_key(self) -> bytes:
        """The secret behind the ids of calendar entries, derived as `fingerprint_key` is."""
        return hmac.digest(
            base64.b64decode(self.identity_number_index_key.get_secret_value()), b"calendar entry", "sha256"
        )

    @property
    def access_log_key_bytes(self) -> bytes:
        """The key that seals the access log, 32 bytes."""
        return base64.b64decode(self.access_log_key.get_secret_value())

    def account_of(self, organisation_number: str | None) -> AccountString:
        """The account string that a provider's costs are booked on; None for costs of no single provider."""
        own = self.provider_account_strings.get(organisation_number or "")
        named = {} if own is None else own.model_dump(exclude_unset=True)
        return self.account_string.model_copy(update=named)

    @property
    def refund_account(self) -> AccountString:
        """The account string of the expected refund (C11)."""
        own = self.refund_account_string.model_dump(exclude_unset=True)
        return self.account_string.model_copy(update={"account": "700", **own})

    @property
    def in_production(self) -> bool:
        return self.environment == "production"

    @model_validator(mode="after")
    def _today_is_real(self) -> Self:
        if self.in_production and self.today is not None:
            raise ValueError("VEKSTPLASS_TODAY is for the demo and tests: production lives today")
        return self

    @model_validator(mode="after")
    def _keys_are_real(self) -> Self:
        if self.identity_number_key_id not in self.identity_number_keys:
            raise ValueError("identity_number_key_id names no key in identity_number_keys")
        for secret in (*self.identity_number_keys.values(), self.identity_number_index_key, self.access_log_key):
            try:
                key = base64.b64decode(secret.get_secret_value(), validate=True)
            except (binascii.Error, ValueError) as error:
                raise ValueError("keys are base64") from error
            if len(key) != 32:
                raise ValueError("keys are 32 bytes")
        return self

    @model_validator(mode="after")
    def _production_is_complete(self) -> Self:
        if not self.in_production:
            return self
        missing = [
            name
            for name, bad in (
                ("DATABASE_URL", not self.database_url),
                ("VEKSTPLASS_ISSUERS", not self.issuers),
                (
                    "VEKSTPLASS_IDENTITY_NUMBER_KEYS",
                    PLACEHOLDER_KEY in self.identity_number_keys.values(),
                ),
                ("VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY", self.identity_number_index_key == PLACEHOLDER_INDEX_KEY),
                ("VEKSTPLASS_ACCESS_LOG_KEY", self.access_log_key == PLACEHOLDER_ACCESS_LOG_KEY),
                ("VEKSTPLASS_ALLOW_SYNTHETIC_IDENTITY_NUMBERS", self.allow_synthetic_identity_numbers),
                ("VEKSTPLASS_DATABASE_ROLE", self.database_role is not None),
            )
            if bad
        ]
        if missing:
            raise ValueError("production needs real values for " + ", ".join(missing))
        if any(issuer.jwks_uri is None or not issuer.jwks_uri.startswith("https://") for issuer in self.issuers):
            raise ValueError("production fetches issuers' keys over https")
        for key, others in (
            (self.identity_number_index_key, [*self.identity_number_keys.values()]),
            (self.access_log_key, [*self.identity_number_keys.values(), self.identity_number_index_key]),
        ):
            if key in others:
                raise ValueError("the index key and the access log's key are another than every other key")
        return self
