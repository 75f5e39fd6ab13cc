"""A deployment that fails is destroyed, and the cause is the first error."""

import shutil
import time
from pathlib import Path

import stack
from tests.integration.cli_process import CliProcess

IMAGE = "catalog-harness/no-such-image:1.0"
# Terraform's timeout for the service is 16 minutes.
FAILS_WITHIN_SECONDS = 15.0
# Without the watch, the wait takes two minutes.
UNHEALTHY_WITHIN_SECONDS = 90.0
STACK = Path(stack.__file__).parent
HEALTH_CHECK = 'HEALTH_CHECK_PATH = "/healthz"'
UP_TO_THE_SERVICE = (
    *("network", "storage", "secret", "roles", "database", "load_balancer", "service"),
)
REJECTED_VERSION = {
    "tiers": ("network", "secret", "database"),
    "aurora_engine_major": 15,
    "aurora_preferred_minor": "15.8",
    "aurora_engine_version": "15.3",
}


def assert_destroyed(cli: CliProcess) -> None:
    assert cli.report["torn_down"], "the teardown proof found nothing"
    assert cli.report["leftovers"] == []
    assert cli.record["status"] == "destroyed"
    assert cli.running() == []
    assert cli.left_behind() == []


def test_an_image_that_is_unknown_ends_the_run_before_the_deployment(cli: CliProcess) -> None:
    cli.start("run", "--image", IMAGE)

    assert cli.wait() == 1

    _, first, *_ = cli.first_error.splitlines()
    assert "ecs/image-not-found" in first
    assert f"image {IMAGE}: pull access denied for {IMAGE.partition(':')[0]}" in first
    assert "apply: started" not in cli.output
    assert_destroyed(cli)


def test_a_service_whose_tasks_cannot_start_ends_the_apply_with_the_cause_first(
    cli: CliProcess,
) -> None:
    cli.start("run", "--skip-preflight", tiers=UP_TO_THE_SERVICE, image=IMAGE)

    cli.await_resource("aws_rds_cluster_instance")
    assert any("postgres" in each for each in cli.running())
    cli.await_output("a task stopped: CannotPullContainerError")
    stopped = time.monotonic()
    cli.await_output("apply: FAILED")
    assert time.monotonic() - stopped < FAILS_WITHIN_SECONDS
    assert cli.wait() == 1

    first, also, *_ = cli.first_error.splitlines()
    assert first.startswith("ECS service catalog-api-")
    assert "CannotPullContainerError: " in first
    assert f"pull access denied for {IMAGE.partition(':')[0]}" in first
    assert "terraform apply was cancelled: its rollout failed" in also
    assert "correct the image" in cli.first_error
    assert_destroyed(cli)


def test_a_service_whose_targets_are_never_healthy_ends_the_wait_with_the_cause_first(
    cli: CliProcess,
) -> None:
    # The stack with a health check at a path that the API does not have.
    copy = cli.folder / "copied" / "stack"
    shutil.copytree(STACK, copy, ignore=shutil.ignore_patterns("__pycache__"))
    module = copy / "load_balancer.py"
    text = module.read_text()
    assert HEALTH_CHECK in text
    module.write_text(text.replace(HEALTH_CHECK, 'HEALTH_CHECK_PATH = "/no-such-path"'))
    cli.variables["PYTHONPATH"] = str(copy.parent)

    cli.start("run", "--skip-preflight", tiers=UP_TO_THE_SERVICE)
    assert cli.wait() == 1

    first, event, *_ = cli.first_error.splitlines()
    assert first.startswith("ECS service catalog-api-")
    assert "Task failed ELB health checks in (target-group arn:aws:" in first
    assert "due to (reason Health checks failed with these codes: [404])" in event
    assert "was cancelled: its rollout failed" in cli.first_error
    assert "check port, path and start-up time" in cli.first_error
    (readiness,) = (each for each in cli.report["phases"] if each["name"] == "readiness")
    assert readiness["ended"] - readiness["started"] < UNHEALTHY_WITHIN_SECONDS
    assert_destroyed(cli)


def test_a_version_that_aws_rejects_is_the_first_error(cli: CliProcess) -> None:
    cli.start("run", "--skip-preflight", **REJECTED_VERSION)

    assert cli.wait() == 1

    first, note, *_ = cli.first_error.splitlines()
    assert "InvalidParameterCombination: Cannot find version 15.3 for aurora-postgresql" in first
    assert note.endswith(("rule rds/engine-version-not-offered", "rule rds/retired-engine-version"))
    assert cli.report["errors"][0].startswith(first)
    assert_destroyed(cli)


def test_with_preflight_that_version_ends_the_run_before_the_deployment(
    cli: CliProcess,
) -> None:
    cli.start("run", **REJECTED_VERSION)

    assert cli.wait() == 2

    assert cli.first_error.startswith("Aurora PostgreSQL 15.3 is not offered by the target\n")
    assert "apply: started" not in cli.output
    assert_destroyed(cli)
