from pathlib import Path

from harness.emulator.gateway.state_store import Memory


def test_what_was_saved_is_there_in_the_next_run(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "state")
    memory.shelf("a")["x"] = [1]
    memory.save()

    assert Memory(tmp_path / "state").shelf("a") == {"x": [1]}


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    Memory(tmp_path).save()

    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_without_a_directory_nothing_is_kept() -> None:
    memory = Memory(None)
    memory.shelf("a")["x"] = 1
    memory.save()

    assert Memory(None).shelf("a") == {}


def test_clearing_empties_the_shelves_that_others_hold() -> None:
    memory = Memory(None)
    shelf = memory.shelf("a")
    shelf["x"] = 1

    memory.clear()

    assert shelf == {}
    assert memory.shelf("a") is shelf
