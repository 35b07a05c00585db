"""The README's walk-through, replayed word for word against a demo started as the README says."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.demo import issuer
from app.settings import Settings
from tests.factories.waiting import until

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def steps() -> list[tuple[str, str]]:
    """Commands and what they print, in order. A command goes on until its quotes and braces are closed."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall(README):
        command: list[str] = []
        output: list[str] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    found.append(("\n".join(command), "\n".join(output)))
                command, output = [line[2:]], []
            elif "\n".join(command).count("'") % 2:
                command.append(line)
            else:
                output.append(line)
        found.append(("\n".join(command), "\n".join(output)))
    return found


def free_port() -> int:
    """A port nobody has right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[int, dict[str, str]]]:
    """A demo of its own: its port and the environment in which the README's scripts find it."""
    # Not pytest's own directory: as root, PostgreSQL's user could not come through it.
    port, data = free_port(), Path(tempfile.mkdtemp(prefix="vekstplass-readme-"))
    data.chmod(0o711)
    kept = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
    environment = kept | {"VEKSTPLASS_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
    command = [str(ROOT / "scripts" / "serve"), "--demo", "--port", str(port)]
    with (data / "out").open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        asyncio.run(until(lambda: _has_started(port, server, data / "out"), 120))
        yield port, environment
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        shutil.rmtree(data, ignore_errors=True)


def _has_started(port: int, server: "subprocess.Popen[bytes]", out: Path) -> bool:
    """Whether somebody may come: the port answers, and the welcome is printed."""
    assert server.poll() is None, out.read_text()
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return b"Application startup complete" in out.read_bytes()


def test_the_walk_through_says_what_happens(demo: tuple[int, dict[str, str]], tmp_path: Path) -> None:
    """C5–C8, D3, D4: position, two grants, watch and overrun, as printed in the README."""
    port, environment = demo
    script = ["set -eu", f"cd {tmp_path}"]
    for command, _ in steps():
        script += [here(command, port), "printf '\\n<<<end>>>\\n'"]
    ran = subprocess.run(
        ["bash", "-c", "\n".join(script)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    printed = [text.strip() for text in ran.stdout.split("<<<end>>>")]
    if "UPDATE_README" in os.environ:
        _rewrite(printed)
        return
    for (command, expected), got in zip(steps(), printed, strict=False):
        assert got == expected.strip(), command


def here(command: str, port: int) -> str:
    """The command, for a server on that port and this Python."""
    token = f"{sys.executable} -P -m app token"
    return command.replace(ADDRESS, f"http://127.0.0.1:{port}").replace("./scripts/token", token)


def test_the_access_log_is_verified_beside_the_demo(demo: tuple[int, dict[str, str]]) -> None:
    """`scripts/app verify-access-log --data`, with no DATABASE_URL: the very database that the demo serves."""
    port, environment = demo
    data = environment["VEKSTPLASS_DATA_DIR"]
    token = issuer.load_or_create(Path(data)).mint("case_officer")
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"http://127.0.0.1:{port}/v1/participants", headers=headers, timeout=60).status_code == 200
    elsewhere = {name: value for name, value in environment.items() if name != "VEKSTPLASS_DATA_DIR"}
    command = [str(ROOT / "scripts" / "app"), "verify-access-log", "--data", data]
    ran = subprocess.run(command, env=elsewhere, capture_output=True, text=True, timeout=60, check=False)
    assert re.fullmatch(r"[0-9]+ rows in [0-9]+ ranges, none altered; [1-9][0-9]* not sealed yet\.\n", ran.stdout), (
        ran.stderr
    )


def _rewrite(printed: list[str]) -> None:
    """`UPDATE_README=1` writes what was printed; the change is then read like any other."""
    outputs = iter(printed)

    def block(match: re.Match[str]) -> str:
        lines: list[str] = []
        for part in re.split(r"(?m)^\$ ", match[1])[1:]:
            command = next(known for known, _ in steps() if part.startswith(known))
            got = next(outputs)
            lines += ["$ " + command, *([got] if got else [])]
        return "```console\n" + "\n".join(lines) + "\n```"

    (ROOT / "README.md").write_text(BLOCK.sub(block, README), encoding="utf-8")


def test_every_setting_is_in_the_table() -> None:
    for name in Settings.model_fields:
        variable = name.upper() if name.endswith("database_url") else f"VEKSTPLASS_{name.upper()}"
        assert f"`{variable}`" in README, variable
