"""Screen 1, the work list: what waits for the case office, and what the guideline demands of others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from app.web.calls import PAGE_SIZE
from app.web.names import load_names, load_providers
from app.web.pages import View
from app.web.render import long_date, to_date
from app.web.task_links import SOON, Link, find_form
from app.web.words import PARAGRAPHS, word

LATE_APPLICATION_DAYS = 30
MOST_TASKS = 100
"""So many are on one page: each is somebody, and is logged as seen."""

STATUSES = (("", "Ikkje gjort"), ("overdue", "Over frist"), ("open", "Opne"), ("done", "Gjort"))


@dataclass(frozen=True, slots=True)
class Application:
    """An application that is not decided: how long it has waited, and for whom."""

    id: str
    name: str
    participant_id: str
    received_on: date
    status: str
    said: str
    days: int

    @property
    def is_late(self) -> bool:
        return self.days >= LATE_APPLICATION_DAYS


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks of one kind that are due on one day at one provider: one line, with the people folded below it."""

    kind: str
    due_on: date
    rule: str
    paragraph: str
    provider: str
    responsible: str
    title: str
    people: Sequence[tuple[str, str]]
    forms: Mapping[str, Link]
    """The form that does it, by the person, or "" where it is about nobody."""
    tasks: int
    lacks: str


async def show_worklist(view: View) -> Response:
    """The officer's start page."""
    chosen = {name: view.query(name) for name in ("status", "kind", "provider_id", "responsible")}
    later = view.query("seinare") == "ja"
    asked_for = _filter(chosen, view.on, later)
    after = view.query("etter") or None
    page = await view.api.get("/v1/tasks", on=view.on, limit=MOST_TASKS, after=after, counts="true", **asked_for)
    tasks = page["items"]
    is_bare = not (later or after or any(chosen.values()))
    following = await _find_next(view) if is_bare and not tasks else None
    waiting = await view.api.list("/v1/applications", status="waiting")
    requests = await _load_requests(view, [one["id"] for one in waiting])
    providers = await load_providers(view.api)
    listed = [*tasks, *([following] if following else ())]
    names = {task["participant_id"]: task["participant_name"] for task in listed if task["participant_id"]}
    names |= await load_names(view.api, {one["participant_id"] for one in waiting} - names.keys())
    applications = _describe_applications(waiting, requests, names, providers, view.on)
    groups = group_tasks(tasks, names, providers, view.roles)
    upcoming = group_tasks([following], names, providers, view.roles) if following else []
    soon = view.on + SOON
    return view.render(
        "arbeidsliste.html",
        applications=applications,
        overdue=[group for group in groups if group.due_on < view.on],
        soon=[group for group in groups if view.on <= group.due_on <= soon],
        later=[group for group in groups if group.due_on > soon],
        upcoming=upcoming,
        is_bare=is_bare,
        shows_later=later,
        counts=_count(page["counts"]),
        more=_lead_on(view, chosen, page["next"]) if page["next"] else None,
        is_first=after is None,
        tasks=tasks,
        groups=groups,
        chosen=chosen,
        chips=_describe_filters(chosen, providers, view.on),
        kinds=sorted(
            {(kind, word(kind, "kind")) for kind in {task["kind"] for task in tasks} | {chosen["kind"]} if kind},
            key=lambda one: one[1],
        ),
        providers=sorted(providers.items(), key=lambda one: one[1]),
        statuses=STATUSES,
    )


async def _find_next(view: View) -> Mapping[str, Any] | None:
    """The first deadline after those of the list, where it has none."""
    items = (await view.api.get("/v1/tasks", on=view.on, status=["open"], limit=1))["items"]
    return items[0] if items else None


