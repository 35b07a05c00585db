"""HTTP for the code lists (M3, M4, M7, D5)."""

from fastapi import APIRouter

from app.database.reader import ReaderDep
from app.followup.code_lists import CODE_LISTS
from app.followup.endpoints.roles import EveryParty
from app.followup.schemas import CodeListsOut
from app.http.endpoint import Route

router = APIRouter(prefix="/v1/code-lists", tags=["follow-up"], route_class=Route)


@router.get("", summary="List code lists")
async def list_code_lists(reader: ReaderDep, actor: EveryParty) -> CodeListsOut:
    """Themes (M3, M4, M7), content areas (D5), roles and kinds of task, each code with its Nynorsk label."""
    return CODE_LISTS
