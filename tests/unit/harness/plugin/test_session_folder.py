import stat
from pathlib import Path

from harness.plugin.session_folder import SessionFolder


def test_a_name_is_random_and_nothing_is_made_until_it_is_needed() -> None:
    first, second = SessionFolder(), SessionFolder()

    assert first.path != second.path
    assert not first.exists


def test_it_is_private(tmp_path: Path) -> None:
    folder = SessionFolder(str(tmp_path / "shared"))
    folder.create()
    folder.create()

    assert folder.exists
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_all_processes_agree_on_the_first_proposal(tmp_path: Path) -> None:
    one, other = (SessionFolder(str(tmp_path / "shared")) for _ in range(2))

    assert one.agree({"suffix": "a"}) == {"suffix": "a"}
    assert other.agree({"suffix": "b"}) == {"suffix": "a"}


def test_results_of_all_processes_are_in_order(tmp_path: Path) -> None:
    one, other = (SessionFolder(str(tmp_path / "shared")) for _ in range(2))
    one.create()
    assert one.results() == []

    one.append({"check": "alb/a"})
    other.append({"check": "alb/b"})

    assert one.results() == [{"check": "alb/a"}, {"check": "alb/b"}]


def test_it_is_removed_with_what_it_holds(tmp_path: Path) -> None:
    folder = SessionFolder(str(tmp_path / "shared"))
    folder.remove()
    folder.agree({"suffix": "a"})
    folder.append({"check": "alb/a"})

    folder.remove()

    assert not folder.exists
