"""A service to be killed. It is assembled when this module is read, so that a process forked then serves at once."""

import httpx
import uvicorn

from app import logging
from app.database.connections import Database
from app.issuers import Issuer
from app.main import create_app
from app.security.tokens import TokenVerifier
from app.settings import Settings

_APP = create_app(Settings(environment="demo", allow_synthetic_identity_numbers=True))


def serve(database_url: str, issuers: tuple[Issuer, ...], socket: str) -> None:
    """Serve on a Unix socket until killed."""
    logging.configure("error")
    _APP.state.database = Database(database_url)
    _APP.state.authenticator = TokenVerifier(issuers, httpx.AsyncClient())
    _APP.state.draining = False
    uvicorn.run(_APP, uds=socket, lifespan="off", log_config=None, access_log=False)
