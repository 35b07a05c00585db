"""All configuration, from the environment and from files of secrets. Nothing else reads it.

`DATABASE_URL` and `OWNER_DATABASE_URL` stand without a prefix, as hosts set them; the rest begins with `VEKSTPLASS_`.
"""

import base64
import binascii
import hmac
import os
import re
from collections import defaultdict
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from app.database_address import read_address
from app.issuers import Issuer, Login

PLACEHOLDER_KEY = SecretStr("cGxhY2Vob2xkZXItcGxhY2Vob2xkZXItcGxhY2Vob2w=")
PLACEHOLDER_INDEX_KEY = SecretStr("aW5kZXgtcGxhY2Vob2xkZXItaW5kZXgtcGxhY2Vob2w=")
PLACEHOLDER_ACCESS_LOG_KEY = SecretStr("bG9nLXBsYWNlaG9sZGVyLWxvZy1wbGFjZWhvbGRlci4=")


_PLACEHOLDERS = frozenset({PLACEHOLDER_KEY, PLACEHOLDER_INDEX_KEY, PLACEHOLDER_ACCESS_LOG_KEY})
# Of 32 random bytes some 30 differ; one set in 10^15 has fewer than this.
_DISTINCT_BYTES = 20
_PRINTABLE = frozenset(range(0x20, 0x7F))
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


