"""The application on a loopback port, by the server that runs it in production, and sockets to talk to it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import httpx
import uvicorn
from fastapi import FastAPI

from app.server import HttpProtocol


@asynccontextmanager
async def serving(
    app: FastAPI, http: str = "httptools", lifespan: Literal["on", "off"] = "off"
) -> AsyncIterator[httpx.URL]:
    """The address of a running server. The lifespan is of an application that is not assembled yet."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            http=HttpProtocol if http == "httptools" else "h11",
            lifespan=lifespan,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.005)
            yield httpx.URL(f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            await running


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection, kept alive, that carries exactly what is written to it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def write(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers, and as much body as Content-Length says."""
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 60)).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        status = int(first.split()[1])
        length = 0 if status == 304 else int(headers.get("content-length", "0"))
        return status, headers, await self.reader.readexactly(length)


@asynccontextmanager
async def connected(address: httpx.URL) -> AsyncIterator[Connection]:
    """A connection to the server."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except ConnectionError:
            pass
