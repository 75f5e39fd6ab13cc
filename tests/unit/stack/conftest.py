"""Synthesized stacks, each variant synthesized once: a synth is the slow part."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from stack.config import StackConfig
from tests.unit.stack.template import Template, synthesize

SUFFIX = "pr123-7f3a"

Synth = Callable[..., Template]


@pytest.fixture(scope="session")
def synth(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    """Synthesize with fields of the configuration; results are cached for the session."""
    cached: dict[str, Template] = {}

    def synthesize_once(**fields: Any) -> Template:
        config = StackConfig(environment_suffix=SUFFIX, **fields)
        key = json.dumps(config.to_mapping(), sort_keys=True)
        if key not in cached:
            cached[key] = synthesize(config, tmp_path_factory.mktemp("cdktf"))
        return cached[key]

    return synthesize_once


# A non-default value for most fields, in one variant: a synth takes half a second.
OTHER_VALUES: dict[str, Any] = {
    "region": "eu-west-1",
    "tags": {"owner": "me", "expires-at": "2030-01-01T00:00:00Z"},
    "vpc_cidr": "192.168.7.0/24",
    "nat_gateway_count": 3,
    "ingress_cidrs": ("10.1.0.0/16", "10.2.0.0/16"),
    "image": "registry.example/api:2",
    "container_port": 9000,
    "desired_count": 3,
    "min_capacity": 1,
    "max_capacity": 4,
    "cpu_target_percent": 40,
    "request_count_target": 200,
    "wait_for_steady_state": False,
    "service_timeout_seconds": 120,
    "aurora_engine_major": 17,
    "aurora_preferred_minor": "17.4",
    "aurora_reader_count": 2,
    "password_version": 2,
    "secret_recovery_window_days": 7,
    "log_retention_days": 1,
    "log_bucket_expiration_days": 3,
    "cloudfront_wait_for_deployment": False,
    "state_bucket": "states",
    "state_bucket_region": "eu-central-1",
    "state_lock": True,
}


@pytest.fixture(scope="session")
def varied(synth: Synth) -> Template:
    """The stack with ``OTHER_VALUES``."""
    return synth(**OTHER_VALUES)


@pytest.fixture(scope="session")
def template(synth: Synth) -> Template:
    """The stack with the default values."""
    return synth()
