import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from harness.emulator.container_engine.archives import unpack


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive.tar"
    with tarfile.open(path, "w") as bundle:
        bundle.addfile(tarfile.TarInfo("../escaped"), io.BytesIO())
    return path


def test_members_outside_the_target_are_refused(tmp_path: Path, archive: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    with tarfile.open(archive) as bundle, pytest.raises(tarfile.FilterError):
        unpack(bundle, target)
    assert not (tmp_path / "escaped").exists()


def test_old_pythons_without_extraction_filters_still_unpack(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extracted: list[dict[str, Any]] = []
    monkeypatch.delattr(tarfile, "data_filter")
    with tarfile.open(archive) as bundle:
        monkeypatch.setattr(bundle, "extractall", lambda path, **how: extracted.append(how))
        unpack(bundle, tmp_path)
    assert extracted == [{}]