class AccountString(BaseModel):
    """The municipality's account string, KOSTRA's codes first among equals: art 370 is bought from others, function 234
    activity for people with disabilities.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    responsibility: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,20}$")
    account: str = Field(default="370", pattern=r"^[0-9]{3,6}$")
    function: str = Field(default="234", pattern=r"^[0-9]{3,6}$")
    project: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,20}$")


Address = Annotated[str, AfterValidator(read_address)]


class Addresses(BaseSettings):
    """Where the database is, and nothing else: a migration in production has no keys and no issuers."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: Address = Field(default="", validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    owner_database_url: Address = Field(
        default="", validation_alias=AliasChoices("OWNER_DATABASE_URL", "owner_database_url")
    )

    # A file in it is a variable: its name, in any case, and the value.
    secrets_dir: Path | None = Field(
        default=None, validation_alias=AliasChoices("VEKSTPLASS_SECRETS_DIR", "secrets_dir")
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed, then the environment, then the files of `VEKSTPLASS_SECRETS_DIR`."""
        folder = os.environ.get("VEKSTPLASS_SECRETS_DIR")
        if not folder or not Path(folder).is_dir():
            return init_settings, env_settings
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder)

    @field_validator("secrets_dir")
    @classmethod
    def _is_a_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError("VEKSTPLASS_SECRETS_DIR is no folder")
        return folder

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
    # A person's. Nothing tells us of a log-out or a revocation before the token ends; 90 minutes are the longest that
    # common providers issue by default. Not in a demo, whose printed tokens last the day.
    person_token_max_lifetime_seconds: int = Field(default=90 * 60, gt=0)
    clock_skew_seconds: int = Field(default=10, ge=0, le=60)

    # How people log in on the page. In the demo they press a button instead.
    logins: tuple[Login, ...] = ()
    # Where the page is, as a browser sees it: issuers send people back there.
    page_address: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+)?$")

    municipality_number: str = Field(default="4631", pattern=r"^[0-9]{4}$")
    # The buyer of every invoice that is checked.
    municipality_organisation_number: str = Field(default="920290922", pattern=r"^[0-9]{9}$")
    # And synthetic organisation numbers.
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
    # Whether `/docs` and `/openapi.json` are served.
    docs: bool = True
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
    # How long the access log is kept: nothing younger can be retired. No law names a number; decided here, as long as a
    # person's own data is kept.
    access_log_years: int = Field(default=5, ge=1, le=100)
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

    @cached_property
    def subject_key(self) -> bytes:
        """The secret behind the subjects of people who are known by their identity number, derived likewise."""
        return hmac.digest(
            base64.b64decode(self.identity_number_index_key.get_secret_value()), b"login subject", "sha256"
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
    def _issuer_names(self) -> set[tuple[str, str]]:
        people = {(issuer.issuer, issuer.name) for issuer in self.issuers if issuer.kind == "person"}
        return people | {(login.issuer, login.issuer_name) for login in self.logins}

    def find_issuer_name(self, issuer: str) -> str:
        """What tells an issuer's people from another's with the same subject; empty for one without a name."""
        return dict(self._issuer_names).get(issuer, "")

    @property
    def in_production(self) -> bool:
        return self.environment == "production"

    @model_validator(mode="after")
    def _today_is_real(self) -> Self:
        if self.in_production and self.today is not None:
            raise ValueError("VEKSTPLASS_TODAY is for the demo and tests: production lives today")
        return self

    @model_validator(mode="after")
    def _logins_agree(self) -> Self:
        if self.logins and not self.page_address:
            raise ValueError("VEKSTPLASS_LOGINS needs VEKSTPLASS_PAGE_ADDRESS")
        if len({login.name for login in self.logins}) < len(self.logins):
            raise ValueError("two logins have the same name")
        audiences = {(issuer.issuer, issuer.audience) for issuer in self.issuers}
        if any((login.issuer, login.client_id) in audiences for login in self.logins):
            raise ValueError("a login's client_id is another than the API's audience: an id token opens no API")
        return self

    @model_validator(mode="after")
    def _issuers_of_people_have_names(self) -> Self:
        names = self._issuer_names
        if not len(names) == len({issuer for issuer, _ in names}) == len({name for _, name in names}):
            raise ValueError("each issuer of people has one name, and all but one have some (name, issuer_name)")
        return self

    @model_validator(mode="after")
    def _people_have_one_subject(self) -> Self:
        """Of one issuer's two names are two people, whatever door they come through (C13, GDPR art. 17).

        `sub` may be another for each client of an issuer (OpenID Connect Core § 8.1), as it is in Entra ID.
        """
        claims = defaultdict[str, list[str]](list)
        for issuer in self.issuers:
            if issuer.kind == "person":
                claims[issuer.issuer].append(issuer.subject_claim)
        for login in self.logins:
            claims[login.issuer].append(login.subject_claim)
        if any(len(found) > 1 and ("sub" in found or len(set(found)) > 1) for found in claims.values()):
            raise ValueError(
                "an issuer of people that is named twice, for the API and the page, has the same subject_claim in both,"
                " and not sub, which may differ by client"
            )
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
    def _origins_are_exact(self) -> Self:
        wrong = [origin for origin in self.cors_origins if not _ORIGIN.fullmatch(origin)]
        if self.in_production:
            wrong += [origin for origin in self.cors_origins if not origin.startswith("https://")]
        if wrong:
            raise ValueError(
                f"VEKSTPLASS_CORS_ORIGINS names exact origins, in production of https: {wrong[0]!r} is none"
            )
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
        keys = (*self.identity_number_keys.values(), self.identity_number_index_key, self.access_log_key)
        if any(key in _PLACEHOLDERS or not _is_random(key) for key in keys):
            raise ValueError("a key is 32 random bytes: one of them is published, or was made by hand")
        if any(issuer.jwks_uri is None or not issuer.jwks_uri.startswith("https://") for issuer in self.issuers):
            raise ValueError("production fetches issuers' keys over https")
        if self.logins and not all(
            address.startswith("https://") for address in (self.page_address, *(one.issuer for one in self.logins))
        ):
            raise ValueError("production logs people in over https")
        if any(login.kind == "provider" and not login.acr for login in self.logins):
            raise ValueError("production asks providers' people for a level of assurance (acr)")
        for key, others in (
            (self.identity_number_index_key, [*self.identity_number_keys.values()]),
            (self.access_log_key, [*self.identity_number_keys.values(), self.identity_number_index_key]),
        ):
            if key in others:
                raise ValueError("the index key and the access log's key are another than every other key")
        return self


def _is_random(secret: SecretStr) -> bool:
    """Whether 32 bytes can be random: not a phrase, not a sequence, not a few bytes again and again."""
    key = base64.b64decode(secret.get_secret_value())
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    return len(set(key)) >= _DISTINCT_BYTES and len(steps) > 1 and not _PRINTABLE.issuperset(key)
