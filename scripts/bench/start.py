"""How long the service takes to its first answer, and what a worker weighs before and after 20 000 requests.

    .venv/bin/python scripts/bench/start.py [--requests N]

Cold: an empty data directory (PostgreSQL's cluster is made, the schema migrated, the example year loaded). Warm: the
same directory again. The requests are GETs of one placement, the list of placements and the year's position over
kept-alive connections; the memory is the process's resident set, read from /proc. What of it is files, the libraries'
code, several workers of a machine share.
"""

import argparse
import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 8
PLACEMENT = "/v1/placements/016e0000-0005-7000-8000-000000000001"
PATHS = (PLACEMENT, PLACEMENT, PLACEMENT, "/v1/placements?limit=50", "/v1/budgets/2022/position?on=2022-06-30")


def free_port() -> int:
    """A port nobody has right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment() -> dict[str, str]:
    """Ours without a database of somebody else's, and without a limit of requests."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
    own = {"PYTHONPATH": str(ROOT), "VEKSTPLASS_LOG_LEVEL": "warning", "VEKSTPLASS_REQUESTS_PER_MINUTE": "0"}
    return kept | own


def start(data: Path, port: int) -> tuple["subprocess.Popen[bytes]", float]:
    """The server, and the seconds until it was ready."""
    command = [str(ROOT / "scripts" / "serve"), "--demo", "--port", str(port), "--data", str(data)]
    began = time.perf_counter()
    server = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    while server.poll() is None and time.perf_counter() - began < 120:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as asking:
                asking.settimeout(2)
                asking.sendall(b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                if asking.recv(64).startswith(b"HTTP/1.1 200"):
                    return server, time.perf_counter() - began
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the server did not come up")


def stop(server: "subprocess.Popen[bytes]") -> None:
    """SIGTERM, and wait."""
    server.send_signal(signal.SIGTERM)
    server.wait(30)


def megabytes(pid: int, part: str = "VmRSS") -> float:
    """The resident set of a process, or a part of it (proc(5))."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{part}:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this system has no /proc")


async def load(port: int, token: str, requests: int) -> float:
    """Sends the requests over a few kept-alive connections; answers requests per second."""

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for sent in range(requests // CONNECTIONS):
            path = PATHS[(sent + number) % len(PATHS)]
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CONNECTIONS)))
    return requests / (time.perf_counter() - began)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    requests: int = parser.parse_args().requests
    data = Path(tempfile.mkdtemp(prefix="vekstplass-bench-"))
    try:
        server, cold = start(data, free_port())
        stop(server)
        warms: list[float] = []
        for _ in range(2):
            server, warm = start(data, free_port())
            warms.append(warm)
            stop(server)
        port = free_port()
        server, warm = start(data, port)
        minting = [str(ROOT / "scripts" / "token"), "--role", "case_officer", "--data", str(data)]
        token = subprocess.run(minting, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
        fresh = megabytes(server.pid)
        asyncio.run(load(port, token.stdout.strip(), 2_000))
        warmed = megabytes(server.pid)
        rate = asyncio.run(load(port, token.stdout.strip(), requests))
        after, files = megabytes(server.pid), megabytes(server.pid, "RssFile")
        stop(server)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    print(f"cold start, from nothing to ready: {cold:.1f} s")
    print(f"warm start: {min(*warms, warm):.1f} s (wanted <= 2.5)")
    print(
        f"memory: {fresh:.0f} MB at start, {warmed:.0f} MB after 2 000 requests, {after:.0f} MB after {requests:,} more"
    )
    print(f"        (wanted <= 120 and level; {files:.0f} of it files); {rate:.0f} requests/s meanwhile")


if __name__ == "__main__":
    main()
