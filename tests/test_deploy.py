"""The files in deploy/ and compose.yaml name what exists: settings, commands, secrets, labels and versions."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate.utils import ValidationError, latest_version, validate

from app import __version__
from app.cli import cli
from app.settings import Settings

ROOT = Path(__file__).parents[1]
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


def list_commands() -> set[str]:
    """What follows `python -m app`."""
    named = [one.name or (one.callback.__name__ if one.callback else "") for one in cli.registered_commands]
    return {name.replace("_", "-") for name in named}


@pytest.mark.parametrize("path", sorted((ROOT / "deploy").rglob("*.*")) + [ROOT / "compose.yaml"], ids=str)
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
            assert command[3] in list_commands(), name
        mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
        assert mounted == {volume["name"] for volume in spec.get("volumes", [])}, name


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
