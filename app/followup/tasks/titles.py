"""Titles of tasks: what is due, for whom, with the names that the caller may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.followup.code_lists import TASK_KINDS
from app.followup.tasks.task import YEARLY_KINDS, Task

PROTECTED_NAME = "Verna adresse"

# The policies decide whose names are answered.
_PARTICIPANTS = CompiledQuery(
    text("select id, given_name, family_name, address_protection from participant where id = any(cast(:ids as uuid[]))")
)
_PROVIDERS = CompiledQuery(text("select id, name from provider where id = any(cast(:ids as uuid[]))"))


@dataclass(frozen=True, slots=True)
class Names:
    """The names that the caller may see, by id."""

    participants: Mapping[UUID, str]
    providers: Mapping[UUID, str]

    def visible(self, participant_id: UUID | None) -> UUID | None:
        """The id of a participant that the caller may see, or None."""
        return participant_id if participant_id in self.participants else None

    def find_participant(self, participant_id: UUID | None) -> str | None:
        """The name of a participant that the caller may see, or None."""
        return None if participant_id is None else self.participants.get(participant_id)


async def load_names(queries: Queries, participant_ids: Iterable[UUID], provider_ids: Iterable[UUID | None]) -> Names:
    """Names of participants and providers. A person with a protected address is «Verna adresse»."""
    people, providers = set(participant_ids), {id_ for id_ in provider_ids if id_ is not None}
    participants = {}
    if people:
        for id_, given_name, family_name, is_protected in await queries.fetch(_PARTICIPANTS, ids=list(people)):
            participants[id_] = PROTECTED_NAME if is_protected else f"{given_name} {family_name}"
    rows = await queries.fetch(_PROVIDERS, ids=list(providers)) if providers else []
    return Names(participants, {row["id"]: row["name"] for row in rows})


def build_title(task: Task, names: Names, participant_id: UUID | None) -> str:
    """What is due in nynorsk: «Samtalar: Kari Hage, Gløde AS»."""
    label = TASK_KINDS[task.kind]
    if task.kind in YEARLY_KINDS:
        return ", ".join(filter(None, (f"{label} {task.n}", task.subject.detail)))
    known = (
        names.find_participant(participant_id),
        names.providers.get(task.subject.provider_id) if task.subject.provider_id is not None else None,
    )
    about = ", ".join(name for name in (*known, task.subject.detail) if name is not None)
    return f"{label}: {about}" if about else label
