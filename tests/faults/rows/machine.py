"""Disks, folders, users, umasks and standard streams."""

import ctypes
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator

from tests.faults.row import NO_REPORT, Row
from tests.faults.scene import BYSTANDER, Scene

FAMILY = "The machine"
IS_ROOT = os.geteuid() == 0
_PR_SET_CHILD_SUBREAPER = 36
NOBODY, STRANGER = "65534", "54321"
DATABASE = ("network", "secret", "database")


def rows() -> Iterator[Row]:
    for mask in (0o077, 0o027, 0o000):
        yield Row(
            FAMILY,
            f"umask {mask:03o}",
            "whole run",
            before=umask(mask),
            after=only_for_this_user,
            tiers=DATABASE if mask == 0o077 else ("secret",),
        )
    yield Row(
        FAMILY, "another user than root", "whole run", before=as_user(NOBODY), bystander=False
    )
    yield Row(
        FAMILY,
        "a user without an entry in passwd",
        "whole run",
        before=as_user(STRANGER),
        bystander=False,
    )
    yield Row(
        FAMILY,
        "no process reaps those that have ended, as in a container",
        "destroy",
        before=reap_nothing,
        command=("deploy",),
        kept=True,
        clean_up=("destroy",),
        bystander=False,
        quick=True,
    )
    for name, redirections in (
        ("standard input is closed", "<&-"),
        ("standard output is closed", ">&-"),
        ("all standard streams are closed", "<&- >&- 2>&-"),
    ):
        yield Row(FAMILY, name, "whole run", before=closed(redirections))
    yield Row(
        FAMILY,
        "the disk of the home is full",
        "start",
        before=small_disk("home", 20),
        after=grow,
        status=1,
        verdict="failed",
        first="No space left|no space left",
        kept=True,
        bystander=False,
    )
    yield Row(
        FAMILY,
        "the disk of temporary files is full",
        "start",
        before=small_disk("temporary", 16),
        status=1,
        verdict="failed",
        first="no space left",
    )
    yield Row(
        FAMILY,
        "the home is read-only",
        "start",
        before=read_only,
        status=1,
        verdict=NO_REPORT,
        first=r"not writable",
        bystander=False,
        quick=True,
    )
    yield Row(
        FAMILY,
        "the report's folder is a file",
        "report",
        before=report_is_a_file,
        status=2,
        verdict=NO_REPORT,
        first="report",
    )
    yield Row(
        FAMILY,
        "the run's folder belongs to another user",
        "start",
        before=foreign_run_folder,
        command=("run", "--environment-suffix=faulty"),
        status=1,
        verdict=NO_REPORT,
        first="folder|record",
        bystander=False,
        quick=True,
    )


def umask(mask: int) -> Callable[[Scene], None]:
    def before(scene: Scene) -> None:
        scene.cli.preparation = f"import os; os.umask({mask})\n"

    return before


def only_for_this_user(scene: Scene) -> None:
    """Verify that state, records and reports are closed to others, whatever the umask."""
    for path in scene.cli.home.rglob("*"):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if BYSTANDER in path.parts:  # the test itself wrote it
            continue
        if not path.is_symlink() and path.is_file() and path.name.endswith((".json", ".tfstate")):
            scene.expect(not mode & 0o077, f"{path.name}: mode {mode:o}")


def as_user(uid: str) -> Callable[[Scene], None]:
    """Run as another user, who may read the interpreter wherever it is."""

    def before(scene: Scene) -> None:
        home = scene.folder / "as-user"
        home.mkdir()
        scene.cli.home = home / "state"
        scene.cli.variables |= {
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "CATALOG_HARNESS_REPORT_DIR": str(scene.folder / "reports"),
        }
        if not IS_ROOT:
            return
        (scene.folder / "reports").mkdir()
        for folder in (home, scene.cli.temporary, scene.folder / "reports"):
            os.chown(folder, int(uid), int(uid))
        scene.cli.prefix = (
            *("setpriv", "--reuid", uid, "--regid", uid, "--clear-groups"),
            *("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"),
        )

    return before


def reap_nothing(scene: Scene) -> None:
    """Become the parent of what other processes leave behind, and wait for none of it."""
    if sys.platform != "linux":
        raise NotImplementedError("a process cannot become the parent of others here")
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    scene.stack.callback(prctl, _PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def closed(redirections: str) -> Callable[[Scene], None]:
    def before(scene: Scene) -> None:
        scene.cli.prefix = ("sh", "-c", f'exec "$@" {redirections}', "sh")

    return before


def small_disk(name: str, kilobytes: int) -> Callable[[Scene], None]:
    """Mount a small disk, or with no permission limit the size of each file."""

    def before(scene: Scene) -> None:
        folder = scene.cli.home if name == "home" else scene.cli.temporary
        folder.mkdir(exist_ok=True)
        mount = ("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(folder))
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            raise NotImplementedError("a disk cannot be mounted here")
        scene.stack.callback(subprocess.run, ("umount", "-l", str(folder)), check=True)
        folder.chmod(0o711)

    return before


def grow(scene: Scene) -> None:
    """Make room on the disk of the home, as the user would."""
    mount = ("mount", "-o", "remount,size=16m", str(scene.cli.home))
    subprocess.run(mount, check=True)


def read_only(scene: Scene) -> None:
    home = scene.folder / "as-user"
    as_user(NOBODY)(scene)
    scene.cli.home = scene.folder / "read-only" / "state"
    scene.cli.home.parent.mkdir()
    scene.cli.home.parent.chmod(0o555)
    scene.stack.callback(shutil.rmtree, home, ignore_errors=True)


def report_is_a_file(scene: Scene) -> None:
    (scene.folder / "reports").write_text("mine")


def foreign_run_folder(scene: Scene) -> None:
    if not IS_ROOT:
        raise NotImplementedError("only root can create a folder of another user")
    as_user(NOBODY)(scene)
    scene.cli.home = scene.folder / "shared"
    runs = scene.cli.home / "runs"
    (runs / "faulty").mkdir(parents=True)
    for folder in (scene.cli.home, runs):
        folder.chmod(0o777)
    (runs / "faulty").chmod(0o755)
