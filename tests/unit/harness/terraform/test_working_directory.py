import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from harness.terraform.working_directory import WorkingDirectory, temporary_directory
from tests.unit.harness.terraform.fake_terraform import FakeTerraform


def test_the_synthesized_configuration_is_written_unchanged(fake: FakeTerraform) -> None:
    config = {"provider": {"aws": [{"region": "eu-north-1"}]}, "resource": {"a": {"b": {}}}}
    directory = fake.working_directory()

    directory.write(config, provider={"s3_use_path_style": True})

    written = {path.name: json.loads(path.read_text()) for path in directory.path.iterdir()}
    assert written["cdk.tf.json"] == config
    assert written["harness_override.tf.json"]["provider"] == {"aws": [{"s3_use_path_style": True}]}


def test_timeouts_are_multiplied_by_the_factor_of_the_clock(fake: FakeTerraform) -> None:
    config = {"resource": {"aws_ecs_service": {"api": {"timeouts": {"create": "900s"}}}}}
    directory = replace(fake.working_directory(), clock=20)

    directory.write(config)

    override = json.loads((directory.path / "harness_override.tf.json").read_text())
    timeouts = override["resource"]["aws_ecs_service"]["api"]
    assert timeouts == {"timeouts": {"create": "18000s"}}


@pytest.mark.parametrize(("clock", "fast"), [(1, False), (20, True)])
def test_the_provider_is_started_by_the_launcher_after_init(
    fake: FakeTerraform, clock: int, *, fast: bool
) -> None:
    directory = replace(fake.working_directory(), clock=clock)
    directory.write({})
    fake.answer("init")
    package = directory.path / ".terraform/providers/registry/hashicorp/aws/5.100.0/linux_amd64"
    package.mkdir(parents=True)
    (package / "terraform-provider-aws_v5").write_bytes(b"\x7fELF")

    assert directory.init()

    assert ((package / "terraform-provider-aws_v5").read_bytes() != b"\x7fELF") is fast
    assert directory.normal_speed_reason() == ""


def test_the_reason_for_normal_speed_is_read(fake: FakeTerraform) -> None:
    directory = fake.working_directory()
    (directory.path / ".terraform").mkdir(parents=True)
    (directory.path / ".terraform" / "provider-clock.txt").write_text("ptrace is not permitted")

    assert directory.normal_speed_reason() == "ptrace is not permitted"


def test_the_directory_is_accessible_by_its_owner_only(fake: FakeTerraform) -> None:
    directory = fake.working_directory()

    directory.write({})

    assert stat.S_IMODE(directory.path.stat().st_mode) == 0o700


def test_the_default_cache_is_shared_by_the_user(fake: FakeTerraform) -> None:
    assert WorkingDirectory(fake.folder, fake.terraform()).cache.name == "catalog-harness"


def test_the_repr_has_no_credentials(fake: FakeTerraform) -> None:
    directory = fake.working_directory(environment={"AWS_SECRET_ACCESS_KEY": "hunter2"})

    assert "hunter2" not in repr(directory)


def test_temporary_files_are_in_the_working_directory(fake: FakeTerraform) -> None:
    directory = fake.working_directory()
    directory.write({})

    directory.state.outputs()

    (call,) = fake.calls
    assert Path(call.directory) / call.environment["TMPDIR"] == directory.path / "tmp"
    assert (directory.path / "tmp").is_dir()


def test_the_path_of_a_socket_is_short_wherever_the_working_directory_is(tmp_path: Path) -> None:
    directory = tmp_path / ("x" * 103)

    assert len(temporary_directory(directory)["TMPDIR"]) < 10
    assert (directory / "tmp").is_dir()
