from pathlib import Path

from harness.emulator.gateway.state_store import StateStore


def test_saved_state_is_loaded(tmp_path: Path) -> None:
    state = StateStore(tmp_path / "state")
    state.section("a")["x"] = [1]
    state.save()

    assert StateStore(tmp_path / "state").section("a") == {"x": [1]}


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    StateStore(tmp_path).save()

    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_without_a_directory_nothing_is_saved() -> None:
    state = StateStore(None)
    state.section("a")["x"] = 1
    state.save()

    assert StateStore(None).section("a") == {}


def test_clearing_empties_the_sections_in_place() -> None:
    state = StateStore(None)
    section = state.section("a")
    section["x"] = 1

    state.clear()

    assert section == {}
    assert state.section("a") is section
