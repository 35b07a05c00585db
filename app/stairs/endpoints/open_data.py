"""HTTP for the stairs as open data (K8): no token, readable on every page, one limit for all callers together."""

from fastapi import APIRouter, Request, Response

from app import clock
from app.database.identity import DatabaseIdentity
from app.http.attempts import TOO_MANY_REQUESTS, Attempts
from app.http.content_negotiation import JSON
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.stairs.open_data import OpenStairsAnswer
from app.stairs.open_data_schemas import OpenStairs

router = APIRouter(prefix="/v1/open", tags=["stairs"], route_class=Route)

EVERYBODY = DatabaseIdentity(actor="open-data")
"""Nobody in particular, without a role: of the wall's tables it reads those that everybody may."""


@router.get(
    "/stairs",
    summary="Read the stairs as open data",
    response_model=OpenStairs,
    responses={
        **refusals(TOO_MANY_REQUESTS),
        304: {"description": "Nothing has changed since `If-None-Match`."},
    },
)
async def read_open_stairs(request: Request) -> Response:
    """Both stairs with what is offered on each step, and the last counts of places (K8). No token is asked for, and
    nothing is about a person: of places at sheltered enterprises (K5) the number in use is that of the last tertial's
    last day, and hidden where it is few people (S6).
    """
    state = request.app.state
    calls: Attempts = state.open_calls
    calls.count_one()
    answer: OpenStairsAnswer = state.open_stairs
    async with state.database.reader(EVERYBODY, snapshot=True) as reader:
        content = await answer.load(reader, clock.today())
    return Response(content, media_type=JSON, headers={"Cache-Control": "public, max-age=300"})
