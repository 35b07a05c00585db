"""An endpoint declares exactly one door to the database, or it does not start."""

from typing import Annotated

import pytest
from fastapi import APIRouter

from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.security.roles import Actor, allow

CaseOfficer = Annotated[Actor, allow("case_officer")]


@pytest.fixture
def router() -> APIRouter:
    return APIRouter(route_class=Route)


def test_two_doors_are_refused(router: APIRouter) -> None:
    with pytest.raises(TypeError, match="more than one door"):

        @router.get("/x")
        async def read(reader: ReaderDep, unit: UnitOfWorkDep, actor: CaseOfficer) -> None: ...


def test_a_reader_of_two_kinds_is_refused(router: APIRouter) -> None:
    with pytest.raises(TypeError, match="more than one door"):

        @router.get("/x")
        async def read(reader: ReaderDep, snapshot: SnapshotReaderDep, actor: CaseOfficer) -> None: ...


def test_no_door_is_refused_for_a_role(router: APIRouter) -> None:
    with pytest.raises(TypeError, match="declares no door"):

        @router.get("/x")
        async def read(actor: CaseOfficer) -> None: ...


def test_no_door_is_needed_where_anybody_may_call(router: APIRouter) -> None:
    @router.get("/x")
    async def read() -> None: ...

    assert router.routes


def test_a_post_needs_a_unit_of_work_for_the_answer_it_keeps(router: APIRouter) -> None:
    with pytest.raises(TypeError, match="unit of work"):

        @router.post("/x")
        async def look_up(reader: ReaderDep, actor: CaseOfficer) -> None: ...
