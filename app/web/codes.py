"""The guideline's code lists as choices, with the API's own words for them (M3, M4, M7, D5)."""

from collections.abc import Mapping

from app.web.calls import Api
from app.web.fields import Option


async def load_code_lists(api: Api) -> Mapping[str, list[Option]]:
    """Each list by its name: `content_areas`, `cooperation_themes`, `attendee_roles` and others."""
    lists = await api.get("/v1/code-lists")
    return {one["name"]: [Option(code["code"], code["label"]) for code in one["codes"]] for one in lists["items"]}
