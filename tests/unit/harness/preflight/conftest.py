"""The real stack, synthesized once for each configuration: half a second each."""

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
    """Return the Terraform JSON of the stack, a copy to be changed."""
    known: dict[StackConfig, dict[str, Any]] = {}

    def synthesized(**fields: Any) -> dict[str, Any]:
        config = StackConfig(**{"environment_suffix": SUFFIX, **fields})
        if config not in known:
            known[config] = synthesize(config, tmp_path_factory.mktemp("cdktf")).content
        return copy.deepcopy(known[config])

    return synthesized
