"""TLS to the database, as `sslmode` in `DATABASE_URL` asks for it (PostgreSQL's documentation, 34.19)."""

import asyncio
import ipaddress
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import postgres_supervisor
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

import postgres
from app import clock
from app.database import startup
from app.database.connections import Database
from app.database.driver import ConnectionNotMadeError, connect
from app.settings import Settings
from tests.conftest import Api, assembled
from tests.factories.waiting import until
from tests.test_readme import free_port

# The certificate is for the address alone, and the server is reached by another name too.
ADDRESS, OTHER_NAME = "127.0.0.1", "localhost"


@dataclass(frozen=True)
class Authority:
    """Whoever signs certificates."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, name: str) -> "Authority":
        """One that signs itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        certificate = (
            _begin(subject, subject, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    def sign(self, address: str) -> tuple[bytes, bytes]:
        """A server's certificate for an address, and its key, both in PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = (
            _begin(x509.Name([]), self.certificate.subject, key)
            .add_extension(names, critical=True)
            .add_extension(issuer, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return certificate.public_bytes(Encoding.PEM), private


def _begin(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


@dataclass(frozen=True)
class Server:
    """A PostgreSQL that takes TLS alone by TCP, and the files of its authority and of another one."""

    port: int
    superuser: str
    files: dict[str, Path]

    def address(self, host: str, sslmode: str, authority: str | None) -> str:
        """As an operator would write `DATABASE_URL`."""
        root = "" if authority is None else f"&sslrootcert={self.files[authority]}"
        return f"postgresql://{postgres.SERVICE}@{host}:{self.port}/{postgres.DATABASE}?sslmode={sslmode}{root}"


def find_binaries() -> Path | None:
    """Of an installed PostgreSQL that has TLS; the bundled one has none."""
    for binaries in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        said = subprocess.run([binaries / "pg_config", "--configure"], capture_output=True, text=True, check=False)
        if int(binaries.parent.name) >= 15 and re.search(r"--with-(openssl|ssl=openssl)", said.stdout):
            return binaries
    return None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL with TLS is installed (Debian: apt-get install postgresql)")
    directory, port = Path(tempfile.mkdtemp(prefix="vekstplass-tls-", dir="/tmp")), free_port()
    account: dict[str, Any] = {"cwd": "/", "env": postgres_supervisor.ENVIRONMENT}
    if os.geteuid() == 0:
        account |= {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(directory, "postgres", "postgres")
    data = directory / "data"
    account |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", postgres.SUPERUSER, "--auth=trust", "--locale=C.UTF-8"]
    subprocess.run(initdb, check=True, **account)
    own, other = Authority.create("own"), Authority.create("other")
    for name, content in zip(("server.crt", "server.key"), own.sign(ADDRESS), strict=True):
        (data / name).write_bytes(content)
        (data / name).chmod(0o600)
        os.chown(data / name, data.stat().st_uid, data.stat().st_gid)
    (data / "pg_hba.conf").write_text(f"local all all trust\nhostssl all {postgres.SERVICE} {ADDRESS}/32 trust\n")
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("ssl = on\n")
    files = {}
    for name, authority in (("own", own), ("other", other)):
        files[name] = tmp_path_factory.mktemp("authority") / f"{name}.pem"
        files[name].write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    options = postgres.SETTINGS | postgres.THROWAWAY | {"listen_addresses": ADDRESS, "port": str(port)}
    options["unix_socket_directories"] = str(directory)
    command = [str(binaries / "postgres"), "-D", str(data)]
    command += [part for one in options.items() for part in ("-c", "=".join(one))]
    running = subprocess.Popen(command, **account)
    where = f"host={directory}&port={port}"
    try:
        asyncio.run(_prepare(f"postgresql://{postgres.SUPERUSER}@/{{}}?{where}"))
        startup.upgrade(f"postgresql+asyncpg://{postgres.OWNER}@/{postgres.DATABASE}?{where}")
        yield Server(port, f"postgresql://{postgres.SUPERUSER}@/{postgres.DATABASE}?{where}", files)
    finally:
        running.send_signal(signal.SIGQUIT)
        running.wait(60)
        shutil.rmtree(directory)


async def _prepare(address: str) -> None:
    """Roles and the database, as an operator makes them."""
    await until(lambda: _answers(address.format("postgres")))
    await startup.create_roles(address.format("postgres"))
    async with administered(address.format("postgres")) as admin:
        await admin.execute(f"create database {postgres.DATABASE} owner {postgres.OWNER}")
    async with administered(address.format(postgres.DATABASE)) as admin:
        await admin.execute("create extension btree_gist")


async def _answers(address: str) -> bool:
    try:
        connection = await connect(address, timeout=5)
    except ConnectionNotMadeError:
        return False
    await connection.close()
    return True


@asynccontextmanager
async def administered(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def service(address: str, settings: Settings) -> AsyncIterator[Api]:
    """The service with `DATABASE_URL` as it is given."""
    url = Settings(database_url=address).database_url
    database = Database(url, pool_size=1, reader_pool_size=1, pool_timeout=5)
    app = assembled(settings.model_copy(update={"database_url": url}), database)
    yield Api(app)
    await app.state.listener.close()
    await database.close()


@pytest.mark.parametrize(
    ("host", "sslmode", "authority"),
    [
        (ADDRESS, "require", None),
        (OTHER_NAME, "require", None),
        (ADDRESS, "verify-ca", "own"),
        (OTHER_NAME, "verify-ca", "own"),
        (ADDRESS, "verify-full", "own"),
    ],
)
async def test_the_service_works_over_tls(
    server: Server, settings: Settings, host: str, sslmode: str, authority: str | None
) -> None:
    """Every connection: the pools', the probe's and the listener's."""
    async with service(server.address(host, sslmode, authority), settings) as api:
        assert (await api.anonymous.get("/health/ready")).status_code == 200
        assert (await api.case_officer.get("/v1/placements")).status_code == 200
        assert (await api.case_officer.get("/v1/providers")).status_code == 200
        async with administered(server.superuser) as admin:
            encrypted = await admin.fetch(
                "select ssl from pg_stat_ssl join pg_stat_activity using (pid) where usename = $1", postgres.SERVICE
            )
        assert encrypted
        assert all(row["ssl"] for row in encrypted)


@pytest.mark.parametrize(
    ("host", "sslmode", "authority"),
    [
        (ADDRESS, "disable", None),
        (ADDRESS, "verify-ca", "other"),
        (ADDRESS, "verify-full", "other"),
        # Signed by the right one, and for another name.
        (OTHER_NAME, "verify-full", "own"),
    ],
)
async def test_a_server_that_is_not_the_one_is_not_talked_to(
    server: Server, settings: Settings, host: str, sslmode: str, authority: str | None
) -> None:
    """The service lives, is not ready, and answers 503 to all: never 500, and never without TLS."""
    async with service(server.address(host, sslmode, authority), settings) as api:
        assert (await api.anonymous.get("/health/live")).status_code == 200
        assert (await api.anonymous.get("/health/ready")).status_code == 503
        for path in ("/v1/placements", "/v1/providers"):
            answer = await api.case_officer.get(path)
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")


async def test_a_server_without_tls_is_refused_where_it_is_required(server: Server, settings: Settings) -> None:
    async with administered(server.superuser) as admin:
        await admin.execute("alter system set ssl = off")
        await admin.execute("select pg_reload_conf()")
        await until(lambda: admin.fetchval("select setting = 'off' from pg_settings where name = 'ssl'"))
        try:
            async with service(server.address(ADDRESS, "require", None), settings) as api:
                assert (await api.anonymous.get("/health/ready")).status_code == 503
        finally:
            await admin.execute("alter system set ssl = on")
            await admin.execute("select pg_reload_conf()")
            await until(lambda: admin.fetchval("select setting = 'on' from pg_settings where name = 'ssl'"))
