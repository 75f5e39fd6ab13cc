"""The overrides of the harness leave the rest of a configuration unchanged in a real plan."""

import json
from typing import Any

import pytest

from harness.terraform.binary import find_terraform
from harness.terraform.cli_config import write_cli_config
from harness.terraform.provider_installation import (
    find_provider_installation,
    pinned_provider_version,
)
from harness.terraform.working_directory import WorkingDirectory

_ENDPOINT = "http://127.0.0.1:9"  # closed: the plan of a new resource sends no request
_TARGET = {
    "endpoints": [{"s3": _ENDPOINT, "sts": _ENDPOINT}],
    "s3_use_path_style": True,
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_requesting_account_id": True,
}


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Plan one bucket and return the output of ``terraform show -json``."""
    folder = tmp_path_factory.mktemp("overrides")
    terraform, version = find_terraform(), pinned_provider_version()
    cache = folder / "cache"
    cli_config = write_cli_config(
        find_provider_installation(version=version),
        folder,
        registry=terraform.registry,
        cache=cache,
    )
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    directory = WorkingDirectory(folder / "work", terraform, keys, cli_config, cache)
    directory.write(_configuration(version), provider=_TARGET)
    directory.init()
    command = directory._command
    command.run("plan", "-input=false", "-out=plan", timeout=300)
    shown: dict[str, Any] = json.loads(command.run("show", "-json", "plan", timeout=300).stdout)
    initialised = folder / "work" / ".terraform" / "terraform.tfstate"
    return shown | {"backend": json.loads(initialised.read_text())["backend"]}


def _configuration(version: str | None) -> dict[str, Any]:
    pins = {"aws": {"source": "aws", "version": version}}
    tags = {"EnvironmentSuffix": "pr1-aa"}
    provider = {"region": "eu-north-1", "default_tags": [{"tags": tags}]}
    state = {"local": {"path": "/nowhere/terraform.tfstate"}}
    return {
        "terraform": {"required_providers": pins, "backend": state},
        "provider": {"aws": [provider]},
        "resource": {"aws_s3_bucket": {"logs": {"bucket": "catalog-logs-pr1-aa"}}},
    }


def test_the_default_tags_of_the_stack_are_kept(planned: dict[str, Any]) -> None:
    (change,) = planned["resource_changes"]

    assert change["change"]["after"]["tags_all"] == {"EnvironmentSuffix": "pr1-aa"}


def test_the_provider_settings_of_the_target_are_used(planned: dict[str, Any]) -> None:
    settings = planned["configuration"]["provider_config"]["aws"]["expressions"]

    assert settings["endpoints"][0]["s3"] == {"constant_value": _ENDPOINT}
    assert settings["region"] == {"constant_value": "eu-north-1"}


def test_a_local_state_is_kept_in_the_working_directory(planned: dict[str, Any]) -> None:
    assert planned["backend"]["type"] == "local"
    assert planned["backend"]["config"]["path"] == "terraform.tfstate"
