"""A Terraform for tests: a program on disk that answers as told and notes how it was called."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.terraform.binary import Terraform
from harness.terraform.workspace import Workspace

_PROGRAM = """\
#!{python} -S
import json, os, sys
folder = {folder!r}
verb = " ".join(sys.argv[1:3]) if sys.argv[1] == "state" else sys.argv[1]
with open(os.path.join(folder, "calls.jsonl"), "a") as calls:
    calls.write(json.dumps(dict(
        verb=verb, arguments=sys.argv[1:], directory=os.getcwd(), environment=dict(os.environ)
    )) + "\\n")
with open(os.path.join(folder, "answers.json")) as file:
    answers = json.load(file)
with open(os.path.join(folder, "calls.jsonl")) as calls:
    earlier = sum(json.loads(line)["verb"] == verb for line in calls) - 1
given = answers.get(verb, [dict(stdout="", stderr="", status=0, files=dict())])
answer = given[min(earlier, len(given) - 1)]
for name, text in answer["files"].items():
    os.makedirs(os.path.dirname(os.path.abspath(name)), exist_ok=True)
    with open(name, "w") as file:
        file.write(text)
sys.stdout.write(answer["stdout"])
sys.stderr.write(answer["stderr"])
sys.exit(answer["status"])
"""


@dataclass(frozen=True)
class Call:
    """One call of the program, as it saw it."""

    verb: str
    arguments: list[str]
    directory: str
    environment: dict[str, str]


class FakeTerraform:
    """Makes the program, tells it what to answer and reads how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "terraform"
        self.program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
        self.program.chmod(0o755)
        self._answers: dict[str, list[dict[str, Any]]] = {}
        self._save()

    def answer(
        self,
        verb: str,
        stdout: str = "",
        *,
        stderr: str = "",
        status: int = 0,
        files: dict[str, str] | None = None,
    ) -> None:
        """Add an answer for a verb; the last one is given again and again."""
        self._answers.setdefault(verb, []).append(
            {"stdout": stdout, "stderr": stderr, "status": status, "files": files or {}}
        )
        self._save()

    @property
    def calls(self) -> list[Call]:
        path = self.folder / "calls.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [Call(**json.loads(line)) for line in lines]

    @property
    def verbs(self) -> list[str]:
        return [call.verb for call in self.calls]

    def terraform(self) -> Terraform:
        return Terraform((str(self.program),), (1, 11, 4), "terraform", "a test", "1.11.4")

    def workspace(self, **more: Any) -> Workspace:
        return Workspace(
            directory=self.folder / "work",
            terraform=self.terraform(),
            cache=self.folder / "cache",
            **more,
        )

    def _save(self) -> None:
        (self.folder / "answers.json").write_text(json.dumps(self._answers))


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
