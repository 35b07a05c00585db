"""Names for the rows of a page: of exactly the people that it shows, since each look at a person is logged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.http.problems import RESTRICTED
from app.web.calls import PAGE_SIZE, Api, Refused
from app.web.pages import View
from app.web.render import NBSP, long_date


@dataclass(frozen=True, slots=True)
class Place:
    """A placement that a form is about: whose, where, and the API's own object with its version."""

    id: str
    name: str
    provider: str
    data: Mapping[str, Any]
    person: Mapping[str, Any]
    etag: str

    @property
    def address(self) -> str:
        """The person's page."""
        return f"/deltakarar/{self.data['participant_id']}"

    @property
    def line(self) -> str:
        """Where, and since when: the line below a form's title."""
        until = f", siste dag {long_date(self.data['ends_on'])}" if self.data["ends_on"] else ""
        return f"{self.provider} frå {long_date(self.data['starts_on'])}{until}, {self.data['share']}{NBSP}%"


@dataclass(frozen=True, slots=True)
class Person:
    """A participant that a form is about, and the API's own object."""

    id: str
    name: str
    data: Mapping[str, Any]

    @property
    def address(self) -> str:
        """The person's page."""
        return f"/deltakarar/{self.id}"


async def load_person(view: View) -> Person:
    """The participant in the address. Raises `Refused` where the person who looks may not see it."""
    id_ = str(view.request.path_params["participant_id"])
    data = await view.api.get(f"/v1/participants/{id_}")
    return Person(id_, full_name(data), data)


async def load_own_data_of(view: View) -> Person:
    """The participant in the address, also where the processing is restricted: what is theirs by right is shown."""
    try:
        return await load_person(view)
    except Refused as refused:
        if refused.code != RESTRICTED.code:
            raise
        return Person(str(view.request.path_params["participant_id"]), "ein person med avgrensa handsaming", {})


async def load_place(view: View, placement_id: str = "") -> Place:
    """A placement, or the one in the address. Raises `Refused` where the person who looks may not see it."""
    id_ = placement_id or str(view.request.path_params["placement_id"])
    data, etag = await view.api.get_with_etag(f"/v1/placements/{id_}")
    person = await view.api.get(f"/v1/participants/{data['participant_id']}")
    providers = await load_providers(view.api)
    return Place(id_, full_name(person), providers.get(data["provider_id"], ""), data, person, etag)


async def load_people(api: Api, ids: Iterable[str | None]) -> dict[str, dict[str, Any]]:
    """The participants of these ids, as far as the person may see them."""
    wanted = sorted({id_ for id_ in ids if id_})
    found: dict[str, dict[str, Any]] = {}
    for part in _batches(wanted):
        found |= {person["id"]: person for person in await api.list("/v1/participants", id=part)}
    return found


async def load_names(api: Api, ids: Iterable[str | None]) -> dict[str, str]:
    """`{id: "Blid Bjørk"}`."""
    return {id_: full_name(person) for id_, person in (await load_people(api, ids)).items()}


async def load_providers(api: Api) -> dict[str, str]:
    """Every provider's name by its id."""
    return {provider["id"]: provider["name"] for provider in await api.list("/v1/providers")}


def full_name(person: Mapping[str, Any]) -> str:
    """The given name first."""
    return f"{person['given_name']} {person['family_name']}"


def _batches(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + PAGE_SIZE] for start in range(0, len(ids), PAGE_SIZE)]
