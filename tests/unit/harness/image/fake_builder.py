"""A program named docker (or podman) that records its calls and builds nothing."""

import json
import sys
from pathlib import Path
from typing import Any

# Records arguments, standard input, and the files to build from; fails at the verb given.
_SOURCE = """\
#!{python}
import json, os, sys
if not os.path.exists({folder!r} + "/calls"):
    os.mkdir({folder!r} + "/calls")
files = sorted(
    os.path.relpath(os.path.join(where, name))
    for where, _, names in os.walk(".") for name in names
) if sys.argv[1] == "build" else []
call = {{"arguments": sys.argv[1:], "stdin": sys.stdin.read(), "files": files}}
number = len(os.listdir({folder!r} + "/calls"))
with open(f"{folder}/calls/{{number:03}}.json", "w") as file:
    json.dump(call, file)
if sys.argv[1] == {fails!r}:
    sys.exit("no space left on device")
"""


class FakeBuilder:
    """The program, in a folder that can be put on PATH."""

    def __init__(self, folder: Path, *, name: str = "docker", fails: str = "") -> None:
        self.folder = folder
        self.program = folder / name
        folder.mkdir(parents=True, exist_ok=True)
        self.program.write_text(
            _SOURCE.format(python=sys.executable, folder=str(folder), fails=fails)
        )
        self.program.chmod(0o755)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Its calls, in order: ``arguments``, ``stdin``, ``files``."""
        return [
            json.loads(path.read_text()) for path in sorted((self.folder / "calls").glob("*.json"))
        ]

    @property
    def verbs(self) -> list[str]:
        return [call["arguments"][0] for call in self.calls]
