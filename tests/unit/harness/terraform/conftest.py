from pathlib import Path

import pytest

from tests.unit.harness.terraform.fake_terraform import FakeTerraform


@pytest.fixture
def fake(tmp_path: Path) -> FakeTerraform:
    folder = tmp_path / "fake"
    folder.mkdir()
    return FakeTerraform(folder)
