"""What a failed service's tasks say comes before what Terraform saw of it."""

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
        assert self._session is not None, "the target was used"
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


def test_the_reason_comes_first_and_what_terraform_saw_after_it() -> None:
    error = explained(stopped(task(PULL), task(PULL)))

    assert error.message.splitlines() == [
        "terraform apply failed: aws_ecs_service.service: CannotPullContainerError: pull access "
        "denied for none (2 task(s) stopped) (ECS)",
        f"  also: aws_ecs_service.service: {TIMEOUT.summary}",
    ]


def test_it_counts_as_an_error_of_aws() -> None:
    (found,) = explained(stopped(task(PULL))).aws_errors

    assert (found.code, found.service) == ("CannotPullContainerError", "ECS")
    assert found.address == "aws_ecs_service.service"


def test_a_program_that_ended_is_told_with_its_exit_status() -> None:
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


def test_only_stopped_tasks_of_the_service_are_asked_for() -> None:
    session = stopped(task(PULL))

    explained(session)

    (name, asked), _ = session.requests
    assert name == "ecs.ListTasks"
    assert asked["cluster"] == SERVICE.cluster
    assert asked["serviceName"] == SERVICE.name
    assert asked["desiredStatus"] == "STOPPED"


class TestNothingToAdd:
    def test_tasks_that_were_told_to_stop_do_not_explain_a_failure(self) -> None:
        scaled = task("Scaling activity initiated by (deployment x)", code="ServiceScheduler")

        assert explained(stopped(scaled)).aws_errors == ()

    def test_without_a_stopped_task_the_error_stays_as_it_is(self) -> None:
        assert "tfSTABLE" in explained(stopped()).message

    def test_ecs_is_not_asked_about_the_failure_of_something_else(self) -> None:
        bucket = Diagnostic("error", "no bucket", address="aws_s3_bucket.logs")

        assert explained(None, bucket).message == (
            "terraform apply failed: aws_s3_bucket.logs: no bucket"
        )

    @pytest.mark.parametrize("code", ["ClusterNotFoundException", "AccessDeniedException"])
    def test_a_refusal_does_not_hide_the_error(self, code: str) -> None:
        def refuse(_: dict[str, Any]) -> dict[str, Any]:
            raise RefusalError(code)

        assert "tfSTABLE" in explained(FakeAws.answering({"ecs.ListTasks": refuse})).message
