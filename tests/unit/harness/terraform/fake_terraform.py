"""A fake Terraform behind ``harness.core.process.run``: no process starts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from harness.core import process
from harness.core.errors import ProcessError
from harness.terraform.binary import Terraform
from harness.terraform.working_directory import WorkingDirectory

_run = process.run
_NO_ANSWER: dict[str, Any] = {"stdout": "", "stderr": "", "status": 0, "files": {}}


@dataclass(frozen=True)
class Call:
    """One call of the program."""

    verb: str
    arguments: list[str]
    directory: str
    environment: dict[str, str]


class FakeTerraform:
    """Returns prepared answers, and records its calls.

    Answers and calls are files, so that the workers of pytest-xdist share them. Any other
    program is run for real, and so is ``program`` when a test has written a script into it.

    Args:
        folder: Folder of the files; must not exist.
        patch: Replaces ``process.run``.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.program = folder / "terraform"
        patch.setattr(process, "run", self._fake_run)

    def install(self) -> None:
        """Create the program, which is found but never started."""
        self.folder.mkdir()
        self.program.touch(mode=0o755)

    def answer(
        self,
        verb: str,
        stdout: str = "",
        *,
        stderr: str = "",
        status: int = 0,
        files: Mapping[str, str] | None = None,
    ) -> None:
        """Add an answer for a verb; the last one is repeated."""
        number = len(list(self.folder.glob(f"{verb}.*"))) + 1
        text = json.dumps(
            {"stdout": stdout, "stderr": stderr, "status": status, "files": dict(files or {})}
        )
        (self.folder / f"{verb}.{number}").write_text(text)

    def clear(self, verb: str) -> None:
        """Remove the answers for a verb."""
        for file in self.folder.glob(f"{verb}.*"):
            file.unlink()

    @property
    def calls(self) -> list[Call]:
        path = self.folder / "calls.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [Call(**json.loads(line)) for line in lines]

    @property
    def verbs(self) -> list[str]:
        """The verbs of the calls."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the last call."""
        return self.calls[-1].environment

    def terraform(self) -> Terraform:
        return Terraform((str(self.program),), (1, 11, 4), "terraform", "a test", "1.11.4")

    def working_directory(self, **more: Any) -> WorkingDirectory:
        return WorkingDirectory(
            path=self.folder / "work",
            terraform=self.terraform(),
            cache=self.folder / "cache",
            **more,
        )

    def _fake_run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        on_line: Callable[[str], None] | None = None,
        accept: tuple[int, ...] | None = (0,),
        **more: Any,
    ) -> CompletedProcess[str]:
        if command[0] != str(self.program) or self.program.stat().st_size:
            return _run(command, env=env, cwd=cwd, on_line=on_line, accept=accept, **more)
        verb = " ".join(command[1:3]) if command[1] == "state" else command[1]
        directory = cwd or Path.cwd()
        self._record(Call(verb, list(command[1:]), str(directory), dict(env or {})))
        answer = self._answer(verb)
        if verb == "init":
            (directory / ".terraform").mkdir(exist_ok=True)
        for name, text in answer["files"].items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text)
        for line in answer["stdout"].splitlines():
            if on_line is not None:
                on_line(line)
        status: int = answer["status"]
        if accept is not None and status not in accept:
            raise ProcessError(f"`{verb}` ended with status {status}", returncode=status)
        return CompletedProcess(tuple(command), status, answer["stdout"], answer["stderr"])

    def _record(self, call: Call) -> None:
        with (self.folder / "calls").open("a") as verbs:
            verbs.write(f"{call.verb}\n")
        with (self.folder / "calls.jsonl").open("a") as calls:
            calls.write(json.dumps(asdict(call)) + "\n")

    def _answer(self, verb: str) -> dict[str, Any]:
        answers = sorted(self.folder.glob(f"{verb}.*"), key=lambda file: int(file.suffix[1:]))
        if not answers:
            return _NO_ANSWER
        answer = answers[min(self.verbs.count(verb), len(answers)) - 1]
        given: dict[str, Any] = json.loads(answer.read_text())
        return {**_NO_ANSWER, **given}


def event(kind: str, **more: Any) -> str:
    """Return one line of Terraform's event stream."""
    return json.dumps(
        {
            "@level": "info",
            "@message": more.pop("message", kind),
            "@timestamp": more.pop("at", "2026-01-02T03:04:05.000000Z"),
            "type": kind,
            **more,
        }
    )


def state(*addresses: str, outputs: Mapping[str, Any] | None = None) -> str:
    """Return a state, as ``state pull`` does, with resources and with outputs (name -> value)."""
    kinds_and_names = (address.split(".") for address in addresses)
    return json.dumps(
        {
            "outputs": {name: {"value": value} for name, value in (outputs or {}).items()},
            "resources": [
                {"mode": "managed", "type": kind, "name": name, "instances": [{"attributes": {}}]}
                for kind, name in kinds_and_names
            ],
        }
    )


def operation(kind: str, address: str, action: str, at: str) -> str:
    """Return an event about one resource, at a time of day such as ``03:04:05.250``."""
    hook = {"resource": {"addr": address}, "action": action, "elapsed_seconds": 1}
    return event(kind, hook=hook, at=f"2026-01-02T{at}Z")


def error(summary: str, *, address: str = "", detail: str = "") -> str:
    """Return an error diagnostic."""
    diagnostic = {"severity": "error", "summary": summary, "detail": detail}
    return event("diagnostic", diagnostic=diagnostic | ({"address": address} if address else {}))


def lines(*texts: str) -> str:
    """Return texts as lines."""
    return "".join(f"{text}\n" for text in texts)
