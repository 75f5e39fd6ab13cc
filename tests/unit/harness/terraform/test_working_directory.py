import json
import stat
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
    fake.answer("output", stdout="{}")

    directory.outputs()

    (call,) = fake.calls
    assert call.environment["TMPDIR"] == str(directory.path / "tmp")
    assert (directory.path / "tmp").is_dir()


def test_a_path_too_long_for_a_socket_is_not_used(tmp_path: Path) -> None:
    directory = tmp_path / ("x" * 103)

    assert temporary_directory(directory) == {}
    assert not directory.exists()


def test_the_path_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Path(temporary_directory(Path("w"))["TMPDIR"]).is_absolute()
