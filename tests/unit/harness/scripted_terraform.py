"""A scripted Terraform in place of ``process.run``: no process starts."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.core import process
from harness.core.errors import ProcessError
from harness.core.process import Completed

_run = process.run


class ScriptedTerraform:
    """Returns the answers for each verb in order, then the last one again; records the calls.

    Answers and calls are files, so that workers of pytest-xdist share them. If a test writes a
    program into ``program``, that is executed.

    Args:
        folder: Folder of the files.
        patch: Replaces ``process.run``.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.program = folder / "terraform"
        patch.setattr(process, "run", self._replacement)

    def install(self) -> None:
        """Create the program that is found, but never started."""
        self.folder.mkdir()
        self.program.touch(mode=0o755)

    def answer(self, verb: str, stdout: str = "", *, status: int = 0) -> None:
        """Add an answer for a verb."""
        number = len(list(self.folder.glob(f"{verb}.*"))) + 1
        text = json.dumps({"stdout": stdout, "status": status})
        (self.folder / f"{verb}.{number}").write_text(text)

    def clear(self, verb: str) -> None:
        """Remove the answers for a verb."""
        for file in self.folder.glob(f"{verb}.*"):
            file.unlink()

    @property
    def verbs(self) -> list[str]:
        """The verbs of all calls, in order."""
        calls = self.folder / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the last call."""
        found: dict[str, str] = json.loads((self.folder / "environment").read_text())
        return found

    def _replacement(
        self,
        command: Sequence[str],
        *,
        env: dict[str, str],
        cwd: Path | None = None,
        on_line: Callable[[str], None] | None = None,
        accept: tuple[int, ...] | None = (0,),
        **more: Any,
    ) -> Completed:
        if command[0] != str(self.program) or self.program.stat().st_size:
            return _run(command, env=env, cwd=cwd, on_line=on_line, accept=accept, **more)
        verb = " ".join(command[1:3]) if command[1] == "state" else command[1]
        stdout, status = self._called(verb, env)
        if verb == "init" and cwd is not None:
            (cwd / ".terraform").mkdir(exist_ok=True)
        for line in stdout.splitlines():
            if on_line is not None:
                on_line(line)
        if accept is not None and status not in accept:
            raise ProcessError(f"`{verb}` ended with status {status}", returncode=status)
        return Completed(tuple(command), status, stdout, "")

    def _called(self, verb: str, env: dict[str, str]) -> tuple[str, int]:
        with (self.folder / "calls").open("a") as calls:
            calls.write(f"{verb}\n")
        (self.folder / "environment").write_text(json.dumps(dict(env)))
        answers = sorted(self.folder.glob(f"{verb}.*"), key=lambda file: int(file.suffix[1:]))
        if not answers:
            return "", 0
        times = self.verbs.count(verb)
        answer = json.loads(answers[min(times, len(answers)) - 1].read_text())
        return answer["stdout"], answer["status"]
