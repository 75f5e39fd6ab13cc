"""Probes, and the diagnoses of their results and errors."""

import pytest
import requests

from harness.catalog.app import OLDEST_NODE, find_node
from harness.doctor import diagnose
from harness.settings.settings import HarnessSettings


def test_every_prerequisite_is_examined_once_under_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests, "get", lambda *_, **__: requests.Response())

    names = [
        each.name
        for each in diagnose(HarnessSettings(), find_node=find_node, oldest_node=OLDEST_NODE)
    ]

    assert len(names) == len(set(names))
    assert {
        "Python",
        "Terraform",
        "AWS provider",
        "Python packages",
        "PostgreSQL",
        "Ledger",
    } <= set(names)
    assert "Cache" in names
