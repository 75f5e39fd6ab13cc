"""The real stack, synthesized once per configuration, each in half a second."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from stack.config import StackConfig
from tests.unit.stack.template import synthesize

SUFFIX = "pr123-7f3a"

Synth = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def synth(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    """Return a function for copies of the stack's Terraform JSON."""
    cached: dict[StackConfig, dict[str, Any]] = {}

    def synthesized(**fields: Any) -> dict[str, Any]:
        config = StackConfig(**{"environment_suffix": SUFFIX, **fields})
        if config not in cached:
            cached[config] = synthesize(config, tmp_path_factory.mktemp("cdktf")).content
        return copy.deepcopy(cached[config])

    return synthesized
