from typing import Any

import pytest

from stack.config import StackConfig
from stack.errors import ConfigError
from stack.names import LONGEST_SUFFIX

REJECTED: list[tuple[str, Any]] = [
    ("environment_suffix", ""),
    ("environment_suffix", "PR1"),
    ("environment_suffix", "pr_1"),
    ("environment_suffix", "-pr1"),
    ("environment_suffix", "pr1-"),
    ("environment_suffix", "pr--1"),
    ("environment_suffix", "pr1\n"),
    ("environment_suffix", "a" * (LONGEST_SUFFIX + 1)),
    ("region", "stockholm"),
    ("region", "eu-north-1a"),
    ("tiers", frozenset()),
    ("tiers", frozenset({"network", "cache"})),
    ("tiers", frozenset({"service"})),
    ("tags", {"Project": "mine"}),
    ("tags", {"aws:created": "today"}),
    ("tags", {"": "empty"}),
    ("tags", {"k" * 129: "v"}),
    ("tags", {"k": "v" * 257}),
    ("vpc_cidr", "10.0.0.0"),
    ("vpc_cidr", "10.0.0.0/15"),
    ("vpc_cidr", "10.0.0.0/25"),
    ("vpc_cidr", "10.0.0.1/16"),
    ("vpc_cidr", "fd00::/16"),
    ("availability_zone_count", 1),
    ("availability_zone_count", 4),
    ("nat_gateway_count", 0),
    ("nat_gateway_count", 4),
    ("ingress_cidrs", ()),
    ("ingress_cidrs", ("0.0.0.0/0", "everyone")),
    ("ingress_cidrs", ("10.0.0.1",)),
    ("image", ""),
    ("image", "two words"),
    ("container_port", 0),
    ("container_port", 65536),
    ("log_level", "debug"),
    ("task_cpu", 300),
    ("task_memory", 4096),
    ("min_capacity", 0),
    ("max_capacity", 1),
    ("desired_count", 1),
    ("desired_count", 11),
    ("cpu_target_percent", 0),
    ("cpu_target_percent", 101),
    ("request_count_target", 0),
    ("service_timeout_seconds", 0),
    ("aurora_engine_major", 12),
    ("aurora_preferred_minor", "15.8"),
    ("aurora_preferred_minor", "16"),
    ("aurora_engine_version", "16.8-limitless"),
    ("aurora_engine_version", "15.3"),
    ("aurora_min_capacity", -0.5),
    ("aurora_min_capacity", 0.7),
    ("aurora_max_capacity", 0.5),
    ("aurora_max_capacity", 257),
    ("aurora_reader_count", -1),
    ("aurora_reader_count", 16),
    ("database_name", "9lives"),
    ("database_name", "postgres"),
    ("database_name", "catalog-db"),
    ("database_name", "a" * 64),
    ("master_username", "admin"),
    ("master_username", "Admin"),
    ("master_username", "user"),
    ("master_username", "rdsadmin"),
    ("master_username", "7up"),
    ("master_username", "catalog_admin"),
    ("master_username", "a" * 17),
    ("database_name", "pg_catalog"),
    ("password_version", 0),
    ("secret_recovery_window_days", 1),
    ("secret_recovery_window_days", 31),
    ("log_retention_days", 2),
    ("log_bucket_expiration_days", 0),
    ("state_bucket", "My_Bucket"),
    ("state_bucket", "ab"),
    ("state_bucket_region", "eu-north-1"),
    ("state_lock", True),
]


@pytest.mark.parametrize(("field", "value"), REJECTED)
def test_a_value_that_aws_rejects_is_rejected_by_the_name_of_its_field(
    field: str, value: Any
) -> None:
    with pytest.raises(ConfigError) as caught:
        StackConfig(**{"environment_suffix": "pr1", field: value})
    assert caught.value.field == field
    assert "\n" not in str(caught.value)


ACCEPTED: list[dict[str, Any]] = [
    {"environment_suffix": "7"},
    {"environment_suffix": "a" * LONGEST_SUFFIX},
    {"region": "us-gov-west-1"},
    {"tiers": frozenset({"network", "storage", "secret"})},
    {"tiers": frozenset({"roles", "storage", "secret"})},
    {"tags": {"k" * 128: "v" * 256}},
    {"vpc_cidr": "192.168.0.0/24"},
    {"availability_zone_count": 2, "nat_gateway_count": 2},
    {"ingress_cidrs": ("203.0.113.7/32",)},
    {"task_cpu": 4096, "task_memory": 30720},
    {"task_cpu": 16384, "task_memory": 122880},
    {"min_capacity": 1, "desired_count": 1, "max_capacity": 1},
    {"aurora_engine_major": 17, "aurora_preferred_minor": "17.4"},
    {"aurora_engine_version": "16.10"},
    {"aurora_min_capacity": 0, "aurora_max_capacity": 1},
    {"aurora_min_capacity": 256, "aurora_max_capacity": 256},
    {"master_username": "a" * 16},
    {"secret_recovery_window_days": 7},
    {"secret_recovery_window_days": 30},
    {"state_bucket": "my.states-1", "state_bucket_region": "eu-west-1", "state_lock": True},
]


def _shown(fields: dict[str, Any]) -> str:
    """Return the id of a case, the same in every process: a set has no order."""
    ordered = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in fields.items()}
    return str(ordered)[:80]


@pytest.mark.parametrize("fields", ACCEPTED, ids=_shown)
def test_a_value_that_aws_accepts_is_accepted(fields: dict[str, Any]) -> None:
    config = StackConfig(**{"environment_suffix": "pr1", **fields})
    assert all(getattr(config, name) == value for name, value in fields.items())


def test_the_bucket_of_the_state_and_a_file_for_it_exclude_each_other() -> None:
    with pytest.raises(ConfigError, match=r"^state_path is 'here.tfstate': must not be set"):
        StackConfig(environment_suffix="pr1", state_bucket="states", state_path="here.tfstate")


def test_an_invalid_region_of_the_state_bucket_is_rejected() -> None:
    with pytest.raises(ConfigError, match=r"^state_bucket_region is 'north'"):
        StackConfig(environment_suffix="pr1", state_bucket="states", state_bucket_region="north")


def test_missing_tiers_are_named() -> None:
    with pytest.raises(ConfigError, match="also needs load_balancer, network, storage"):
        StackConfig(environment_suffix="pr1", tiers=frozenset({"edge"}))


def test_fargate_sizes_are_listed() -> None:
    with pytest.raises(ConfigError, match=r"must be one of 512, 1024, 2048 with task_cpu 256"):
        StackConfig(environment_suffix="pr1", task_memory=4096)
