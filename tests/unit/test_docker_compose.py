"""The emulators in containers: pinned, on loopback, healthy before use, and without a secret."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.catalog.configuration import LOCAL_IMAGE
from harness.image.builder import _DOCKERFILE

FILE = Path(__file__).parents[2] / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
API: dict[str, Any] = COMPOSE["services"]["api"]
SERVICES: dict[str, dict[str, Any]] = {
    name: service for name, service in COMPOSE["services"].items() if name != "api"
}
SOCKET = "/var/run/docker.sock:/var/run/docker.sock"

every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))


def test_there_is_a_profile_for_each_emulator() -> None:
    assert {name: service["profiles"] for name, service in SERVICES.items()} == {
        "localstack": ["localstack"],
        "localstack-pro": ["localstack-pro"],
        "ministack": ["ministack"],
    }


def test_the_image_of_the_api_is_built_and_no_service() -> None:
    """Its sources are those of ``catalog-harness image publish``."""
    assert API["build"] == {"context": ".", "dockerfile": _DOCKERFILE}
    assert (FILE.parent / _DOCKERFILE).is_file()
    assert API["image"] == LOCAL_IMAGE
    assert "ports" not in API


def test_localstack_pro_has_the_ports_and_the_volume_of_its_own_example() -> None:
    pro = SERVICES["localstack-pro"]

    assert {port.rpartition(":")[2] for port in pro["ports"]} == {"4566", "443", "4510-4559"}
    assert "${LOCALSTACK_VOLUME_DIR:-localstack}:/var/lib/localstack" in pro["volumes"]
    assert "localstack" in COMPOSE["volumes"]


@every_service
def test_its_image_is_pinned_to_a_release(service: dict[str, Any]) -> None:
    release = r"[a-z]+/[a-z-]+:\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?"
    assert re.fullmatch(release, service["image"])


def test_the_image_that_needs_no_token_is_pinned_to_its_digest() -> None:
    assert "@sha256:" in SERVICES["localstack"]["image"]


@every_service
def test_its_ports_are_open_on_loopback_alone(service: dict[str, Any]) -> None:
    assert service["ports"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "network_mode" not in service


@every_service
def test_it_has_a_health_check(service: dict[str, Any]) -> None:
    (url,) = [word for word in service["healthcheck"]["test"] if "http://" in word]
    assert re.search(r"http://localhost:4566/_(localstack|ministack)/health", url)
    assert service["healthcheck"]["start_period"]


def test_the_token_comes_from_the_environment_and_only_where_it_is_needed() -> None:
    with_token = [n for n, s in SERVICES.items() if "LOCALSTACK_AUTH_TOKEN" in s["environment"]]

    assert with_token == ["localstack-pro"]
    assert SERVICES["localstack-pro"]["environment"]["LOCALSTACK_AUTH_TOKEN"] is None
    assert not re.search(r"LOCALSTACK_AUTH_TOKEN[:=][ \t]*\S", FILE.read_text())


def test_no_profile_demands_the_token_of_another() -> None:
    """Compose fills in the whole file, whichever profile is started."""
    assert ":?" not in FILE.read_text()


def test_the_profile_without_a_token_has_the_last_tag_that_needs_none() -> None:
    assert SERVICES["localstack"]["image"].partition("@")[0] == "localstack/localstack:4.14.0"


def test_only_what_starts_containers_has_the_docker_socket() -> None:
    mounted = [name for name, service in SERVICES.items() if SOCKET in service.get("volumes", ())]

    assert mounted == ["localstack-pro", "ministack"]


def test_usage_events_are_off() -> None:
    for name in ("localstack", "localstack-pro"):
        assert SERVICES[name]["environment"]["DISABLE_EVENTS"] == "1"
