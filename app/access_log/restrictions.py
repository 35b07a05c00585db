"""A person whose processing is restricted (G1, GDPR art. 18): data is stored, and neither shown nor changed.
And one who is erased (G3, art. 17): nothing more is stored but what systems push.

Asked at the one place that every request about a person passes, when its row of the log is written: an operation that
is new is stopped by itself. What goes on is named here, with why.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from app.database.queries import CompiledQuery, Queries
from app.http.endpoint import Operation

_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_FIND_RESTRICTED = CompiledQuery(text("select find_restricted(:ids)").bindparams(_IDS))
# Both in one: each question of its own costs as much as the other.
_FIND_RESTRICTED_AND_PROTECTED = CompiledQuery(
    text(
        """
        select find_restricted(:ids) as restricted,
            array(select id from participant where id = any(:ids) and address_protection) as protected
        """
    ).bindparams(_IDS)
)
# As the caller sees them: of what it does not see there is nothing in its answer.
_RECORDS = CompiledQuery(
    text(
        """
        select id from placement where participant_id = any(:ids)
        union all select id from application where participant_id = any(:ids)
        union all select id from decision where participant_id = any(:ids)
        """
    ).bindparams(_IDS)
)

# By any id of a record that is of one person, or of a trip they are on, as the caller sees them.
_PEOPLE = CompiledQuery(
    text(
        """
        select id from participant where id = any(:ids)
        union select participant_id from placement where id = any(:ids)
        union select participant_id from application where id = any(:ids)
        union select participant_id from decision where id = any(:ids)
        union select participant_id from consent where id = any(:ids)
        union select participant_id from trust_application where id = any(:ids)
        union select participant_id from trip_application where id = any(:ids)
        union select participant_id from trip_participant where trip_id = any(:ids)
        union select participant_id from service_hours where id = any(:ids)
        union select participant_id from application join request on request.application_id = application.id
            where request.id = any(:ids)
        union select participant_id from placement where id in (
            select placement_id from absence where id = any(:ids)
            union all select placement_id from absence_review where id = any(:ids)
            union all select placement_id from meeting where id = any(:ids)
            union all select placement_id from plan where id = any(:ids)
            union all select placement_id from evaluation where id = any(:ids)
            union all select placement_id from notice where id = any(:ids)
            union all select placement_id from placement_supplement where id = any(:ids)
        )
        """
    ).bindparams(_IDS)
)

UNSTOPPED = {
    "export_participant": "the person's right to know (art. 15)",
    "export_access_copy": "likewise",
    "read_access_log_of_participant": "likewise",
    "restrict_participant": "the restriction itself",
    "lift_restriction": "likewise",
    "list_restrictions": "likewise",
    "list_participants": "shows that there is one, and nothing of the person",
    "register_participant": "names the id of a possible duplicate alone",
    "read_follow_up_report": "counts, and names nobody",
    "push_absences": "stores what a system sends",
    "push_service_hours": "likewise",
    "upsert_participant": "likewise",
    "upsert_participants": "likewise",
}
"""Operations that go on."""
# Erasure may come again, and what nobody will do is taken off the work list (M9).
_UNSTOPPED_BY_ERASURE = frozenset({"request_erasure", "decide_erasure", "waive_task", "withdraw_task_waiver"})
_UNSTOPPED_PURPOSES = frozenset({"oversight", "accounting"})
# Payment by month goes on, since accounts must be kept (bokføringslova § 13): places by their ids, and nobody's name.
_ACCOUNTS = ("/v1/budgets/", "/v1/invoices", "/v1/exports/", "/v1/statistics/")


def is_stopped(operation: Operation, purpose: str) -> bool:
    """Whether the operation is one that a restriction stops."""
    return (
        operation.name not in UNSTOPPED
        and purpose not in _UNSTOPPED_PURPOSES
        and not operation.route.startswith(_ACCOUNTS)
    )


def is_refused_after_erasure(operation: Operation, purpose: str) -> bool:
    """Whether the operation writes about people, and not about one who is erased. Pushes go by each item."""
    is_writing = operation.method != "GET" and operation.name not in _UNSTOPPED_BY_ERASURE
    return is_writing and (is_stopped(operation, purpose) or operation.name == "restrict_participant")


def is_of_one(operation: Operation) -> bool:
    """Whether the address names one record of a person: then there is no list to leave people out of."""
    return "_id}" in operation.route.replace("{provider_id}", "")


async def find_restricted(queries: Queries, participant_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people whose processing is restricted."""
    ids = list(participant_ids)
    return set(await queries.fetch_value(_FIND_RESTRICTED, ids=ids)) if ids else set()


async def find_restricted_and_protected(
    queries: Queries, participant_ids: Sequence[UUID]
) -> tuple[set[UUID], set[UUID]]:
    """Those of these people whose processing is restricted, and those with a protected address."""
    if not participant_ids:
        return set(), set()
    found = await queries.fetch_one(_FIND_RESTRICTED_AND_PROTECTED, ids=list(participant_ids))
    assert found is not None
    return set(found["restricted"]), set(found["protected"])


async def list_hidden_ids(queries: Queries, restricted: Collection[UUID]) -> frozenset[str]:
    """The ids by which an answer may name restricted people: their own, and those of their records."""
    records = await queries.fetch(_RECORDS, ids=list(restricted))
    return frozenset(map(str, (*restricted, *(row["id"] for row in records))))


async def find_restricted_by_records(queries: Queries, ids: Collection[UUID]) -> set[UUID]:
    """The restricted people whose own these ids are, or those of whose records that the caller sees."""
    people = await queries.fetch(_PEOPLE, ids=list(ids)) if ids else []
    return await find_restricted(queries, (row["id"] for row in people))
