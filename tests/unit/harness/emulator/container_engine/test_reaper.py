from pathlib import Path

from harness.emulator.container_engine.reaper import sweep_orphans


def test_a_folder_without_record_needs_no_sweep(tmp_path: Path) -> None:
    assert sweep_orphans(tmp_path) == []
