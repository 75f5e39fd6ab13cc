"""The program of the gateway: its errors and its log."""

import logging
import os
from typing import Any

import pytest

from harness.core.redaction import MASK
from harness.emulator.gateway import __main__ as program


@pytest.fixture
def harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the program from changing the process of the tests."""
    monkeypatch.setattr(program, "die_with_parent", lambda: None)
    monkeypatch.setattr(program, "set_up_interpreter", lambda: None)
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)


@pytest.mark.usefixtures("harmless")
def test_an_invalid_environment_is_one_message_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GATEWAY_PORT", raising=False)

    assert program.main() == 1
    assert "What to do: start it with the environment" in capsys.readouterr().err


@pytest.mark.usefixtures("harmless")
def test_the_log_goes_to_standard_error_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    configured: list[dict[str, Any]] = []
    monkeypatch.setattr(logging, "basicConfig", lambda **given: configured.append(given))
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    monkeypatch.delenv("GATEWAY_PORT", raising=False)

    assert program.main() == 1

    (given,) = configured
    assert given["level"] == "ERROR"
    (handler,) = given["handlers"]
    record = logging.makeLogRecord({"msg": "connect postgresql://u:hunter22@h/db"})
    assert handler.format(record).endswith(f"connect postgresql://u:{MASK}@h/db")
