"""The reasons of stopped tasks come before the timeout that Terraform reports."""

import time
from pathlib import Path
from typing import Any

import pytest

from harness.deploy.failure_reasons import cancelled, logged_warnings, with_failure_reasons
from harness.deploy.service_watch import ServiceFailure
from harness.terraform.errors import TerraformError, terraform_error
from harness.terraform.events import Diagnostic
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError
from tests.unit.harness.deploy.ecs_service import PULL, SERVICE, FakeTarget, container, ecs, task

TIMEOUT = Diagnostic(
    "error",
    "waiting for ECS Service (arn) create: timeout while waiting for state to become 'tfSTABLE'",
    address="aws_ecs_service.service",
)


def explained(session: FakeAws | None, *diagnostics: Diagnostic) -> TerraformError:
    error = terraform_error("apply", diagnostics or [TIMEOUT])
    return with_failure_reasons(error, FakeTarget(session), [SERVICE])


def test_the_reason_comes_before_the_error_of_terraform() -> None:
    error = explained(ecs(task(PULL), task(PULL)))

    assert error.message.splitlines() == [
        "terraform apply failed: aws_ecs_service.service: CannotPullContainerError: pull access "
        "denied for none (2 task(s) stopped) (ECS)",
        f"  also: aws_ecs_service.service: {TIMEOUT.summary}",
    ]


def test_the_reason_is_an_aws_error() -> None:
    (found,) = explained(ecs(task(PULL))).aws_errors

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
    ) in explained(ecs(ended)).message


def test_the_most_frequent_reason_is_the_first() -> None:
    error = explained(ecs(task("ResourceInitializationError: x"), task(PULL), task(PULL)))

    assert [each.code for each in error.aws_errors] == [
        "CannotPullContainerError",
        "ResourceInitializationError",
    ]


def test_ids_in_the_messages_make_no_different_reason() -> None:
    ids = ("4f1c2d3e-0000-4000-8000-000000000001", "69a245f8239c6430c466")
    error = explained(ecs(*(task(f"TaskError: container {each} failed") for each in ids)))

    assert f"container {ids[0]} failed (2 task(s) stopped)" in error.message
    assert ids[1] not in error.message


def test_only_stopped_tasks_of_the_service_are_listed() -> None:
    session = ecs(task(PULL))

    explained(session)

    name, request = session.requests[0]
    assert name == "ecs.ListTasks"
    assert request["cluster"] == SERVICE.cluster
    assert request["serviceName"] == SERVICE.name
    assert request["desiredStatus"] == "STOPPED"


UNHEALTHY = "Task failed ELB health checks in (target-group x)"
FAILED_CODES = "due to (reason Health checks failed with these codes: [500])"


def test_the_event_about_the_target_of_a_task_follows_its_reason() -> None:
    event = f"(service api) (task s0) (port 8080) is unhealthy in (target-group x) {FAILED_CODES}"
    events = ["(service api) has reached a steady state.", event, event.replace("500", "404")]
    stopped = task(UNHEALTHY, code="ServiceSchedulerInitiated")

    _, line, also = explained(ecs(stopped, events=events)).message.splitlines()

    assert line == f"  {event}"
    assert also.startswith("  also: ")


def test_events_about_other_tasks_or_other_reasons_are_left_out() -> None:
    other = f"(service api) (task s7) (port 8080) is unhealthy in (target-group x) {FAILED_CODES}"
    stopped = task(UNHEALTHY, code="ServiceSchedulerInitiated")

    assert FAILED_CODES not in explained(ecs(stopped, events=[other])).message
    assert "s0" not in explained(ecs(task(PULL), events=["(task s0) is unhealthy"])).message


class TestNothingToAdd:
    def test_tasks_stopped_on_request_are_no_reason(self) -> None:
        scaled = task("Scaling activity initiated by (deployment x)", code="ServiceScheduler")

        assert explained(ecs(scaled)).aws_errors == ()

    def test_without_a_stopped_task_the_error_is_unchanged(self) -> None:
        assert "tfSTABLE" in explained(ecs()).message

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


