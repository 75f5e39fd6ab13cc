"""Which Node.js a synth uses."""

import shutil
from pathlib import Path

import pytest

from harness.catalog import app
from harness.catalog.app import find_node
from harness.core.errors import ToolNotFoundError
from stack.errors import NodeNotFoundError


def test_jsii_node_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_NODE", "/opt/node")

    assert find_node() == "/opt/node"


def test_the_choice_of_the_stack_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JSII_NODE", raising=False)
    monkeypatch.setattr(app, "choose_node", lambda _: Path("/wheel/node"))

    assert find_node() == "/wheel/node"


def test_the_one_on_path_is_used_when_the_stack_leaves_the_choice_to_jsii(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JSII_NODE", raising=False)
    monkeypatch.setattr(app, "choose_node", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/node")

    assert find_node() == "/usr/bin/node"


def test_a_missing_node_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(_path: object) -> None:
        raise NodeNotFoundError("no Node.js found on PATH")

    monkeypatch.delenv("JSII_NODE", raising=False)
    monkeypatch.setattr(app, "choose_node", choose)

    with pytest.raises(ToolNotFoundError, match="found on PATH") as raised:
        find_node()
    assert "catalog-harness[node]" in raised.value.remedy
