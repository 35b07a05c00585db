"""The check that app/ uses no private part of a library."""

import ast

import pytest

from private_parts import find_private_parts


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import starlette._utils", "starlette._utils"),
        ("from starlette._utils import is_async_callable", "starlette._utils.is_async_callable"),
        ("from sqlalchemy.orm import _internal", "sqlalchemy.orm._internal"),
        ("from fastapi.dependencies.models import Dependant", "fastapi.dependencies.models.Dependant"),
        ("import fastapi.dependencies.utils as utils", "fastapi.dependencies.utils"),
        ("pool = engine.pool._pool", "engine.pool._pool"),
        ("response._headers = {}", "response._headers"),
    ],
)
def test_private_part_of_a_library(source: str, name: str) -> None:
    assert list(find_private_parts(ast.parse(source))) == [(1, name)]


@pytest.mark.parametrize(
    "source",
    [
        "from app.http.etag import _digest",
        "from . import _own",
        "from __future__ import annotations",
        "self._pool, cls._pool, super()._pool",
        "row._mapping, item._replace(), type(self).__name__",
        "import fastapi.routing",
    ],
)
def test_what_is_allowed(source: str) -> None:
    assert list(find_private_parts(ast.parse(source))) == []
