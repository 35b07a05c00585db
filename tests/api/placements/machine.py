"""What every state machine of places begins with, asks after each step, and holds answers against (D3–D8, L1–L8)."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import httpx
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction

from app import clock
from app.rules.process import ApplicationStatus, PlacementState, Step, find_next_state
from tests.api.placements.impossible import IMPOSSIBLE
from tests.api.placements.model import Case, Place, World
from tests.conftest import Api
from tests.factories import steps

T = TypeVar("T")
BEGINS = date(2022, 1, 10)
NUMBERS = ("310300403", "310300411")
# D3, L3: a provider answers requests, takes its yes back and gives notice, and nothing else.
PROVIDERS_OWN: set[Step] = {"accept", "decline", "retract", "notice"}

# What the facts of a case may refuse though its state allows the step.
BY_FACTS = {
    "request-already-open", "request-not-accepted", "capacity-exceeded", "placement-overlap", "end-before-start",
    "change-outside-place", "end-after-last-day", "permanent-has-no-last-day", "temporary-needs-last-day",
    "notice-already-open", "request-already-answered", "application-closed",
}  # fmt: skip


class WorldMachine(RuleBasedStateMachine):
    """Each run begins with the same world, in a savepoint that is undone."""

    api: Api
    world: World
    connection: AsyncConnection
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    @initialize()
    def begin(self) -> None:
        self.outer: AsyncTransaction = self.run(self._begin_savepoint())
        self.clients = {
            "provider 0": self.api.provider(NUMBERS[0]),
            "provider 1": self.api.provider(NUMBERS[1]),
            "service": self.api.service("habilitation"),
            "epj": self.api.epj,
            "finance": self.api.finance,
            "auditor": self.api.auditor,
            "case_officer": self.api.case_officer,
        }
        self.today = BEGINS
        clock.fix_today(BEGINS)
        self.cases = [replace(case, requests=[*case.requests]) for case in self.world.cases]
        self.places = [replace(place, notices=[], ends=[]) for place in self.world.places]
        self.decisions: dict[str, str] = {}

    async def _begin_savepoint(self) -> AsyncTransaction:
        return await self.connection.begin_nested()

    def teardown(self) -> None:
        if not hasattr(self, "outer"):
            return
        try:
            self._places_are_as_believed()
        finally:
            clock.fix_today(None)
            self.run(self.outer.rollback())

    def _places_are_as_believed(self) -> None:
        for place in self.places:
            placement = self.run(self.api.case_officer.get(f"/v1/placements/{place.id}")).json()
            assert placement["starts_on"] == place.starts_on.isoformat()
            assert placement["ends_on"] == (place.ends_on and place.ends_on.isoformat())
            assert (placement["state"] == "annulled") == place.annulled
            events = [event["step"] for event in placement["history"]]
            assert events[0] in ("granted", "recorded")
            assert len(place.notices) - place.annulled_notices == events.count("notice_given")
        assert self.run(self.api.finance.get("/v1/budgets/2022/position")).status_code == 200

    def take_step(
        self, role: str, step: Step, state: ApplicationStatus | PlacementState, path: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The step through HTTP; what it made, or None where it was refused as the table says."""
        answer: httpx.Response = self.run(self.clients[role].post(path, json=body))
        party = role.split()[0]
        allowed = party == "case_officer" or (party == "provider" and step in PROVIDERS_OWN)
        assert answer.status_code < 500, answer.text
        if not allowed:
            assert answer.status_code == 403, (step, role, answer.text)
            return None
        if find_next_state(state, step) is None:
            assert answer.status_code in (404, 409), (step, state, answer.text)
            return None
        if answer.status_code in (200, 201):
            made: dict[str, Any] = answer.json()
            return made
        code = answer.json()["type"].rsplit("/", 1)[1]
        theirs = party == "provider" and answer.status_code in (403, 404)
        assert theirs or code in BY_FACTS, (step, state, answer.text)
        return None

    @invariant()
    def nothing_impossible(self) -> None:
        if hasattr(self, "outer"):
            self.run(self._nothing_impossible())

    async def _nothing_impossible(self) -> None:
        await self.connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
        counts = ", ".join(f"({query}) as n{number}" for number, query in enumerate(IMPOSSIBLE.values()))
        found = (await self.connection.execute(text(f"select {counts}"))).one()
        assert not any(found), [name for name, count in zip(IMPOSSIBLE, found, strict=True) if count]
        rows = await self.connection.execute(text("select id::text, decision::text from decision"))
        now = {row.id: row.decision for row in rows}
        assert self.decisions.items() <= now.items(), "a decision was edited"
        self.decisions = now


async def prepare_world(api: Api) -> World:
    """Two providers with two places each, three people who each have an accepted request, and two places that run."""
    await steps.law(api)
    providers = [await steps.provider(api, places=3, organisation_number=number) for number in NUMBERS]
    people = [await steps.participant(api) for _ in range(4)]
    cases = []
    for person, need in zip(people, ["permanent", "temporary", "permanent", "permanent"], strict=True):
        made = await steps.application(api, person, need=need)
        request = await steps.request(api, made, providers[0])
        cases.append(Case(made, person, "accepted", [(request, 0, "accepted")]))
    granted = steps.grant(cases[0].id, cases[0].requests[0][0], starts_on="2022-01-15")
    place = steps.ok(await api.case_officer.post("/v1/decisions", json=granted))
    cases[0].state = "granted"
    body = steps.legacy(people[3], providers[1])
    old = steps.ok(await api.case_officer.post("/v1/placements", json=body))["id"]
    first = Place(place["placement_id"], 0, date(2022, 1, 15), None, grant=place["id"], application=cases[0].id)
    return World(providers, people, cases, [first, Place(old, 1, date(2021, 1, 1), None)])
