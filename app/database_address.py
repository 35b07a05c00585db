"""PostgreSQL's address as `DATABASE_URL` has it: libpq's own form, checked before anything connects."""

import re
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

DRIVER_SCHEME = "postgresql+asyncpg"
_SCHEMES = ("postgresql", "postgres", DRIVER_SCHEME)
# libpq's, as far as the driver carries them (PostgreSQL's documentation, 34.1.2). What it does not know it would send
# to the server as a setting, which refuses the connection long after the start.
_PARAMETERS = frozenset(
    {
        *("host", "port", "dbname", "user", "password", "passfile", "service", "application_name", "options"),
        *("target_session_attrs", "sslmode", "sslnegotiation", "sslrootcert", "sslcert", "sslkey", "sslpassword"),
        *("sslcrl", "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib"),
    }
)
_VALUES = {
    "sslmode": {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"},
    "sslnegotiation": {"postgres", "direct"},
    "target_session_attrs": {"any", "primary", "standby", "prefer-standby", "read-write", "read-only"},
}
_PORT = r"(:[0-9]{1,5})?"
_HOSTS = re.compile(rf"(\[[0-9A-Fa-f:.]+\]|[^\[\]:,@/]*){_PORT}(,(\[[0-9A-Fa-f:.]+\]|[^\[\]:,@/]+){_PORT})*")


def read_address(address: str) -> str:
    """A libpq address with the driver's scheme, its parameters checked; several `host` and `port` are joined to a list.

    Raises `ValueError`, which repeats no value: there is a password in it.
    """
    if not address:
        return address
    url = address if "://" in address else f"postgresql://{address}"
    try:
        parts = urlsplit(url)
        # To libpq a plus is a plus; to who reads a form it is a space.
        given = parse_qsl(parts.query.replace("+", "%2B"), strict_parsing=True) if parts.query else []
    except ValueError:
        raise ValueError("is not a PostgreSQL address") from None
    if parts.scheme not in _SCHEMES or parts.fragment or not _HOSTS.fullmatch(parts.netloc.rpartition("@")[2]):
        raise ValueError("is not a PostgreSQL address")
    parameters: dict[str, str] = {}
    for name, value in given:
        if name not in _PARAMETERS:
            raise ValueError(f"has the parameter «{name[:40]}», which is none of {', '.join(sorted(_PARAMETERS))}")
        if value not in _VALUES.get(name, {value}):
            raise ValueError(f"has a «{name}» that is none of {', '.join(sorted(_VALUES[name]))}")
        is_listed = name in {"host", "port"} and name in parameters
        parameters[name] = f"{parameters[name]},{value}" if is_listed else value
    _check_ports(parts, parameters)
    _, _, rest = url.partition("://")
    return (
        f"{DRIVER_SCHEME}://{rest.partition('?')[0]}{'?' if parameters else ''}{urlencode(parameters, quote_via=quote)}"
    )


def _check_ports(parts: SplitResult, parameters: dict[str, str]) -> None:
    """Raises `ValueError` unless `port` is one number, or as many as there are hosts."""
    if "port" not in parameters:
        return
    hosts = (parts.netloc.rpartition("@")[2] or parameters.get("host", "")).split(",")
    ports = parameters["port"].split(",")
    if not all(port.isascii() and port.isdigit() and 0 < int(port) < 65536 for port in ports):
        raise ValueError("is not a PostgreSQL address")
    if len(ports) not in {1, len(hosts)}:
        raise ValueError("has another number of ports than of hosts")
