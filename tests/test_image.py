"""What the image leaves out is needed by nothing that runs in it."""

import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from app.http.openapi import DOCUMENT
from tests.factories.tokens import ISSUERS, person_claims, signed

ROOT = Path(__file__).parents[1]
# What the service does with each is verified without them: a token is read, a command explained, an exception logged.
_VERIFY = """
import asyncio, json, logging, sys
for name in {modules!r}:
    sys.modules[name] = None
import httpx
import app.__main__, app.cli, app.logging, app.server
from app.main import create_app
from app.security.tokens import TokenVerifier
from app.settings import Issuer, Settings

async def verify():
    create_app(Settings())
    app.cli.assemble(app.cli.COMMANDS.values())(["serve", "--help"], standalone_mode=False)
    app.logging.configure("info")
    try:
        raise LookupError("for the log")
    except LookupError:
        logging.exception("logged")
    async with httpx.AsyncClient() as client:
        issuers = [Issuer.model_validate(one) for one in json.loads(sys.argv[1])]
        actor = await TokenVerifier(issuers, client).authenticate(["Bearer " + sys.argv[2]])
        print(actor.name)

asyncio.run(verify())
"""
NOT_IN_PYTHON = {"pip", "setuptools"}


def test_uninstalled_packages_are_used_by_nothing() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    [line] = re.findall(r"pip uninstall --yes (.+)", dockerfile)
    names = set(line.split()) - NOT_IN_PYTHON
    modules = {module for module, owners in packages_distributions().items() if names & {one.lower() for one in owners}}
    assert {"ecdsa", "rsa", "pyasn1", "rich", "pygments", "markdown_it", "mdurl"} <= modules
    issuers = "[" + ",".join(issuer.model_dump_json() for issuer in ISSUERS) + "]"
    done = subprocess.run(
        [sys.executable, "-c", _VERIFY.format(modules=sorted(modules)), issuers, signed(person_claims("finance"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *explained, logged, name = done.stdout.splitlines()
    assert "Serve the API." in "".join(explained)
    assert json.loads(logged)["exception"][0]["exc_type"] == "LookupError"
    assert name == "person:ingrid"


def test_the_image_has_the_document_that_is_served() -> None:
    """Everything but what .dockerignore names again stays outside."""
    taken = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}
    assert DOCUMENT.relative_to(ROOT).parts[0] in taken


def test_the_lock_has_nothing_that_only_development_needs() -> None:
    """uvicorn's whole extra watches files, reads YAML and speaks WebSocket: nothing here does."""
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"uvicorn", "httptools", "uvloop"} <= locked
    assert locked.isdisjoint({"watchfiles", "websockets", "pyyaml", "pytest"})


def test_base_image_is_one_and_named_by_its_digest() -> None:
    """A tag moves: whoever builds the same commit later would build on another base."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    [base] = re.findall(r"^ARG PYTHON_IMAGE=(\S+)", dockerfile, re.MULTILINE)
    assert re.fullmatch(r"python:3\.11\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", base)
