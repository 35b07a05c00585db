"""HTTP for information on other schemes (T17): no token to read, one limit for all callers together."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app import clock
from app.database.identity import DatabaseIdentity
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.attempts import TOO_MANY_REQUESTS, Attempts
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.problems import PRECONDITION_FAILED
from app.trips import grant_schemes
from app.trips.endpoints.roles import GrantsOfficer
from app.trips.grant_scheme_schemas import GrantSchemeIn, GrantSchemeOut, GrantSchemePatch, GrantSchemesOut
from app.trips.tables import GrantScheme

router = APIRouter(prefix="/v1/grant-schemes", tags=["trips"], route_class=Route)

EVERYBODY = DatabaseIdentity(actor="open-data")
"""Nobody in particular, without a role: of the wall's tables it reads those that everybody may."""


@router.get(
    "",
    summary="List other schemes",
    responses={
        **refusals(TOO_MANY_REQUESTS),
        304: {"description": "Nothing has changed since `If-None-Match`."},
    },
)
async def list_grant_schemes(request: Request, response: Response) -> GrantSchemesOut:
    """Schemes of others that may support a trip (T17): no token is asked for, and nothing is about a person.

    The municipality gives no advice on them and handles no application.
    """
    state = request.app.state
    calls: Attempts = state.open_calls
    calls.count_one()
    response.headers["Cache-Control"] = "public, max-age=300"
    async with state.database.reader(EVERYBODY) as reader:
        return await grant_schemes.load_grant_schemes(reader, clock.today())


@router.get("/{grant_scheme_id}", summary="Read one of the other schemes")
async def read_grant_scheme(reader: ReaderDep, actor: GrantsOfficer, grant_scheme_id: UUID) -> GrantSchemeOut:
    """To change it, a closed one too (T17)."""
    return GrantSchemeOut.model_validate(await find(reader, GrantScheme, grant_scheme_id))


@router.post("", status_code=201, summary="Record one of the other schemes")
async def record_grant_scheme(unit: UnitOfWorkDep, actor: GrantsOfficer, body: GrantSchemeIn) -> GrantSchemeOut:
    """As it was checked on a day (T17); after 12 months it is a task to check it again."""
    return GrantSchemeOut.model_validate(await grant_schemes.record_grant_scheme(unit, actor, body))


@router.patch("/{grant_scheme_id}", summary="Change one of the other schemes", responses=refusals(PRECONDITION_FAILED))
async def change_grant_scheme(
    request: Request, unit: UnitOfWorkDep, actor: GrantsOfficer, grant_scheme_id: UUID, body: GrantSchemePatch
) -> GrantSchemeOut:
    """What is otherwise, that it was checked again, or that it is closed (T17). Requires `If-Match`."""
    row = await find(unit, GrantScheme, grant_scheme_id, lock=True)
    require_match(request, GrantSchemeOut.model_validate(row))
    await grant_schemes.change_grant_scheme(unit, actor, row, body)
    return GrantSchemeOut.model_validate(row)
