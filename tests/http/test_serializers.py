"""How fields are written: by functions that pydantic can ask for their parameters on every Python that is served by."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, PlainSerializer

import app.main


def models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model of the service's own."""
    for model in base.__subclasses__():
        if model.__module__.startswith(f"{app.__name__}."):
            yield model
        yield from models(model)


def functions(hint: Any) -> Iterator[Callable[..., Any]]:
    """What writes the values of a type, or of a part of it."""
    if isinstance(hint, PlainSerializer):
        yield hint.func
    for part in get_args(hint):
        yield from functions(part)
    for part in getattr(hint, "__metadata__", ()):
        yield from functions(part)


def test_serializers_tell_their_parameters() -> None:
    """Python 3.13 says `(*args, **kwargs)` of a built-in method, `"{:.2f}".format`: the service did not start there."""
    hints = [hint for model in models(BaseModel) for hint in get_type_hints(model, include_extras=True).values()]
    written_by = {function for hint in hints for function in functions(hint)}
    assert written_by
    assert [function for function in written_by if not inspect.isfunction(function)] == []
