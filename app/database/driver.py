"""The one place where a connection to PostgreSQL is made: for the pools, the probes, the listener and the commands."""

from typing import Any

import asyncpg

from app.database_address import DRIVER_SCHEME

# Refusals that end by themselves: the server starts, restarts, is full, or a pooler has lost it.
_PASSING = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
)

# The pages of a case officer send some 110 different statements. What does not fit is planned anew at every page that
# asks it, since the pages take turns; a plan is some 100 kB in PostgreSQL. None is too old: PostgreSQL makes a plan
# anew when what it was made by has changed.
_PREPARED_STATEMENTS = {"statement_cache_size": 400, "max_cached_statement_lifetime": 0}
_NO_PREPARED_STATEMENTS = {"statement_cache_size": 0}


class ConnectionNotMadeError(ConnectionError):
    """PostgreSQL, or the way to it, refused a connection. The text has no password and no address with one.

    Args:
        cause: what the driver raised.
    """

    def __init__(self, cause: Exception) -> None:
        super().__init__(_first_line(cause))
        # Whether waiting may help: a wrong password stays wrong.
        self.passing = isinstance(cause, _PASSING) and not isinstance(cause, ValueError)


async def connect(address: str, *, timeout: float, prepared_statements: bool = False, **options: Any) -> Any:
    """A connection (`asyncpg.Connection`, or the `connection_class` among the options).

    Args:
        address: as `app.settings` leaves it, or with the scheme `postgresql`.
        timeout: seconds, for all of the address's hosts together.
        prepared_statements: whether statements get names, which no pooler in transaction mode keeps. A connection of a
            few statements has no use of them.

    Raises `ConnectionNotMadeError`, whatever the reason.
    """
    options |= _PREPARED_STATEMENTS if prepared_statements else _NO_PREPARED_STATEMENTS
    try:
        return await asyncpg.connect(plain_dsn(address), timeout=timeout, **options)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise ConnectionNotMadeError(error) from error


def plain_dsn(address: str) -> str:
    """An address as asyncpg and libpq take it."""
    return address.replace(f"{DRIVER_SCHEME}://", "postgresql://", 1)


def _first_line(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__
