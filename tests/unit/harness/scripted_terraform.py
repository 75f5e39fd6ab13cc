"""A Terraform in shell: a run calls it eight times, and a Python would start eight times."""

from pathlib import Path

_PROGRAM = """#!/bin/sh
verb=$1
[ "$1" = state ] && verb="state $2"
[ "$1" = init ] && mkdir -p .terraform
cd '{folder}' || exit 99
echo "$verb" >> calls
env > environment
count=$(grep -cx "$verb" calls)
while [ "$count" -gt 1 ] && [ ! -e "$verb.$count.out" ]; do count=$((count - 1)); done
[ -e "$verb.$count.out" ] || exit 0
cat "$verb.$count.out"
exit "$(cat "$verb.$count.status")"
"""


class ScriptedTerraform:
    """Answers each verb as told, the last answer again and again; notes how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "terraform"

    def install(self) -> None:
        """Make the program."""
        self.folder.mkdir()
        self.program.write_text(_PROGRAM.format(folder=self.folder))
        self.program.chmod(0o755)

    def answer(self, verb: str, stdout: str = "", *, status: int = 0) -> None:
        """Add an answer for a verb."""
        number = len(list(self.folder.glob(f"{verb}.*.out"))) + 1
        (self.folder / f"{verb}.{number}.out").write_text(stdout)
        (self.folder / f"{verb}.{number}.status").write_text(str(status))

    def forget(self, verb: str) -> None:
        """Take the answers for a verb back."""
        for file in self.folder.glob(f"{verb}.*"):
            file.unlink()

    @property
    def verbs(self) -> list[str]:
        """What it was told to do, call by call."""
        calls = self.folder / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the last call."""
        text = (self.folder / "environment").read_text()
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
