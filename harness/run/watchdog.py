"""The watchdog of a run: destroys it when its owner was killed.

``python -m harness.run.watchdog FOLDER`` waits for the end of the process that owns the run in that
folder. It ends with a run that ended in order, and imports next to nothing until it must act.
"""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

from harness.run.lock_files import LOCK_FILE, RECORD_FILE, WATCHED_FILE

# Popen warns of a child that was never waited for: it ends after this process.
_started: list[subprocess.Popen[bytes]] = []


def start_watchdog(directory: Path) -> None:
    """Start the watchdog of the run in a folder, which has an owner."""
    command = [sys.executable, "-P", "-m", "harness.run.watchdog", str(directory)]
    descriptor = os.open(directory / "watchdog.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        _started.append(
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        )


def main(arguments: list[str]) -> int:
    """Wait for the end of the owner, then destroy the run unless it ended in order."""
    directory = Path(arguments[0])
    try:
        with (directory / WATCHED_FILE).open("r+") as watched:
            fcntl.flock(watched, fcntl.LOCK_EX)
        if not must_act(directory):
            return 0
    except FileNotFoundError:  # the run never began, and its folder was removed
        return 0
    print(f"the owner of {directory.name} was killed: destroying the run", flush=True)
    environment = {**os.environ, "CATALOG_HARNESS_HOME": str(directory.parent.parent)}
    suffix = ("--environment-suffix", directory.name)
    command = [sys.executable, "-P", "-m", __package__.partition(".")[0], "destroy", *suffix]
    return os.execve(command[0], command, environment)  # noqa: S606 -- no shell


def must_act(directory: Path) -> bool:
    """Whether a free run was not released in order, and is not to be kept."""
    if not (directory / LOCK_FILE).stat().st_size:
        return False
    record = json.loads((directory / RECORD_FILE).read_text(encoding="utf-8"))
    is_kept = record["status"] == "deployed" and record["keep"]
    return not is_kept and record["status"] != "destroyed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
