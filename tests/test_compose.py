"""docker-compose.yml, .env.example and docs/operations.md say the same as the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from api.cli import app
from models.settings import Settings
from tests.processes import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SETTINGS = {f"SENDOUT_{name.upper()}" for name in Settings.model_fields}
# What `temporalio.envconfig` reads and we use.
TEMPORAL = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
    return loaded


def parse(text: str) -> PyCompose:
    """As `docker compose` reads it: YAML's anchors and merges first, then the specification."""
    return PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(text)))


def environment_of(service: dict[str, Any]) -> dict[str, str]:
    environment: dict[str, str] = service.get("environment", {})
    return environment


def ours(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in services.items() if service["image"].startswith("sendout")}


def example() -> Iterator[str]:
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.partition("=")[0]


def test_the_file_follows_the_compose_specification() -> None:
    parse(COMPOSE).to_spec()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("healthcheck:", "healthchek:", "services.*: .*healthchek"),
        ("condition: service_healthy", "condition: service_healty", "depends_on.*service_healty"),
        ("interval: 5s", "interval: five", "healthcheck.interval.*five"),
        ("replicas: 2", "replicas: two", "worker.deploy.replicas"),
        ("127.0.0.1:8000:8000", "127.0.0.1:8000:web", "api.ports.*web"),
    ],
)
def test_the_specification_would_refuse_a_slip(right: str, wrong: str, said: str) -> None:
    assert right in COMPOSE
    with pytest.raises(ValueError, match=said):
        parse(COMPOSE.replace(right, wrong))


def test_everything_referred_to_is_there(services: dict[str, dict[str, Any]]) -> None:
    whole = yaml.safe_load(COMPOSE)
    for name, service in services.items():
        for other, dependency in service.get("depends_on", {}).items():
            assert other in services, f"{name} waits for {other}"
            once = services[other].get("restart", "").startswith("on-failure")
            waits_for_end = dependency["condition"] == "service_completed_successfully"
            assert once == waits_for_end, f"{name}: {other} runs {'once' if once else 'on'}"
            if dependency["condition"] == "service_healthy":
                assert "healthcheck" in services[other], f"{name} waits for the health of {other}"
        for mount in service.get("volumes", ()):
            assert mount.partition(":")[0] in whole["volumes"], f"{name}: {mount}"
        for config in service.get("configs", ()):
            assert config["source"] in whole["configs"], f"{name}: {config}"


def test_the_parts_of_a_deployment_are_there(services: dict[str, dict[str, Any]]) -> None:
    assert services["worker"]["deploy"]["replicas"] == 2
    for name in ("api", "worker"):
        assert set(services[name]["depends_on"]) == {"migrate", "temporal-setup"}
    for name in ("postgres", "temporal", "api"):
        assert services[name]["healthcheck"]["test"]
    assert services["postgres"]["environment"]["POSTGRES_DB"] == "sendout"


def test_every_service_of_ours_runs_a_command_that_exists(services: dict[str, dict[str, Any]]) -> None:
    commands = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    for name, service in ours(services).items():
        assert service["command"][0] in commands, name


def test_every_variable_is_a_setting(services: dict[str, dict[str, Any]]) -> None:
    for name, service in ours(services).items():
        unknown = set(environment_of(service)) - SETTINGS - TEMPORAL
        assert not unknown, f"{name}: {unknown}"
    unknown = {name for name in example() if name.startswith("SENDOUT_")} - SETTINGS
    assert not unknown


def test_every_value_asked_for_is_in_the_example() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE))
    assert asked == set(example())
    # A missing value stops `docker compose up` instead of starting with an empty password.
    assert re.findall(r"(?<!\$)\$\{\w+\}", COMPOSE) == []


def test_every_setting_is_documented_with_its_default() -> None:
    table = (ROOT / "docs/operations.md").read_text()
    documented = dict(re.findall(r"^\| `(SENDOUT_\w+)` \| (?:`([^`]*)`)? *\|", table, re.MULTILINE))
    assert documented.keys() == SETTINGS
    for name, field in Settings.model_fields.items():
        default = field.default
        text = default.get_secret_value() if name == "secret_key" else str("" if default is None else default)
        if isinstance(default, bool):
            text = text.lower()
        assert documented[f"SENDOUT_{name.upper()}"] == text, name


def test_a_setting_that_is_left_empty_is_one_that_was_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    may_be_empty = {
        name: field.default for name, field in Settings.model_fields.items() if field.default in ("", None)
    }
    # Empty means that nobody compares, which is not what it is by default.
    may_be_empty["bom_tolerance"] = None
    for name in may_be_empty:
        monkeypatch.setenv(f"SENDOUT_{name.upper()}", "")
    read = Settings(_env_file=None)
    assert {name: getattr(read, name) for name in may_be_empty} == may_be_empty
