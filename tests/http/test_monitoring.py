"""The alert rules and the dashboard in deploy/ ask for what /metrics exposes, and every alert has its runbook."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.main import create_app
from tests.conftest import METRICS, Api
from tests.factories import steps
from tests.security.test_jwks import trust
from tests.test_deploy import read_manifests

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "deploy" / "prometheus").glob("*.rules.yaml"))
# What Prometheus adds to every figure that it fetches, and the one that it makes itself.
SCRAPED = {"job", "instance"}
# Where the figures of cluster.rules.yaml come from.
OTHERS = {
    "cnpg_pg_replication_streaming_replicas": {"namespace"},
    "kube_cronjob_status_last_successful_time": {"namespace", "cronjob"},
    "kube_job_status_failed": {"namespace", "job_name"},
    "kubelet_volume_stats_available_bytes": {"namespace", "persistentvolumeclaim"},
    "kubelet_volume_stats_capacity_bytes": {"namespace", "persistentvolumeclaim"},
}
FUNCTIONS = {"absent", "histogram_quantile", "increase", "max", "min", "rate", "sum", "time", "topk"}
WORDS = {"bool", "by", "unless", "le"}
_SELECTOR = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
_GROUPED = re.compile(r"\b(?:by|on) ?\(([^)]*)\)")
_NUMBER = re.compile(r"\b[0-9.]+(?:e[0-9]+)?\b|\[\w+\]")

Figures = dict[str, list[dict[str, str]]]


def list_expressions() -> list[tuple[str, str]]:
    """Every question of the rules and of the dashboard, with its title."""
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]]
    asked = [(rule["alert"], rule["expr"]) for group in groups for rule in group["rules"]]
    for panel in read_dashboard()["panels"]:
        asked += [(panel["title"], target["expr"]) for target in panel["targets"]]
    return asked


def read_dashboard() -> Any:
    return json.loads((ROOT / "deploy" / "grafana" / "vekstplass.json").read_text(encoding="utf-8"))


def read_selectors(expression: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The metrics that an expression names, each with its matchers (label, operator, value)."""
    for name, matchers in _SELECTOR.findall(_NUMBER.sub("", _GROUPED.sub("", expression))):
        if name not in FUNCTIONS | WORDS:
            yield name, _MATCHER.findall(matchers)


def read_groupings(expression: str) -> set[str]:
    """The labels that an expression keeps."""
    return {label.strip() for labels in _GROUPED.findall(expression) for label in labels.split(",")} - {"le"}


@pytest.fixture
async def exposed(api: Api) -> Figures:
    """All figures by name, after each thing that is counted has happened once."""
    await steps.participant(api)
    assert (await api.anonymous.get("/health/ready")).status_code == 200
    await api.client({"Authorization": "Bearer nothing"}).get("/v1/providers")
    await api.anonymous.get("/logg-inn/svar", params={"state": "unknown", "code": "unknown"})
    await api.epj.post("/v1/participants/batch", content=b"[]", headers={"Content-Type": "application/x-ndjson"})
    async with trust() as issuer:
        assert await issuer.accepts("a")
        issuer.server.status = 500
        issuer.seconds += 100_000
        assert not await issuer.accepts("b")
    text = (await api.client(METRICS).get("/metrics")).text
    found: Figures = {"up": [dict.fromkeys(SCRAPED, "")]}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def find_faults(expression: str, exposed: Figures) -> list[str]:
    """What an expression names that is not there: a metric, a label, or the value of a label."""
    faults = []
    labels = set(SCRAPED)
    for name, matchers in read_selectors(expression):
        rows = exposed.get(name, [])
        known = OTHERS.get(name) or {label for row in rows for label in row} | SCRAPED
        labels |= known
        if not rows and name not in OTHERS:
            faults.append(f"no metric {name}")
            continue
        for label, operator, value in matchers:
            if label not in known:
                faults.append(f"{name} has no label {label}")
            elif operator == "=" and label not in SCRAPED | {"route", "status"} and name not in OTHERS:
                if value not in {row.get(label) for row in rows}:
                    faults.append(f'{name} is never {label}="{value}"')
    faults += [f"nothing has the label {label}" for label in sorted(read_groupings(expression) - labels)]
    return faults


async def test_rules_and_dashboard_ask_for_what_is_exposed(exposed: Figures) -> None:
    asked = list_expressions()
    assert len(asked) > 35
    assert {title: faults for title, expression in asked if (faults := find_faults(expression, exposed))} == {}


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ('sum(db_pool_connection{state="in_use"}) > 1', "no metric db_pool_connection"),
        ('db_pool_connections{status="in_use"}', "db_pool_connections has no label status"),
        ('db_pool_connections{state="busy"}', 'db_pool_connections is never state="busy"'),
        ("sum by (pools) (db_pool_size)", "nothing has the label pools"),
        ('rate(vekstplass_key_set_fetches_total{outcome="failure"}[5m])',
         'vekstplass_key_set_fetches_total is never outcome="failure"'),
    ],
)  # fmt: skip
async def test_what_is_misspelt_is_found(exposed: Figures, expression: str, fault: str) -> None:
    assert find_faults(expression, exposed) == [fault]


def test_routes_that_are_named_exist(api: Api) -> None:
    routes = set(create_app(api.app.state.settings).openapi()["paths"])
    for title, expression in list_expressions():
        for _, matchers in read_selectors(expression):
            for label, operator, value in matchers:
                named = value.split("|") if label == "route" else []
                assert {one for one in named if one != "/health/.*"} <= routes, (title, operator)


def test_jobs_that_are_named_are_those_of_the_cluster() -> None:
    jobs = {one["metadata"]["name"] for one in read_manifests() if one["kind"] in {"CronJob", "Job"}}
    named = {
        value
        for _, expression in list_expressions()
        for _, matchers in read_selectors(expression)
        for label, _, value in matchers
        if label in {"cronjob", "job_name"}
    }
    assert named == jobs


def test_every_alert_has_a_runbook_and_the_runbook_no_other() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    runbooks = re.findall(r"^### (Vekstplass\w+)$", text, re.MULTILINE)
    alerts = [title for title, _ in list_expressions() if title.startswith("Vekstplass")]
    assert sorted(runbooks) == sorted(alerts)


def test_every_panel_of_the_dashboard_has_a_place_of_its_own() -> None:
    panels = read_dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(taken)) == len(taken)


def test_prometheus_itself_takes_the_rules_where_it_is_installed() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool is installed (Debian: apt-get install prometheus)")
    command = [promtool, "check", "config", str(ROOT / "deploy" / "prometheus" / "prometheus.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
