"""The wall as PostgreSQL's own catalogue has it: no table, view or function without its part of it."""

import re

import asyncpg

# What holds nothing of anybody's, and why.
OPEN = {"alembic_version": "one revision, which the service compares at its start"}
# Policies of the owner, the migrations' role: what a function that runs as the owner must read or write. What else it
# may not, since the wall is forced.
OWNER_POLICIES = {
    "owner_reads": "the access log, for who may read it, and its highest number after a restore; who is restricted"
    " or merged",
    "owner_retires": "what was dropped of the access log past its retention, for who drops it",
    "owner_keeps_seals": "the access log's seals, which one function writes",
    "owner_counts_protected": "places behind a protected address, and their terms and supplements",
    "owner_sums_shares": "placements, to sum a participant's shares (L1)",
    "owner_keeps_sessions": "the page's sessions, which are looked up before a caller is known, and its people's names",
    "owner_merges": "the two participants that are being merged, by a setting of the transaction",
    "owner_clears_and_erases": "answers kept for keys, which end on time for every caller, and on erasure",
    "owner_finds_erased": "who has been erased, so that no push brings a text about them back (G3)",
    "owner_continues_numbers": "the event feed's numbers after a restore",
}
# Functions that run as the owner, each with a fixed search_path, and why.
DEFINERS = {
    "find_erased": "who has been erased, asked by every request that writes about people",
    "conceal_kept_answers": "kept answers about a person whom fewer may see from now on, whoever got them",
    "find_restricted": "whose processing is restricted, asked by every request about people",
    "create_access_log_partitions": "makes the log's partitions two months ahead: the service owns no table",
    "read_access_log": "lines of the access log for an auditor or a case officer, found by indexes on arrays",
    "store_access_log_seal": "adds a seal that comes with its proof: the service may write none by itself",
    "protected_placement_terms": "days and prices of protected places for finance, without an id",
    "protected_supplements": "likewise, for what is agreed beside the price",
    "refuse_too_large_share": "a participant's placements, whichever of them the writer sees (L1)",
    "open_web_session": "a session of the page, by the digest of its cookie: no caller is known yet",
    "resume_web_session": "likewise",
    "claim_web_session_renewal": "likewise",
    "renew_web_session": "likewise",
    "close_web_session": "likewise",
    "begin_web_login": "a login of the page, by digests, before its caller is known",
    "finish_web_login": "likewise",
    "end_web_sessions": "every session of one person, when they lose their place",
    "clear_kept_answers": "kept answers of every caller end on time, also of one who never comes back",
    "erase_kept_answers": "kept answers about an erased person, whoever got them",
    "merge_participant": "two registrations of one person become one, for the case office",
    "continue_event_numbers": "lets event numbers go on above the highest where a copy took over or was restored",
    "find_event": "whether a cursor's event is there, also for a follower who does not see it; numbers alone",
}


async def test_every_table_is_walled(owner: asyncpg.Connection) -> None:
    tables = await owner.fetch(
        "select relname, relrowsecurity, relforcerowsecurity,"
        " array(select polname from pg_policy where polrelid = c.oid) as policies from pg_class c"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f')"
    )
    assert len(tables) > 15
    for table in tables:
        if table["relname"] in OPEN:
            continue
        assert table["relrowsecurity"], table["relname"]
        assert table["relforcerowsecurity"], table["relname"]
        assert table["policies"], table["relname"]


async def test_a_partition_is_reached_through_its_table_alone(owner: asyncpg.Connection) -> None:
    """No other role may use the schema of the access log's partitions, also of those that are made later."""
    await owner.execute("select create_access_log_partitions()")
    partitions = await owner.fetch(
        "select relname, relrowsecurity, relforcerowsecurity, exists (select from pg_policy where polrelid = c.oid)"
        " as has_policies, has_table_privilege('vekstplass_service', oid, 'select, insert, update, delete') as granted,"
        " exists (select from pg_trigger where tgrelid = c.oid and tgname = 'refuse_change') as refuses"
        " from pg_class c where relnamespace = 'access_log_partition'::regnamespace and relkind = 'r'"
    )
    assert len(partitions) == 3
    for partition in partitions:
        assert dict(partition) == {
            "relname": partition["relname"],
            "relrowsecurity": True,
            "relforcerowsecurity": True,
            "has_policies": False,
            "granted": False,
            "refuses": True,
        }
    assert not await owner.fetchval(
        "select has_schema_privilege('vekstplass_service', 'access_log_partition', 'usage')"
    )
    assert await owner.fetchval(
        "select bool_and(has_table_privilege('vekstplass_backup', oid, 'select')) from pg_class"
        " where relnamespace = 'access_log_partition'::regnamespace and relkind = 'r'"
    )


