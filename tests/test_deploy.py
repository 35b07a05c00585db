"""The files in deploy/ and compose.yaml name what exists: settings, commands, secrets, labels and versions."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydantic
import pytest
import yaml
from kubernetes_validate.utils import ValidationError, latest_version, validate

import postgres
from app import __version__
from app.cli import COMMANDS
from app.settings import Settings

ROOT = Path(__file__).parents[1]
COMPOSE = ROOT / "compose.yaml"
KUBERNETES = ROOT / "deploy" / "kubernetes"
_VARIABLE = re.compile(r"\bVEKSTPLASS_[A-Z_]+\b")


def read_manifests() -> list[dict[str, Any]]:
    """Every object that `kubectl apply -k` would send."""
    listed = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    assert sorted(listed) == sorted(path.name for path in KUBERNETES.glob("*.yaml") if path.stem != "kustomization")
    return [one for name in listed for one in yaml.safe_load_all((KUBERNETES / name).read_text(encoding="utf-8"))]


def list_pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """The template of each workload's pods."""
    for one in read_manifests():
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield one["metadata"]["name"], spec["template"]


def list_settings() -> set[str]:
    """Every variable that the service reads."""
    return {f"VEKSTPLASS_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("path", sorted((ROOT / "deploy").rglob("*.*")) + [COMPOSE], ids=str)
def test_settings_that_are_named_exist(path: Path) -> None:
    assert set(_VARIABLE.findall(path.read_text(encoding="utf-8"))) <= list_settings()


def test_every_manifest_is_valid_and_of_a_known_kind() -> None:
    """The checks' own program only warns of a kind that it does not know."""
    for one in read_manifests():
        validate(one, latest_version(), strict=True)


def test_a_misspelt_field_is_found() -> None:
    [deployment] = [one for one in read_manifests() if one["kind"] == "Deployment"]
    deployment["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(ValidationError):
        validate(deployment, latest_version(), strict=True)


def test_images_have_a_version_and_ours_is_this_release() -> None:
    images = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8"))["images"]
    tags = {one["name"]: one["newTag"] for one in images}
    assert tags["vekstplass"] == __version__
    used = {container["image"] for _, pod in list_pods() for container in pod["spec"]["containers"]}
    assert used == set(tags)


def read_selector(one: dict[str, Any]) -> dict[str, str]:
    """The labels that an object chooses pods by."""
    spec = one["spec"]
    if one["kind"] == "Service":
        return dict(spec["selector"])
    return dict(spec["podSelector" if one["kind"] == "NetworkPolicy" else "selector"]["matchLabels"])


def test_selectors_and_policies_meet_the_pods() -> None:
    pods = [pod["metadata"]["labels"] for _, pod in list_pods()]
    choosing = {"Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget"}
    found = [one for one in read_manifests() if one["kind"] in choosing]
    assert {one["kind"] for one in found} == choosing
    for one in found:
        assert any(read_selector(one).items() <= labels.items() for labels in pods), one["metadata"]["name"]


def test_pods_run_as_the_image_does_and_know_their_commands() -> None:
    user = int(re.findall(r"^USER (\d+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)[0])
    for name, pod in list_pods():
        spec = pod["spec"]
        assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["runAsUser"]) == (True, user), name
        [container] = spec["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"], name
        command = container.get("command", [])
        if command[:3] == ["python", "-m", "app"]:
            assert command[3] in COMMANDS, name
        mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
        assert mounted == {volume["name"] for volume in spec.get("volumes", [])}, name


def test_what_happens_again_and_again_is_a_job_with_what_it_needs() -> None:
    """G2: the access log's retention runs as the owner, with the service's own settings beside it."""
    jobs = {one["metadata"]["name"] for one in read_manifests() if one["kind"] == "CronJob"}
    pods = {name: pod["spec"]["containers"][0] for name, pod in list_pods() if name in jobs}
    commands = {
        container["command"][3]: container for container in pods.values() if container["command"][0] == "python"
    }
    assert commands.keys() == {"seal-access-log", "retire-access-log"}
    for command, container in commands.items():
        owners = [one["valueFrom"]["secretKeyRef"]["name"] for one in container.get("env", ())]
        assert owners == (["vekstplass-owner"] if command == "retire-access-log" else [])
        assert container["envFrom"] == [{"configMapRef": {"name": "vekstplass"}}]
        assert [mount["name"] for mount in container["volumeMounts"]] == ["secrets"]


def test_ports_of_probes_and_policies_are_those_that_are_served() -> None:
    [settings] = [one["data"] for one in read_manifests() if one["kind"] == "ConfigMap"]
    [container] = dict(list_pods())["vekstplass"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"http": 8000, "metrics": int(settings["VEKSTPLASS_METRICS_PORT"])}
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        assert container[probe]["httpGet"]["port"] in ports
    [policy] = [one for one in read_manifests() if one["metadata"]["name"] == "vekstplass-serve"]
    assert {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]} == set(ports.values())
    [mount] = [one for one in container["volumeMounts"] if one["name"] == "secrets"]
    assert mount["mountPath"] == settings["VEKSTPLASS_SECRETS_DIR"]


def read_compose() -> dict[str, dict[str, Any]]:
    """The services of compose.yaml, with what they share."""
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"])


def test_compose_gives_each_process_what_production_requires() -> None:
    with pytest.raises(pydantic.ValidationError) as refusal:
        Settings(environment="production", database_url="", owner_database_url="")
    required = set(re.findall(r"[A-Z]+_[A-Z_]+", str(refusal.value)))
    assert "VEKSTPLASS_ISSUERS" in required
    serving = [one for one in read_compose().values() if "DATABASE_URL" in one.get("environment", {})]
    assert len(serving) == 2
    for one in serving:
        assert required <= set(one["environment"])
        assert one["environment"]["VEKSTPLASS_PREPARED_STATEMENTS"] == "false"


def test_images_of_compose_have_a_version_and_ours_is_this_release() -> None:
    images = {one["image"] for one in read_compose().values()}
    assert {image.rpartition(":")[2] for image in images if image.startswith("vekstplass")} == {__version__}
    assert all(re.fullmatch(r"[a-z-]+:[0-9][0-9.]*", image) for image in images), images


def test_compose_mounts_files_that_exist_and_reaches_services_that_do() -> None:
    services = read_compose()
    volumes = set(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["volumes"])
    for name, one in services.items():
        for source in (mount.partition(":")[0] for mount in one.get("volumes", [])):
            assert source in volumes or (ROOT / source).is_file(), (name, source)
        assert set(one.get("depends_on", ())) <= set(services), name
    upstreams = set(re.findall(r"([a-z0-9-]+):8000", (ROOT / "deploy" / "compose" / "Caddyfile").read_text()))
    assert upstreams == {name for name in services if name.startswith("serve")}


def test_every_secret_of_compose_is_demanded() -> None:
    """One that is not given would be an empty password."""
    text = COMPOSE.read_text(encoding="utf-8")
    named = set(re.findall(r"[$][{]([A-Z_]+)", text))
    demanded = set(re.findall(r"[$][{]([A-Z_]+):[?]", text))
    assert named - demanded == {"DATABASE_PRIMARY", "VEKSTPLASS_LOGINS"}


# What cluster.yaml uses of the operator's own kind, as its definition of 1.30 (postgresql.cnpg.io/v1) has it. A field
# that is used for the first time is looked up there, and comes here.
_CLUSTER_FIELDS: dict[str, type | frozenset[str]] = {
    "spec.instances": int,
    "spec.imageName": str,
    "spec.storage.size": str,
    "spec.walStorage.size": str,
    "spec.postgresql.parameters.*": str,
    "spec.postgresql.synchronous.method": frozenset({"any", "first"}),
    "spec.postgresql.synchronous.number": int,
    "spec.postgresql.synchronous.dataDurability": frozenset({"required", "preferred"}),
    "spec.managed.roles[].name": str,
    "spec.managed.roles[].ensure": frozenset({"present", "absent"}),
    "spec.managed.roles[].login": bool,
    "spec.managed.roles[].inherit": bool,
    "spec.managed.roles[].bypassrls": bool,
    "spec.managed.roles[].passwordSecret.name": str,
    "spec.bootstrap.initdb.database": str,
    "spec.bootstrap.initdb.owner": str,
    "spec.bootstrap.initdb.postInitSQLRefs.configMapRefs[].name": str,
    "spec.bootstrap.initdb.postInitSQLRefs.configMapRefs[].key": str,
    "spec.bootstrap.initdb.postInitApplicationSQL[]": str,
}


def list_faults(value: object, path: str = "spec") -> Iterator[str]:
    """The fields that the operator does not know, or with values of another kind."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from list_faults(part, f"{path}.{'*' if path.endswith('.parameters') else name}")
    elif isinstance(value, list) and value:
        for part in value:
            yield from list_faults(part, f"{path}[]")
    else:
        wanted = _CLUSTER_FIELDS.get(path)
        if wanted is None or (value not in wanted if isinstance(wanted, frozenset) else type(value) is not wanted):
            yield path


def read_cluster() -> dict[str, Any]:
    """CloudNativePG's object."""
    return dict(yaml.safe_load((ROOT / "deploy" / "cloudnativepg" / "cluster.yaml").read_text(encoding="utf-8")))


def test_the_operators_cluster_has_its_fields_and_our_roles() -> None:
    cluster = read_cluster()
    assert (cluster["apiVersion"], cluster["kind"]) == ("postgresql.cnpg.io/v1", "Cluster")
    assert set(cluster) == {"apiVersion", "kind", "metadata", "spec"}
    assert list(list_faults(cluster["spec"])) == []
    roles = {role["name"]: role for role in cluster["spec"]["managed"]["roles"]}
    assert set(roles) == {postgres.OWNER, postgres.SERVICE, postgres.BACKUP}
    assert [name for name, role in roles.items() if role.get("bypassrls")] == [postgres.BACKUP]
    initdb = cluster["spec"]["bootstrap"]["initdb"]
    assert (initdb["database"], initdb["owner"]) == (postgres.DATABASE, postgres.OWNER)
    # One standby may be away, and commits go on.
    assert cluster["spec"]["postgresql"]["synchronous"]["number"] < cluster["spec"]["instances"] - 1


@pytest.mark.parametrize(
    ("room", "name", "value"),
    [
        ("spec", "instancs", 3),
        ("spec", "instances", "3"),
        ("synchronous", "method", "quorum"),
        ("storage", "sise", "1Gi"),
    ],
)
def test_a_field_that_the_operator_does_not_know_is_found(room: str, name: str, value: object) -> None:
    spec = read_cluster()["spec"]
    rooms = {"spec": spec, "synchronous": spec["postgresql"]["synchronous"], "storage": spec["storage"]}
    rooms[room][name] = value
    [fault] = list_faults(spec)
    assert fault.endswith(f"{room}.{name}")
