import re

import pytest

from stack.config import StackConfig
from stack.names import LONGEST_SUFFIX, PhysicalName, PhysicalNames

ALARMS = ("alb-5xx", "target-5xx", "unhealthy-hosts", "database-capacity")
# Characters that AWS allows: the API reference of each service.
LIMITS = {
    "alb_name": 32,
    "target_group_name": 32,
    "log_bucket_name": 63,
    "aurora_cluster_identifier": 63,
    "execution_role_name": 64,
    "task_role_name": 64,
    "database_subnet_group_name": 255,
    "database_parameter_group_name": 255,
    "alb_security_group_name": 255,
    "service_security_group_name": 255,
    "database_security_group_name": 255,
    "ecs_cluster_name": 255,
    "ecs_service_name": 255,
    "task_family": 255,
    "secret_name": 512,
    "log_group_name": 512,
    "origin_id": 128,
    "cpu_scaling_policy_name": 256,
    "request_scaling_policy_name": 256,
    "dashboard_name": 255,
    "state_key": 1024,
    "vpc_name": 256,
}
PROPERTIES = [
    name for name, value in vars(PhysicalNames).items() if isinstance(value, PhysicalName)
]
LONGEST = StackConfig(environment_suffix="a" * LONGEST_SUFFIX, region="ap-southeast-3")


def test_every_name_has_a_limit_here() -> None:
    assert set(PROPERTIES) == set(LIMITS)


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_name_fits_its_limit_with_the_longest_suffix(name: str) -> None:
    assert len(getattr(LONGEST, name)) <= LIMITS[name]


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_name_is_of_one_environment_alone(name: str) -> None:
    one, other = (StackConfig(environment_suffix=suffix) for suffix in ("pr1", "pr2"))
    assert "pr1" in getattr(one, name)
    assert getattr(one, name) != getattr(other, name)


def test_names_with_an_argument_fit_their_limits_too() -> None:
    assert len(LONGEST.aurora_instance_identifier("reader-14")) <= 63
    assert max(len(LONGEST.alarm_name(kind)) for kind in ALARMS) <= 255


def test_the_tightest_limit_is_used_up() -> None:
    assert len(LONGEST.alb_name) == 32


def test_the_bucket_has_a_name_that_s3_accepts() -> None:
    name = StackConfig(environment_suffix="pr123-7f3a").log_bucket_name
    assert name == "catalog-logs-pr123-7f3a-eu-north-1"
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", name)


def test_the_secret_name_does_not_end_like_an_arn() -> None:
    name = StackConfig(environment_suffix="pr1-abc123").secret_name
    assert not re.search(r"-[A-Za-z0-9]{6}$", name)


def test_the_state_of_each_environment_has_its_own_key() -> None:
    assert StackConfig(environment_suffix="pr1").state_key == "pr1/catalog.tfstate"
