"""The image, built by buildah and run by chroot (scripts/image)."""

import asyncio
import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import asyncpg

import postgres

ROOT = Path(__file__).resolve().parent.parent
BASE, IMAGE = "docker.io/library/python:3.11-slim", "localhost/vekstplass"
MOST_MEGABYTES = 250
USER, PORT = "1069:1069", 8069
# In the image: the socket of the PostgreSQL outside.
SOCKET = "/run/postgresql"
ENVIRONMENT = os.environ | {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs"}


def main() -> int:
    """Build, run, print. Returns 0 when the image is ready and small."""
    if not _buildah("images", "--quiet", f"--filter=reference={BASE}").strip():
        _make_base()
    # The base that the Dockerfile names by digest lies in a registry, which need not be there.
    _buildah("bud", "--pull=never", f"--build-arg=PYTHON_IMAGE={BASE}", *_pip_settings(), "-t", IMAGE, str(ROOT))
    container = _buildah("from", "--pull=never", IMAGE).strip()
    try:
        root = Path(_buildah("mount", container).strip())
        _run(root)
        packages = sorted(path.name.removesuffix(".dist-info") for path in root.glob("srv/venv/lib/*/*/*.dist-info"))
    finally:
        _buildah("rm", container)
    megabytes = _megabytes(IMAGE) - _megabytes(BASE)
    print(f"{megabytes:.0f} MB above the base, {len(packages)} packages:", ", ".join(packages))
    return int(megabytes > MOST_MEGABYTES)


def _buildah(*arguments: str) -> str:
    done = subprocess.run(["buildah", *arguments], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _megabytes(image: str) -> float:
    """As buildah tells it: `272 MB`."""
    number, unit = _buildah("images", "--format={{.Size}}", image).split()
    return float(number) * {"KB": 0.001, "MB": 1, "GB": 1000}[unit]


def _run(root: Path) -> None:
    """Migrate, and serve until it is ready. Raises `SystemExit` where it is not."""
    with (
        tempfile.TemporaryDirectory() as data,
        postgres.start(Path(data), settings={"unix_socket_permissions": "0777"}, throwaway=True) as cluster,
    ):
        cluster.socket_dir.chmod(0o755)
        asyncio.run(_create_roles(cluster))
        (root / SOCKET[1:]).mkdir(parents=True, exist_ok=True)
        migrated = subprocess.run(_command(root, cluster, "migrate"), env=_settings(), check=False)
        if migrated.returncode:
            sys.exit("The image does not migrate.")
        serve = subprocess.Popen(_command(root, cluster, f"serve --port {PORT}"), env=_settings())
        try:
            end = time.monotonic() + 60
            while not _is_ready():
                if serve.poll() is not None or time.monotonic() > end:
                    sys.exit("The image does not become ready.")
                time.sleep(0.1)
            print("The image migrated, and is ready as its user on a read-only root.")
        finally:
            serve.terminate()
            serve.wait(60)


def _command(root: Path, cluster: postgres.Cluster, command: str) -> list[str]:
    """A command of the image in mounts of its own: its root read-only, the socket of PostgreSQL in it."""
    script = (
        f"set -e; mount --bind {root} {root}; mount --bind {cluster.socket_dir} {root}{SOCKET};"
        f" mount --bind /dev {root}/dev; mount -o remount,bind,ro {root};"
        f" exec chroot --userspec={USER} {root} sh -c 'cd /srv/vekstplass && exec python -m app {command}'"
    )
    return ["unshare", "--mount", "sh", "-c", script]


def _settings() -> dict[str, str]:
    """Production's, with keys for this once."""
    issuer = {"issuer": "https://id.example", "audience": "x", "kind": "person", "jwks_uri": "https://id.example/jwks"}
    index, log, key = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(3))
    where = f"{postgres.DATABASE}?host={SOCKET}&port={postgres.PORT}"
    return {
        "PATH": "/srv/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "VEKSTPLASS_ENVIRONMENT": "production",
        "DATABASE_URL": f"postgresql://{postgres.SERVICE}@/{where}",
        "OWNER_DATABASE_URL": f"postgresql://{postgres.OWNER}@/{where}",
        "VEKSTPLASS_ISSUERS": json.dumps([issuer]),
        "VEKSTPLASS_IDENTITY_NUMBER_KEYS": json.dumps({"1": key}),
        "VEKSTPLASS_IDENTITY_NUMBER_KEY_ID": "1",
        "VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY": index,
        "VEKSTPLASS_ACCESS_LOG_KEY": log,
    }


async def _create_roles(cluster: postgres.Cluster) -> None:
    connection = await asyncpg.connect(cluster.dsn(postgres.SUPERUSER))
    await connection.execute((ROOT / "migrations" / "roles.sql").read_text())
    await connection.close()


def _is_ready() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health/ready", timeout=2):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _make_base() -> None:
    with tempfile.TemporaryDirectory() as directory:
        packages = "--include=python3,python3-venv,ca-certificates"
        subprocess.run(["debootstrap", "--variant=minbase", packages, "bookworm", directory], check=True)
        (Path(directory) / "usr/bin/python").symlink_to("python3")
        container = _buildah("from", "scratch").strip()
        _buildah("add", "-q", container, directory, "/")
        _buildah("commit", "-q", "--rm", container, BASE)


def _pip_settings() -> list[str]:
    files = ["/etc/pip.conf", os.environ.get("PIP_CERT", ""), *os.environ.get("PIP_FIND_LINKS", "").split()]
    return [f"--volume={file}:{file}:ro" for file in files if file and Path(file).exists()]


if __name__ == "__main__":
    sys.exit(main())
