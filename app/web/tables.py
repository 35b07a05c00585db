"""The page's own tables: who is logged in, who is about to, and what the people who have logged in are called."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, DateTime, Index, LargeBinary, String, func
from sqlmodel import Field, SQLModel


class WebSession(SQLModel, table=True):
    """Somebody who is logged in. `id_hash` is the SHA-256 of the secret in the cookie, which is stored nowhere.

    `refresh_token` is the issuer's, sealed under that secret: the database alone cannot use it.
    Read and written by functions of the owner alone, by `id_hash`: at that time nobody is known to be calling.
    """

    __tablename__ = "web_session"
    __table_args__ = (
        CheckConstraint("octet_length(id_hash) = 32", name="id_hash"),
        Index("ix_web_session_subject", "subject"),
    )

    id_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    subject: str
    name: str
    roles: list[str] = Field(sa_type=ARRAY(String))
    organisation: str | None = None
    service_area: str | None = None
    issuer: str
    csrf: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()})
    seen_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()})
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    refresh_token: bytes | None = Field(default=None, sa_type=LargeBinary)
    renewed_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()})


class WebPerson(SQLModel, table=True):
    """What somebody who has logged in is called, for «decided by»: `actor` is as rows and logs name them."""

    __tablename__ = "web_person"

    actor: str = Field(primary_key=True)
    name: str
    seen_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()})


class WebLogin(SQLModel, table=True):
    """A login that was begun at an issuer. `state_hash` and `browser_hash` are the SHA-256 of the state that the issuer
    gives back, and of a secret in a cookie of the browser that asked. `target` is where to go on.
    """

    __tablename__ = "web_login"
    __table_args__ = (Index("ix_web_login_expires_at", "expires_at"),)

    state_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    browser_hash: bytes = Field(sa_type=LargeBinary)
    login: str
    nonce: str
    verifier: str
    target: str
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
