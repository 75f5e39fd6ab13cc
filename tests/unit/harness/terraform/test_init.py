import json
from pathlib import Path
from typing import Any

import filelock
import pytest

from harness.core.errors import ProcessError
from harness.terraform.errors import TerraformError
from harness.terraform.workspace import Workspace
from tests.unit.harness.terraform.fake_terraform import FakeTerraform, error, lines

_PINS = {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}
_LOCK_FILE = """\
provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  constraints = "5.100.0"
  hashes = [
    "h1:edXOJWE4ORX8Fm+dpVpICzMZJat4AX0VRCAy/xkcOc0=",
    "zh:0123",
  ]
}
"""


def config(version: str = "5.100.0", **terraform: Any) -> dict[str, Any]:
    pins = {"aws": {"source": "aws", "version": version}}
    return {
        "terraform": {"required_providers": pins, **terraform},
        "provider": {"aws": [{"region": "eu-north-1"}]},
    }


@pytest.fixture
def workspace(fake: FakeTerraform) -> Workspace:
    fake.answer("init", files={".terraform/providers/x": "", ".terraform.lock.hcl": _LOCK_FILE})
    return fake.workspace()


def test_init_has_no_prompts_and_prints_json(fake: FakeTerraform, workspace: Workspace) -> None:
    workspace.write(config())

    assert workspace.init()

    assert fake.calls[0].arguments == ["init", "-input=false", "-json"]
    assert fake.calls[0].directory == str(workspace.directory)


def test_a_prepared_directory_is_not_initialised_again(
    fake: FakeTerraform, workspace: Workspace
) -> None:
    workspace.prepare(_PINS)
    workspace.write(config(backend={"local": {"path": "/elsewhere"}}))

    assert not workspace.init()

    assert fake.verbs == ["init"]


def test_a_directory_can_be_prepared_before_the_configuration_exists(
    fake: FakeTerraform, workspace: Workspace
) -> None:
    workspace.prepare(_PINS)

    written = json.loads((workspace.directory / "cdk.tf.json").read_text())
    assert written == {"terraform": {"required_providers": _PINS}}


@pytest.mark.parametrize(
    "other", [config("6.0.0"), config(backend={"s3": {"bucket": "b", "key": "k"}})]
)
def test_a_different_configuration_is_initialised_again(
    fake: FakeTerraform, workspace: Workspace, other: dict[str, Any]
) -> None:
    workspace.prepare(_PINS)
    workspace.write(other)

    assert workspace.init()

    assert fake.verbs == ["init", "init"]
    assert "-reconfigure" in fake.calls[1].arguments


def test_backend_arguments_are_written_to_a_file(fake: FakeTerraform, workspace: Workspace) -> None:
    workspace.write(config(backend={"s3": {"bucket": "b"}}))

    workspace.init(backend_config={"use_path_style": True})

    assert "-backend-config=backend.tfbackend.json" in fake.calls[0].arguments
    written = json.loads((workspace.directory / "backend.tfbackend.json").read_text())
    assert written == {"use_path_style": True}


def test_the_lock_file_has_no_checksums(
    workspace: Workspace,
) -> None:
    workspace.prepare(_PINS)

    assert (workspace.directory / ".terraform.lock.hcl").read_text() == (
        'provider "registry.terraform.io/hashicorp/aws" {\n'
        '  version     = "5.100.0"\n'
        '  constraints = "5.100.0"\n'
        "}\n"
    )


def test_a_stack_without_providers_has_no_lock_file(fake: FakeTerraform) -> None:
    fake.answer("init", files={".terraform/x": ""})
    workspace = fake.workspace()

    workspace.prepare({})

    assert not (workspace.directory / ".terraform.lock.hcl").exists()


def test_a_failed_init_is_repeated(fake: FakeTerraform) -> None:
    fake.answer("init", lines(error("no available releases match")), status=1)
    fake.answer("init", files={".terraform/x": ""})
    workspace = fake.workspace()

    with pytest.raises(TerraformError, match="no available releases match") as raised:
        workspace.prepare(_PINS)

    assert "--provider-mirror" in raised.value.remedy
    assert workspace.init()


def test_only_one_init_runs_at_a_time(
    fake: FakeTerraform, workspace: Workspace, tmp_path: Path
) -> None:
    workspace.write(config())
    lock = workspace.cache / "terraform-init.lock"
    lock.parent.mkdir()

    with filelock.FileLock(lock), pytest.raises(ProcessError, match="another `terraform init`"):
        workspace.init(timeout=0)

    assert fake.calls == []
