"""The doors to the database that an endpoint may declare in its signature."""

from collections.abc import Sequence
from enum import Enum
from types import FunctionType

from app.database.reader import reader, snapshot_reader
from app.database.unit_of_work import snapshot_unit_of_work, unit_of_work
from app.http.declarations import reader_factory


class DoorKind(Enum):
    """By which door an endpoint goes to the database."""

    NONE = "none"
    READER = "reader"
    SNAPSHOT_READER = "snapshot reader"
    READER_FACTORY = "reader factory"
    UNIT_OF_WORK = "unit of work"
    SNAPSHOT_UNIT_OF_WORK = "snapshot unit of work"


_DOORS: dict[object, DoorKind] = {
    reader: DoorKind.READER,
    snapshot_reader: DoorKind.SNAPSHOT_READER,
    reader_factory: DoorKind.READER_FACTORY,
    unit_of_work: DoorKind.UNIT_OF_WORK,
    snapshot_unit_of_work: DoorKind.SNAPSHOT_UNIT_OF_WORK,
}
WRITES = (DoorKind.UNIT_OF_WORK, DoorKind.SNAPSHOT_UNIT_OF_WORK)


def find_door(calls: Sequence[object], method: str, route: str, roles: frozenset[str]) -> DoorKind:
    """The one door that an endpoint declares. Raises `TypeError` for one that declares several, or none for a role."""
    declared = {_DOORS[call] for call in calls if isinstance(call, FunctionType) and call in _DOORS}
    name = f"{method} {route}"
    if len(declared) > 1:
        raise TypeError(f"{name} declares more than one door to the database")
    if not declared and roles:
        raise TypeError(f"{name} is for {', '.join(sorted(roles))} and declares no door to the database")
    door = declared.pop() if declared else DoorKind.NONE
    if method == "POST" and roles and door not in WRITES:
        # The answer that is kept for an `Idempotency-Key` is stored with the act.
        raise TypeError(f"{name} must declare a unit of work")
    return door
