"""The server process: a listening socket, uvicorn, and how it leaves on SIGTERM without losing a request."""

import asyncio
import signal
import socket
from functools import partial
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.outbox.listener import Listener


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections. Raises `OSError` or `OverflowError` where the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # A second server on the port is refused, even though both may reuse the address.
        listener.listen(2048)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def run(app: FastAPI, listeners: list[socket.socket], drain_seconds: float) -> None:
    """Serve at each of the sockets until a signal ends it."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        http=HttpProtocol,
        timeout_graceful_shutdown=25,
        h11_max_incomplete_event_size=64 * 1024,
    )
    Server(config, app, drain_seconds).run(sockets=listeners)


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's, without its one merging of trailer fields into header fields (RFC 9110 § 6.5.1 leaves them apart).

    A proxy checks the header; what comes after the body must not speak for the caller.
    """

    def on_headers_complete(self) -> None:
        self.scope["headers"] = [*self.headers]  # uvicorn goes on adding to its own list
        super().on_headers_complete()


class Server(uvicorn.Server):
    """uvicorn, which on SIGTERM first says that it is not ready, and keeps serving until a balancer has noticed.

    Then the port is closed, long polls are answered, requests under way are finished, and the pool closes. A second
    signal, or Ctrl-C, does not wait.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        drain = sig == signal.SIGTERM and self._loop is not None and not self._app.state.draining
        self._app.state.draining = True
        if drain and self._loop is not None:
            leave = partial(super().handle_exit, sig, frame)
            self._loop.call_soon_threadsafe(self._loop.call_later, self._drain_seconds, leave)
        else:
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        listener: Listener = self._app.state.listener
        listener.stop_waiting()
        await super().shutdown(sockets)