async def _load_requests(view: View, application_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The requests that stand of these applications alone: each request is a look at its applicant."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(application_ids), PAGE_SIZE):
        found += await view.api.list("/v1/requests", application_id=application_ids[start : start + PAGE_SIZE])
    return [one for one in found if one["answer"] != "declined" and not one["retracted_on"] and not one["recalled_on"]]


def _count(counts: Iterable[Mapping[str, Any]]) -> Mapping[str, int]:
    """How many are overdue, open, and in all, on all pages."""
    by_status = {one["status"]: one["count"] for one in counts}
    return {
        "overdue": by_status.get("overdue", 0),
        "open": by_status.get("open", 0),
        "all": sum(by_status.values()),
    }


def _lead_on(view: View, chosen: Mapping[str, str], after: str) -> str:
    """The address of the next page, with everything that this one was asked for."""
    kept = {name: value for name, value in chosen.items() if value}
    later = {"seinare": "ja"} if view.query("seinare") == "ja" else {}
    return f"?{urlencode({'on': view.on.isoformat()} | kept | later | {'etter': after})}#fristar"


def group_tasks(
    tasks: Iterable[Mapping[str, Any]],
    names: Mapping[str, str],
    providers: Mapping[str, str],
    roles: Collection[str],
) -> list[Group]:
    """Tasks by day, kind, provider and who is responsible; what concerns nobody in particular stands by itself."""

    def key(task: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
        alone = "" if task["participant_id"] else task["id"]
        return task["due_on"], task["kind"], task["provider_id"] or "", task["responsible"], alone

    groups = []
    for (due_on, kind, provider_id, responsible, _), found in groupby(sorted(tasks, key=key), key):
        members = list(found)
        people = {task["participant_id"]: names.get(task["participant_id"], "") for task in members}
        people.pop(None, None)
        forms = {task["participant_id"] or "": find_form(task, roles) for task in members}
        rule = members[0]["rule"]
        groups.append(
            Group(
                kind=word(kind, "kind"),
                due_on=to_date(due_on),
                rule=rule,
                paragraph=PARAGRAPHS.get(rule, ""),
                provider=providers.get(provider_id, ""),
                responsible=word(responsible, "responsible"),
                title=members[0]["title"],
                people=sorted(people.items(), key=lambda one: one[1]),
                forms={id_: form for id_, form in forms.items() if form},
                tasks=len(members),
                lacks="Laga, ikkje send" if all(task["missing"] == ["sent"] for task in members) else "",
            )
        )
    return groups


def _filter(chosen: Mapping[str, str], on: date, later: bool) -> dict[str, Any]:
    """What the list is asked for: by default what is overdue or due soon, as the API has it."""
    status = {"": None, "overdue": ["overdue"], "open": ["open"], "done": ["done"]}.get(chosen["status"])
    if later and status is None:
        status = ["open", "overdue"]
    return {
        "status": status,
        "kind": chosen["kind"] or None,
        "provider_id": chosen["provider_id"] or None,
        "responsible": chosen["responsible"] or None,
    }


def _describe_filters(chosen: Mapping[str, str], providers: Mapping[str, str], on: date) -> list[tuple[str, str]]:
    """Each filter that holds, in words, and the address without it."""
    texts = {
        "status": f"Status: {dict(STATUSES).get(chosen['status'], '')}",
        "kind": f"Kva: {word(chosen['kind'], 'kind')}",
        "provider_id": f"Vekstbedrift: {providers.get(chosen['provider_id'], '')}",
        "responsible": f"Ansvarleg: {word(chosen['responsible'], 'responsible')}",
    }
    return [
        (
            text,
            "?"
            + urlencode(
                {"on": on.isoformat()} | {key: value for key, value in chosen.items() if value and key != name}
            ),
        )
        for name, text in texts.items()
        if chosen[name]
    ]


def _describe_applications(
    waiting: Iterable[Mapping[str, Any]],
    requests: Iterable[Mapping[str, Any]],
    names: Mapping[str, str],
    providers: Mapping[str, str],
    on: date,
) -> list[Application]:
    """The oldest first."""
    latest = {request["application_id"]: request for request in sorted(requests, key=lambda one: str(one["id"]))}
    found = []
    for one in sorted(waiting, key=lambda one: (one["received_on"], one["id"])):
        request = latest.get(one["id"])
        received_on = to_date(one["received_on"])
        found.append(
            Application(
                id=one["id"],
                name=names.get(one["participant_id"], ""),
                participant_id=one["participant_id"],
                received_on=received_on,
                status=one["status"],
                said=_describe_request(request, providers),
                days=(on - received_on).days,
            )
        )
    return found


def _describe_request(request: Mapping[str, Any] | None, providers: Mapping[str, str]) -> str:
    if request is None:
        return "ingen vekstbedrift er spurd"
    provider = providers.get(request["provider_id"], "vekstbedrifta")
    if request["answer"] == "accepted":
        return f"{provider} sa ja {long_date(request['answered_on'])}"
    return f"spurde {provider} {long_date(request['sent_on'])}"
