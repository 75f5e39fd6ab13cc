from pathlib import Path

import pytest

from harness.terraform.workspace import temporary_directory
from tests.unit.harness.terraform.fake_terraform import FakeTerraform


def test_temporary_files_are_the_runs_own(fake: FakeTerraform) -> None:
    workspace = fake.workspace()
    workspace.write({})
    fake.answer("output", stdout="{}")

    workspace.outputs()

    (call,) = fake.calls
    assert call.environment["TMPDIR"] == str(workspace.directory / "tmp")
    assert (workspace.directory / "tmp").is_dir()


def test_a_path_too_long_for_a_socket_leaves_the_systems_folder(tmp_path: Path) -> None:
    directory = tmp_path / ("x" * 103)

    assert temporary_directory(directory) == {}
    assert not directory.exists()


def test_the_path_does_not_depend_on_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert Path(temporary_directory(Path("w"))["TMPDIR"]).is_absolute()
