"""Random steps by random parties through the whole life of a place, and nothing that must never be (D3–D8, L1–L8, P2).

The machine keeps a model of its own of where each application and place stands, and holds every answer against the one
table of `app/rules/process.py`: what it has no line for is refused, whoever asks. After each step the database is asked
whether anything impossible is in it.
"""

import asyncio
from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from app.rules.process import Step, find_next_state
from tests.api.placements.machine import WorldMachine, prepare_world
from tests.api.placements.model import Case, Place
from tests.conftest import Api
from tests.factories import steps

ROLES = st.sampled_from(
    # The case office most of the time, so that something happens.
    ["case_officer"] * 8 + ["provider 0"] * 3 + ["provider 1"] * 2 + ["epj", "finance", "service", "auditor"]
)
SHARES = st.sampled_from([100, 100, 50, 1])
INDEX = st.integers(0, 20)


class PlacementMachine(WorldMachine):
    """The steps, each by whoever tries it."""

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.today = min(self.today + timedelta(days=days), date(2024, 12, 31))
        clock.fix_today(self.today)

    @rule(person=st.integers(0, 3), temporary=st.booleans())
    def apply(self, person: int, temporary: bool) -> None:
        need = "temporary" if temporary else "permanent"
        made = self.run(
            steps.application(self.api, self.world.people[person], received_on=self.today.isoformat(), need=need)
        )
        self.cases.append(Case(made, self.world.people[person]))

    @precondition(lambda self: self.cases)
    @rule(case=INDEX, provider=st.integers(0, 1), role=ROLES)
    def ask(self, case: int, provider: int, role: str) -> None:
        of = self.cases[case % len(self.cases)]
        path, body = f"/v1/applications/{of.id}/requests", {"provider_id": self.world.providers[provider]}
        made = self.take_step(role, "request", of.state, path, body | {"sent_on": self.today.isoformat()})
        if made is not None:
            assert all(answer is not None for _, _, answer in of.requests), "two open requests"
            of.requests.append((made["id"], provider, None))
            of.follow_requests()

    @precondition(lambda self: any(case.requests for case in self.cases))
    @rule(case=INDEX, yes=st.booleans(), role=ROLES)
    def answer(self, case: int, yes: bool, role: str) -> None:
        asked = [case for case in self.cases if case.requests]
        of = asked[case % len(asked)]
        id_, provider, known = of.requests[-1]
        body = {"answer": "accepted"} if yes else {"answer": "declined", "reason": "no_capacity"}
        path = f"/v1/requests/{id_}/answer"
        if known is not None:
            assert self.run(self.clients[role].post(path, json=body)).status_code in (403, 404, 409)
            return
        made = self.take_step(role, "accept" if yes else "decline", of.state, path, body)
        if made is not None:
            assert role in ("case_officer", f"provider {provider}")
            of.requests[-1] = (id_, provider, body["answer"])
            following = find_next_state(of.state, "accept" if yes else "decline")
            of.follow_requests()
            assert of.state == following

    @precondition(lambda self: any(case.requests for case in self.cases))
    @rule(case=INDEX, request=INDEX, recall=st.booleans(), role=ROLES)
    def take_back(self, case: int, request: int, recall: bool, role: str) -> None:
        """D4: the case office recalls what is unanswered, the provider retracts what it accepted."""
        asked = [case for case in self.cases if case.requests]
        of = asked[case % len(asked)]
        number = request % len(of.requests)
        id_, provider, known = of.requests[number]
        step: Step = "recall" if recall else "retract"
        path = f"/v1/requests/{id_}/{'recall' if recall else 'retraction'}"
        if known != (None if recall else "accepted"):
            answer = self.run(self.clients[role].post(path, json={"reason": "Feil."}))
            assert answer.status_code in (403, 404, 409), answer.text
            return
        # A retraction of what no longer stands changes nothing else.
        stands = of.state == "accepted" and all(
            answer in (None, "recalled") for _, _, answer in of.requests[number + 1 :]
        )
        if not recall and not stands and of.state in ("received", "requested"):
            return
        made = self.take_step(role, step, of.state, path, {"reason": "Feil."})
        if made is not None:
            assert role in ("case_officer", "" if recall else f"provider {provider}")
            of.requests[number] = (id_, provider, "recalled" if recall else "retracted")
            of.follow_requests()

    @precondition(lambda self: self.cases)
    @rule(case=INDEX, request=INDEX, begins=st.integers(-30, 60), lasts=st.integers(0, 200), role=ROLES, share=SHARES)
    def grant(self, case: int, request: int, begins: int, lasts: int, role: str, share: int) -> None:
        of = self.cases[case % len(self.cases)]
        requests = of.requests or [("01901f2e-0000-7000-8000-000000000000", 0, None)]
        id_, provider, answered = requests[request % len(requests)]
        starts_on = max(self.today + timedelta(days=begins), date(2022, 1, 1))
        body = steps.grant(of.id, id_, decided_on=self.today.isoformat(), starts_on=starts_on.isoformat(), share=share)
        # Half of them are wrong about whether the place has a last day (L7), and refused.
        ends_on = starts_on + timedelta(days=lasts) if lasts % 2 else None
        made = self.take_step(
            role, "grant", of.state, "/v1/decisions", body | {"ends_on": ends_on and ends_on.isoformat()}
        )
        if made is not None:
            assert answered == "accepted"
            newer = [answer for _, _, answer in requests[request % len(requests) + 1 :]]
            assert all(answer in (None, "recalled") for answer in newer), "a newer answer counts"
            of.state = "granted"
            place = Place(made["placement_id"], provider, starts_on, ends_on, grant=made["id"], last_day=ends_on)
            place.application = of.id
            self.places.append(place)

    @precondition(lambda self: self.cases)
    @rule(case=INDEX, role=ROLES, withdraw=st.booleans())
    def close(self, case: int, role: str, withdraw: bool) -> None:
        of = self.cases[case % len(self.cases)]
        if withdraw:
            path = f"/v1/applications/{of.id}/withdrawal"
            made = self.take_step(role, "withdraw", of.state, path, {"withdrawn_on": self.today.isoformat()})
        else:
            body = steps.reject(of.id, decided_on=self.today.isoformat())
            made = self.take_step(role, "reject", of.state, "/v1/decisions", body)
        if made is not None:
            of.state = "withdrawn" if withdraw else "rejected"

    @precondition(lambda self: self.cases)
    @rule(case=INDEX, role=ROLES, seldom=st.integers(0, 2))
    def annul_application(self, case: int, role: str, seldom: int) -> None:
        """D10: one that was granted once its place is annulled."""
        if seldom:
            return
        of = self.cases[case % len(self.cases)]
        stands = any(place.grant and place.application == of.id and not place.annulled for place in self.places)
        path = f"/v1/applications/{of.id}/annulment"
        if self.take_step(role, "annul", of.state, path, {"reason": "Feil."}) is not None:
            assert not stands, "an application was annulled and its place stands"
            of.state = "annulled"

    @rule(person=st.integers(0, 3), provider=st.integers(0, 1), begins=st.integers(0, 300))
    def record(self, person: int, provider: int, begins: int) -> None:
        starts_on = date(2021, 1, 1) + timedelta(days=begins)
        body = steps.legacy(self.world.people[person], self.world.providers[provider], starts_on=starts_on.isoformat())
        answer = self.run(self.api.case_officer.post("/v1/placements", json=body))
        assert answer.status_code in (201, 409), answer.text
        if answer.status_code == 201:
            self.places.append(Place(answer.json()["id"], provider, starts_on, None))

    @precondition(lambda self: self.places)
    @rule(place=INDEX, role=ROLES, share=SHARES, begins=st.integers(-60, 60), last=st.integers(-60, 200))
    def change(self, place: int, role: str, share: int, begins: int, last: int) -> None:
        of = self.places[place % len(self.places)]
        body = steps.change(of.id, decided_on=self.today.isoformat(), share=share)
        body["valid_from"] = (self.today + timedelta(days=begins)).isoformat()
        ends_on = self.today + timedelta(days=last) if last % 3 == 0 else None
        body["ends_on"] = ends_on and ends_on.isoformat()
        if self.take_step(role, "change", of.state(self.today), "/v1/decisions", body) is not None and ends_on:
            assert not of.notice_open
            of.ends_on, of.moved_since_end = ends_on, bool(of.ends)
            if of.last_day is not None:
                of.last_day = ends_on

    @precondition(lambda self: self.places)
    @rule(place=INDEX, role=ROLES, agreed=st.integers(-10, 100))
    def notice(self, place: int, role: str, agreed: int) -> None:
        of = self.places[place % len(self.places)]
        given_by = "provider" if role.startswith("provider") else "guardian"
        body = steps.notice(self.today.isoformat(), given_by=given_by)
        if role == "case_officer" and 0 <= agreed <= 80:
            body["agreed_end_on"] = (self.today + timedelta(days=agreed)).isoformat()
        made = self.take_step(role, "notice", of.state(self.today), f"/v1/placements/{of.id}/notices", body)
        if made is not None:
            of.notices.append((made["id"], of.ends_on))
            of.ends_on, of.notice_open = date.fromisoformat(made["ends_on"]), True

    @precondition(lambda self: any(place.notices for place in self.places))
    @rule(place=INDEX, role=ROLES)
    def withdraw_notice(self, place: int, role: str) -> None:
        noticed = [place for place in self.places if place.notices]
        of = noticed[place % len(noticed)]
        id_, before = of.notices[-1]
        body = steps.change(of.id, decided_on=self.today.isoformat(), withdraws_notice_id=id_)
        state = of.state(self.today)
        if state == "ending" and of.ends_on is None:
            return
        answer = self.run(self.clients[role].post("/v1/decisions", json=body))
        assert answer.status_code in (201, 403, 409), answer.text
        if answer.status_code == 201:
            assert role == "case_officer"
            assert find_next_state(state, "withdraw_notice") == "running"
            of.ends_on, of.notice_open, of.end_decided, of.ends = before, False, False, []

    @precondition(lambda self: any(place.notices for place in self.places))
    @rule(place=INDEX, role=ROLES)
    def annul_notice(self, place: int, role: str) -> None:
        """D10: as if it had never been given."""
        noticed = [place for place in self.places if place.notices]
        of = noticed[place % len(noticed)]
        id_, before = of.notices[-1]
        path = f"/v1/placements/{of.id}/notices/{id_}/annulment"
        if self.take_step(role, "annul_notice", of.state(self.today), path, {"reason": "Feil."}) is not None:
            assert of.notice_open
            of.ends_on, of.notice_open = before, False
            of.annulled_notices += 1

    @precondition(lambda self: self.places)
    @rule(place=INDEX, role=ROLES, last=st.integers(-60, 120), as_notice=st.booleans())
    def end(self, place: int, role: str, last: int, as_notice: bool) -> None:
        of = self.places[place % len(self.places)]
        ends_on = of.ends_on if as_notice and of.ends_on else self.today + timedelta(days=last)
        state = of.state(self.today)
        if of.notice_open and ends_on != of.ends_on:
            return
        body = steps.end(of.id, ends_on.isoformat(), decided_on=self.today.isoformat())
        made = self.take_step(role, "end", state, "/v1/decisions", body)
        if made is not None:
            assert of.ends_on is None or ends_on <= of.ends_on
            of.ends_on, of.notice_open, of.end_decided, of.moved_since_end = ends_on, False, True, False
            of.ends.append(made["id"])

    @precondition(lambda self: self.places)
    @rule(place=INDEX, role=ROLES, ago=st.integers(0, 60))
    def die(self, place: int, role: str, ago: int) -> None:
        """L8: whatever was decided or given notice of before."""
        of = self.places[place % len(self.places)]
        ends_on = self.today - timedelta(days=ago)
        body = steps.end(of.id, ends_on.isoformat(), decided_on=self.today.isoformat(), destination="died")
        made = self.take_step(role, "end_by_death", of.state(self.today), "/v1/decisions", body)
        if made is not None:
            of.ends_on, of.notice_open, of.end_decided, of.died = ends_on, False, True, True
            of.ends.append(made["id"])

    @precondition(lambda self: any(place.grant for place in self.places))
    @rule(place=INDEX, role=ROLES, begins=st.integers(-90, 60), share=SHARES, again=st.booleans())
    def correct_grant(self, place: int, role: str, begins: int, share: int, again: bool) -> None:
        """D8: another first day and share; again by naming the correction."""
        granted = [place for place in self.places if place.grant]
        of = granted[place % len(granted)]
        assert of.grant is not None
        starts_on = max(self.today + timedelta(days=begins), date(2022, 1, 1))
        body = steps.correct(of.id, of.grant, decided_on=self.today.isoformat(), starts_on=starts_on.isoformat())
        made = self.take_step(role, "correct", of.state(self.today), "/v1/decisions", body | {"share": share})
        if made is not None:
            of.starts_on = starts_on
            of.grant = made["id"] if again else of.grant

    @precondition(lambda self: any(len(place.ends) == 1 for place in self.places))
    @rule(place=INDEX, role=ROLES, last=st.none() | st.integers(-60, 120))
    def correct_end(self, place: int, role: str, last: int | None) -> None:
        """D8: another last day of an end, or none."""
        ended = [place for place in self.places if len(place.ends) == 1]
        of = ended[place % len(ended)]
        ends_on = None if last is None else self.today + timedelta(days=last)
        body = steps.correct(of.id, of.ends[0], decided_on=self.today.isoformat())
        body["ends_on"] = ends_on and ends_on.isoformat()
        if self.take_step(role, "correct", of.state(self.today), "/v1/decisions", body) is None:
            return
        if ends_on is None:
            of.ends_on, of.notice_open, of.end_decided, of.died, of.ends = of.last_day, False, False, False, []
        elif not of.moved_since_end:
            of.ends_on = ends_on

    @precondition(lambda self: self.places)
    @rule(place=INDEX, role=ROLES, seldom=st.integers(0, 2))
    def annul(self, place: int, role: str, seldom: int) -> None:
        """D8: of a grant or a legacy record."""
        if seldom:
            return
        of = self.places[place % len(self.places)]
        body = steps.annul(of.id, of.grant, decided_on=self.today.isoformat())
        if self.take_step(role, "annul", of.state(self.today), "/v1/decisions", body) is not None:
            of.annulled = True

    @precondition(lambda self: self.places)
    @rule(place=INDEX, role=ROLES, begins=st.integers(-60, 60))
    def supplement(self, place: int, role: str, begins: int) -> None:
        of = self.places[place % len(self.places)]
        body = steps.supplement((self.today + timedelta(days=begins)).isoformat())
        answer = self.run(self.clients[role].post(f"/v1/placements/{of.id}/supplements", json=body))
        assert answer.status_code in ((201, 409) if role == "case_officer" else (403,)), answer.text

    @rule(provider=st.integers(0, 1), places=st.integers(0, 4), begins=st.integers(-30, 200))
    def set_capacity(self, provider: int, places: int, begins: int) -> None:
        body = {"valid_from": (self.today + timedelta(days=begins)).isoformat(), "places": places}
        path = f"/v1/providers/{self.world.providers[provider]}/capacities"
        answer = self.run(self.api.case_officer.post(path, json=body))
        assert answer.status_code in (201, 409), answer.text

    @precondition(lambda self: self.decisions)
    @rule(decision=INDEX, role=ROLES, method=st.sampled_from(["PUT", "PATCH", "DELETE"]))
    def edit_decision(self, decision: int, role: str, method: str) -> None:
        id_ = list(self.decisions)[decision % len(self.decisions)]
        answer = self.run(self.clients[role].request(method, f"/v1/decisions/{id_}", json={"legal_basis": "x"}))
        assert answer.status_code == 405


async def test_random_steps_reach_no_impossible_state(api: Api, connection: AsyncConnection) -> None:
    """D3–D8, L1–L8, P2: bounded to some seconds."""

    class Bound(PlacementMachine):
        pass

    Bound.api, Bound.connection, Bound.loop = api, connection, asyncio.get_running_loop()
    Bound.world = await prepare_world(api)
    bounded = settings(max_examples=12, stateful_step_count=35, suppress_health_check=list(HealthCheck))
    # Hypothesis is synchronous: it runs beside the loop that the application runs in.
    await asyncio.to_thread(run_state_machine_as_test, Bound, settings=bounded)
