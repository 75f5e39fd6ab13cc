from pathlib import Path

import pytest

from tests.unit.harness.terraform.fake_terraform import FakeTerraform


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTerraform:
    fake = FakeTerraform(tmp_path / "fake", monkeypatch)
    fake.install()
    return fake
