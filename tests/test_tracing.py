"""OpenTelemetry by setting: spans reach a collector, and carry neither a token nor what a failed request sent.

The caller's trace (W3C `traceparent`) goes on here: in the spans, in the log and in the answer.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import postgres
from app.demo.example_year import DAY
from tests.conftest import cloned, load_example_year
from tests.test_readme import free_port
from tests.test_serving import instance, token

MARKER = "Marianne Markør 15817000190"
ADDRESS = "a-secret-address-that-stands-in-no-trace-00"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@asynccontextmanager
async def collector() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A port that takes OTLP over HTTP, and the bodies it was sent."""
    received: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            received.append(head + await reader.readexactly(int(length.partition(b":")[2])))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n")

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await take(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    port = free_port()
    server = await asyncio.start_server(quietly, "127.0.0.1", port)
    async with server:
        yield port, received


@pytest.mark.parametrize("tracing", ["true", "false"])
async def test_traces_only_when_told_to(cluster: postgres.Cluster, tmp_path: Path, tracing: str) -> None:
    template = await asyncio.to_thread(load_example_year, cluster, DAY.isoformat())
    async with cloned(cluster, template) as name, collector() as (port, received):
        url = cluster.url("postgres", name)
        settings = {
            "VEKSTPLASS_TRACING": tracing,
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "VEKSTPLASS_DRAIN_SECONDS": "0",
        }
        async with instance(url, tmp_path, **settings) as (process, client):
            headers = token(tmp_path, "case_officer")
            traced = headers | {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
            answer = await client.get("/v1/placements?limit=1", headers=traced)
            assert (answer.status_code, answer.headers["X-Trace-ID"]) == (200, TRACE)
            sent = {"given_name": MARKER, "family_name": MARKER, "colour": MARKER}
            assert (await client.post("/v1/participants", json=sent, headers=headers)).status_code == 422
            assert (await client.get(f"/v1/calendars/{ADDRESS}.ics", headers=traced)).status_code == 404
            # What is asked for by its name or number is refused or found, and told to nobody else.
            for query in ({"name": "Marianne Markør"}, {"name": "15817000190"}, {"external_value": "15817000190"}):
                await client.get("/v1/participants", params=query, headers=traced)
            for path in ("/v1/participants/15817000190", "/15817000190"):
                assert (await client.get(path, headers=traced)).status_code in (404, 422)
            by_number = "/v1/participants/by-external-id/profil/15817000190"
            assert (await client.put(by_number, json={}, headers=traced)).status_code == 422
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 20)
        [out] = tmp_path.glob("*.out")
        lines = [json.loads(line) for line in out.read_text().splitlines() if line.startswith('{"')]
        [line] = [line for line in lines if line.get("request_id") == answer.headers["X-Request-ID"]]
        assert (line["route"], line["trace_id"]) == ("/v1/placements", TRACE)
        told = b"".join(received)
        assert (b"/v1/placements" in told) == (tracing == "true")
        assert (bytes.fromhex(TRACE) in told) == (tracing == "true")
        for secret in (
            MARKER.encode(),
            b"Marianne",
            b"Mark",
            b"15817000190",
            ADDRESS.encode(),
            headers["Authorization"].encode(),
        ):
            assert secret not in told