async def test_every_policy_names_its_role_and_checks_what_is_written(owner: asyncpg.Connection) -> None:
    policies = await owner.fetch("select * from pg_policies where schemaname = 'public'")
    for policy in policies:
        name = f"{policy['tablename']}.{policy['policyname']}"
        if policy["roles"] == ["vekstplass_owner"]:
            assert policy["policyname"] in OWNER_POLICIES, name
            continue
        assert policy["roles"] == ["vekstplass_service"], name
        # A restrictive one only takes away from what the others let through.
        assert policy["permissive"] == "PERMISSIVE" or policy["cmd"] == "SELECT", name
        if policy["cmd"] in ("ALL", "UPDATE"):
            assert policy["qual"], name
            assert policy["with_check"], name
        elif policy["cmd"] == "INSERT":
            assert policy["with_check"], name
        else:
            assert policy["qual"], name
        # Settings and roles are read once a statement, not once a row: always inside a sub-select.
        for text in filter(None, (policy["qual"], policy["with_check"])):
            outside = _without_subselects(text)
            assert "current_setting" not in outside, name
            assert "caller_" not in outside, name


def _without_subselects(text: str) -> str:
    kept, depth = [], 0
    opened: list[bool] = []
    for place, letter in enumerate(text):
        if letter == "(":
            sub = text[place + 1 :].lstrip().startswith("SELECT")
            opened.append(sub)
            depth += sub
        elif letter == ")" and opened:
            depth -= opened.pop()
        if not depth:
            kept.append(letter)
    return "".join(kept)


async def test_no_view_sees_with_its_owners_eyes(owner: asyncpg.Connection) -> None:
    views = await owner.fetch(
        "select relname, relkind, coalesce(reloptions, '{}') as options from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')"
    )
    for view in views:
        assert view["relkind"] == b"v", f"{view['relname']}: no policy holds for a materialized view"
        assert "security_invoker=true" in view["options"], view["relname"]


async def test_functions_that_run_as_the_owner_are_these(owner: asyncpg.Connection) -> None:
    tables = "|".join(
        row[0]
        for row in await owner.fetch(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')"
        )
    )
    unqualified = re.compile(rf"\b(?:from|join|into|update|using)\s+(?:only\s+)?(?:{tables})\b")
    functions = await owner.fetch(
        "select proname, proconfig, prosrc, has_function_privilege('public', oid, 'execute') as everyones"
        " from pg_proc p where pronamespace = 'public'::regnamespace and prosecdef"
        " and not exists (select from pg_depend where objid = p.oid and deptype = 'e')"
    )
    assert {function["proname"] for function in functions} == set(DEFINERS)
    for function in functions:
        # Temporary tables last: left out, they would be searched first.
        assert "search_path=pg_catalog, public, pg_temp" in function["proconfig"], function["proname"]
        assert not unqualified.search(function["prosrc"]), function["proname"]
        assert not function["everyones"], function["proname"]


async def test_the_services_role_owns_nothing_and_bypasses_nothing(owner: asyncpg.Connection) -> None:
    role = await owner.fetchrow("select * from pg_roles where rolname = 'vekstplass_service'")
    assert role is not None
    assert not any(
        role[right] for right in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    )
    assert await owner.fetchval("select count(*) from pg_class where relowner = 'vekstplass_service'::regrole") == 0
    rights = await owner.fetch(
        "select table_name, privilege_type from information_schema.role_table_grants"
        " where grantee in ('vekstplass_service', 'PUBLIC') and table_schema = 'public'"
        " and privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES')"
    )
    assert rights == []


async def test_nobody_but_the_owner_makes_temporary_tables(owner: asyncpg.Connection) -> None:
    holders = await owner.fetch(
        "select grantee::regrole::text from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))"
        " where datname = current_database() and privilege_type = 'TEMPORARY'"
    )
    assert [row[0] for row in holders] == ["vekstplass_owner"]
    for role in ("vekstplass_service", "vekstplass_backup"):
        assert not await owner.fetchval("select has_database_privilege($1, current_database(), 'temporary')", role)


async def test_no_policy_asks_for_rows_of_a_table_by_that_tables_policies_alone(owner: asyncpg.Connection) -> None:
    """A policy that reads another table says itself what is allowed there: an area, an organisation, no protection."""
    policies = await owner.fetch(
        "select * from pg_policies where schemaname = 'public' and roles = '{vekstplass_service}'"
    )
    assert len(policies) > 100
    for policy in policies:
        name = f"{policy['tablename']}.{policy['policyname']}"
        for text in filter(None, (policy["qual"], policy["with_check"])):
            if re.search(r"FROM \(*(placement|meeting|participant|request)\b", text):
                allowed = ("caller_provider_id", "caller_service_area", "NOT placement.address_protection")
                assert any(word in text for word in allowed) or policy["policyname"].startswith("case_officer_"), name


async def test_columns_that_policies_go_by_compare_without_a_leak(owner: asyncpg.Connection) -> None:
    """An operator that might tell of a row in its error is not used with an index behind a policy: enums are one."""
    enums = await owner.fetch(
        "select typname from pg_type where typtype = 'e' and typnamespace = 'public'::regnamespace"
    )
    assert enums == []


async def test_who_was_told_of_one_transaction_is_forgotten_in_the_next(owner: asyncpg.Connection) -> None:
    async with owner.transaction():
        await owner.execute("select set_config('app.roles', 'case_officer', true)")
        assert await owner.fetchval("select caller_has_role('case_officer')")
    assert not await owner.fetchval("select caller_has_role('case_officer')")
    assert await owner.fetchval("select caller_organisation()") is None
