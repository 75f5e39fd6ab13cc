import json
from pathlib import Path
from typing import Any

import filelock
import pytest

from harness.core.errors import ProcessError
from harness.terraform.errors import TerraformError
from harness.terraform.working_directory import WorkingDirectory
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
def directory(fake: FakeTerraform) -> WorkingDirectory:
    fake.answer("init", files={".terraform/providers/x": "", ".terraform.lock.hcl": _LOCK_FILE})
    return fake.working_directory()


def test_init_has_no_prompts_and_prints_json(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    directory.write(config())

    assert directory.init()

    assert fake.calls[0].arguments == ["init", "-input=false", "-json"]
    assert fake.calls[0].directory == str(directory.path)


def test_a_prepared_directory_is_not_initialised_again(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    directory.prepare(_PINS)
    directory.write(config(backend={"local": {"path": "/elsewhere"}}))

    assert not directory.init()

    assert fake.verbs == ["init"]


def test_a_directory_can_be_prepared_before_the_configuration_exists(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    directory.prepare(_PINS)

    written = json.loads((directory.path / "cdk.tf.json").read_text())
    assert written == {"terraform": {"required_providers": _PINS}}


@pytest.mark.parametrize(
    "other", [config("6.0.0"), config(backend={"s3": {"bucket": "b", "key": "k"}})]
)
def test_a_different_configuration_is_initialised_again(
    fake: FakeTerraform, directory: WorkingDirectory, other: dict[str, Any]
) -> None:
    directory.prepare(_PINS)
    directory.write(other)

    assert directory.init()

    assert fake.verbs == ["init", "init"]
    assert "-reconfigure" in fake.calls[1].arguments


def test_backend_arguments_are_written_to_a_file(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    directory.write(config(backend={"s3": {"bucket": "b"}}))

    directory.init(backend_config={"use_path_style": True})

    assert "-backend-config=backend.tfbackend.json" in fake.calls[0].arguments
    written = json.loads((directory.path / "backend.tfbackend.json").read_text())
    assert written == {"use_path_style": True}


def test_the_lock_file_has_no_checksums(
    directory: WorkingDirectory,
) -> None:
    directory.prepare(_PINS)

    assert (directory.path / ".terraform.lock.hcl").read_text() == (
        'provider "registry.terraform.io/hashicorp/aws" {\n'
        '  version     = "5.100.0"\n'
        '  constraints = "5.100.0"\n'
        "}\n"
    )


def test_a_stack_without_providers_has_no_lock_file(fake: FakeTerraform) -> None:
    fake.answer("init", files={".terraform/x": ""})
    directory = fake.working_directory()

    directory.prepare({})

    assert not (directory.path / ".terraform.lock.hcl").exists()


def test_a_failed_init_is_repeated(fake: FakeTerraform) -> None:
    fake.answer("init", lines(error("no available releases match")), status=1)
    fake.answer("init", files={".terraform/x": ""})
    directory = fake.working_directory()

    with pytest.raises(TerraformError, match="no available releases match") as raised:
        directory.prepare(_PINS)

    assert "--provider-mirror" in raised.value.remedy
    assert directory.init()


def test_only_one_init_runs_at_a_time(
    fake: FakeTerraform, directory: WorkingDirectory, tmp_path: Path
) -> None:
    directory.write(config())
    lock = directory.cache / "terraform-init.lock"
    lock.parent.mkdir()

    with filelock.FileLock(lock), pytest.raises(ProcessError, match="another `terraform init`"):
        directory.init(timeout=0)

    assert fake.calls == []