class TestLog:
    CRASH = task("Essential container in task exited", code="EssentialContainerExited", exitCode=1)

    def test_the_last_lines_of_a_task_follow_its_reason(self) -> None:
        session = ecs(self.CRASH, self.CRASH, logged=["starting", "KeyError: 'DB_HOST'"])

        lines = explained(session).message.splitlines()

        assert lines[0].endswith("container api: exit status 1 (2 task(s) stopped) (ECS)")
        assert lines[1:4] == ["  last lines of its log:", "    starting", "    KeyError: 'DB_HOST'"]
        assert lines[4].startswith("  also: ")
        (request,) = session.parameters_of("logs.GetLogEvents")
        assert request["logStreamName"] == "api/api/s0"

    def test_a_task_without_a_line_is_passed_over(self) -> None:
        session = ecs(self.CRASH, self.CRASH)
        session.answers["logs.GetLogEvents"] = lambda request: {
            "events": [{"message": "a line"}] if request["logStreamName"].endswith("s1") else []
        }

        assert "    a line" in explained(session).message

    def test_secrets_of_the_container_are_masked(self) -> None:
        session = ecs(self.CRASH, logged=["connected as catalog with hunter2secret"])

        assert "connected as catalog with ********" in explained(session).message

    @pytest.mark.parametrize("secret", ["a-bare-secret-value", '["a-bare-secret-value"]'])
    def test_so_is_a_secret_that_is_not_a_json_object(self, secret: str) -> None:
        session = ecs(self.CRASH, logged=[f"token: {secret}"], secret=secret)

        assert secret not in explained(session).message

    def test_a_password_in_a_reason_is_masked(self) -> None:
        reason = "CannotStartContainerError: exec: --password=hunter2: not found"

        assert "hunter2" not in explained(ecs(task(reason))).message

    def test_without_the_permission_to_read_the_secret_no_line_is_shown(self) -> None:
        session = ecs(self.CRASH, logged=["a line"])

        def refuse(_: dict[str, Any]) -> dict[str, Any]:
            raise RefusalError("AccessDeniedException")

        session.answers["secretsmanager.GetSecretValue"] = refuse

        message = explained(session).message
        assert "exit status 1" in message
        assert "a line" not in message

    def test_a_secret_that_does_not_exist_hides_no_line(self) -> None:
        session = ecs(self.CRASH, logged=["a line"], secret=None)

        assert "    a line" in explained(session).message

    def test_a_container_that_never_started_has_no_log(self) -> None:
        session = ecs(task(PULL))

        def absent(_: dict[str, Any]) -> dict[str, Any]:
            raise RefusalError("ResourceNotFoundException")

        session.answers["logs.GetLogEvents"] = absent

        assert "log" not in explained(session).message

    def test_another_log_driver_is_not_read(self) -> None:
        session = ecs(self.CRASH)
        plain = {"containerDefinitions": [container(logConfiguration={"logDriver": "splunk"})]}
        session.answers["ecs.DescribeTaskDefinition"] = {"taskDefinition": plain}

        assert "exit status 1" in explained(session).message
        assert session.parameters_of("logs.GetLogEvents") == []


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        (PULL, "correct the image"),
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution "
            "resource retrieval failed: unable to retrieve json key 'host' from secret arn",
            "a key of its JSON",
        ),
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: failed to "
            "fetch secret x from secrets manager: AccessDeniedException",
            "allow the execution role",
        ),
        ("OutOfMemoryError: Container killed due to memory usage", "more memory"),
        ("Task failed ELB health checks in (target-group x)", "check port, path"),
        ("ResourceInitializationError: something new", "stopped-task-errors.html"),
        ('CannotStartContainerError: exec: "sart": executable file not found', "command"),
    ],
)
def test_each_reason_has_its_remedy(reason: str, remedy: str) -> None:
    assert remedy in explained(ecs(task(reason))).remedy


class TestCancelledApply:
    FAILURE = ServiceFailure(SERVICE, "3 of its tasks have failed, and none runs")

    def test_the_cause_comes_first(self) -> None:
        error = cancelled(FakeTarget(ecs(task(PULL), task(PULL), task(PULL))), self.FAILURE)

        first, last = error.message.splitlines()
        assert first == f"ECS service {SERVICE.name}: {PULL} (3 task(s) stopped) (ECS)"
        assert last == f"  also: terraform apply was cancelled: {self.FAILURE.reason}"

    def test_without_a_stopped_task_it_is_the_state_of_the_rollout(self) -> None:
        error = cancelled(FakeTarget(ecs()), ServiceFailure(SERVICE, "its rollout failed"))

        assert error.message == f"ECS service {SERVICE.name}: its rollout failed"


def test_the_warnings_of_a_target_are_those_since_a_time(tmp_path: Path) -> None:
    log = tmp_path / "cloud.log"
    log.write_text(
        "2026-11-27 06:00:00,000 WARNING harness.engine: of an earlier run\n"
        "2026-11-27 07:00:00,000 INFO engine: started\n"
        "2026-11-27 07:00:00,500 WARNING harness.engine: image cannot be pulled: searched:\n"
        "  - folder 1\n"
        "2026-11-27 07:00:02,000 ERROR catalog_harness.gateway: no address\n"
        "2026-11-27 07:00:02,500 WARNING ecs: a pull failed\n"
        "2026-11-27 07:00:03,000 WARNING harness.engine: image cannot be pulled: searched:\n"
        "  - folder 2\n"
        "2026-11-27 07:00:04,000 INFO engine: stopped\n"
    )
    since = time.mktime(time.strptime("2026-11-27 07:00:00", "%Y-%m-%d %H:%M:%S"))

    assert logged_warnings([log, tmp_path / "container.log"], since) == [
        "image cannot be pulled: searched:\n  - folder 2",
        "no address",
    ]


def test_a_target_without_a_log_has_no_warnings(tmp_path: Path) -> None:
    assert logged_warnings([], 0.0) == logged_warnings([tmp_path / "none.log"], 0.0) == []
