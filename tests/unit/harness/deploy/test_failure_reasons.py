"""The reasons of stopped tasks come before the timeout that Terraform reports."""

from typing import Any

import pytest

from harness.deploy.failure_reasons import with_failure_reasons
from harness.run.stack_definition import EcsService
from harness.terraform import TerraformError
from harness.terraform.errors import terraform_error
from harness.terraform.events import Diagnostic
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError
from tests.unit.harness.fake_target import UnusedTarget

SERVICE = EcsService("catalog-pr1", "catalog-api-pr1")
CLUSTER = "arn:aws:ecs:eu-north-1:111122223333:cluster/catalog-pr1"
TIMEOUT = Diagnostic(
    "error",
    "waiting for ECS Service (arn) create: timeout while waiting for state to become 'tfSTABLE'",
    address="aws_ecs_service.service",
)
PULL = "CannotPullContainerError: pull access denied for none"


class FakeTarget(UnusedTarget):
    def __init__(self, session: FakeAws | None = None) -> None:
        self._session = session

    def session(self) -> FakeAws:
        assert self._session is not None, "unexpected request to the target"
        return self._session


def task(
    stopped_reason: str, *, code: str = "TaskFailedToStart", **container: Any
) -> dict[str, Any]:
    return {
        "stoppedReason": stopped_reason,
        "stopCode": code,
        "containers": [{"name": "api", **container}],
    }


def stopped(*tasks: dict[str, Any]) -> FakeAws:
    arns = [f"{CLUSTER.replace('cluster', 'task')}/{number}" for number, _ in enumerate(tasks)]
    return FakeAws.answering(
        {
            "ecs.ListTasks": {"taskArns": arns},
            "ecs.DescribeTasks": {
                "tasks": [{"taskArn": arn, **each} for arn, each in zip(arns, tasks, strict=True)]
            },
        }
    )


def explained(session: FakeAws | None, *diagnostics: Diagnostic) -> TerraformError:
    error = terraform_error("apply", diagnostics or [TIMEOUT])
    return with_failure_reasons(error, FakeTarget(session), [SERVICE])


def test_the_reason_comes_before_the_error_of_terraform() -> None:
    error = explained(stopped(task(PULL), task(PULL)))

    assert error.message.splitlines() == [
        "terraform apply failed: aws_ecs_service.service: CannotPullContainerError: pull access "
        "denied for none (2 task(s) stopped) (ECS)",
        f"  also: aws_ecs_service.service: {TIMEOUT.summary}",
    ]


def test_the_reason_is_an_aws_error() -> None:
    (found,) = explained(stopped(task(PULL))).aws_errors

    assert (found.code, found.service) == ("CannotPullContainerError", "ECS")
    assert found.address == "aws_ecs_service.service"


def test_an_exited_container_is_reported_with_its_exit_status() -> None:
    ended = task(
        "Essential container in task exited",
        code="EssentialContainerExited",
        exitCode=137,
        reason="OutOfMemoryError: Container killed due to memory usage",
    )

    assert (
        "EssentialContainerExited: Essential container in task exited; container api: exit status "
        "137, OutOfMemoryError: Container killed due to memory usage"
    ) in explained(stopped(ended)).message


def test_the_most_frequent_reason_is_the_first() -> None:
    error = explained(stopped(task("ResourceInitializationError: x"), task(PULL), task(PULL)))

    assert [each.code for each in error.aws_errors] == [
        "CannotPullContainerError",
        "ResourceInitializationError",
    ]


def test_only_stopped_tasks_of_the_service_are_listed() -> None:
    session = stopped(task(PULL))

    explained(session)

    (name, request), _ = session.requests
    assert name == "ecs.ListTasks"
    assert request["cluster"] == SERVICE.cluster
    assert request["serviceName"] == SERVICE.name
    assert request["desiredStatus"] == "STOPPED"


class TestNothingToAdd:
    def test_tasks_stopped_on_request_are_no_reason(self) -> None:
        scaled = task("Scaling activity initiated by (deployment x)", code="ServiceScheduler")

        assert explained(stopped(scaled)).aws_errors == ()

    def test_without_a_stopped_task_the_error_is_unchanged(self) -> None:
        assert "tfSTABLE" in explained(stopped()).message

    def test_an_error_of_another_resource_sends_no_request_to_ecs(self) -> None:
        bucket = Diagnostic("error", "no bucket", address="aws_s3_bucket.logs")

        assert explained(None, bucket).message == (
            "terraform apply failed: aws_s3_bucket.logs: no bucket"
        )

    @pytest.mark.parametrize("code", ["ClusterNotFoundException", "AccessDeniedException"])
    def test_an_error_of_ecs_does_not_hide_the_first_error(self, code: str) -> None:
        def refuse(_: dict[str, Any]) -> dict[str, Any]:
            raise RefusalError(code)

        assert "tfSTABLE" in explained(FakeAws.answering({"ecs.ListTasks": refuse})).message
