"""The events in a bundle: on one clock, and nothing damaged stops them."""

import json
from pathlib import Path

from harness.pipeline.bundle_events import bundle_events, read_configuration

START = "2026-01-02T03:04:00+00:00"
ECS = {
    "services": [
        {
            "serviceName": "api",
            "events": [{"createdAt": "2026-01-02 03:04:05+00:00", "message": "unable to place"}],
        }
    ],
    "tasks": [
        {"taskArn": "t/running"},
        {
            "taskArn": "arn:task/cluster/t1",
            "stoppedAt": "2026-01-02 03:04:07+00:00",
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "exited",
            "containers": [{"name": "api", "exitCode": 3}, {"name": "side", "exitCode": 0}],
        },
    ],
}
LOG = """== api/1
2026-01-02T03:04:06.500000Z Traceback
  of two lines
== api/2
no time yet
"""


def test_all_kinds_are_in_the_order_of_their_time(tmp_path: Path) -> None:
    (tmp_path / "ecs-api.json").write_text(json.dumps(ECS))
    (tmp_path / "tasks-api.log").write_text(LOG)

    events = bundle_events(tmp_path, START)

    assert [(event.at, event.source, event.text) for event in events] == [
        (5.0, "ECS service api", "unable to place"),
        (6.5, "log api/1", "Traceback"),
        (6.5, "log api/1", "  of two lines"),
        (
            7.0,
            "ECS task t1",
            "stopped: EssentialContainerExited; exited; container api: exit status 3",
        ),
    ]


def test_target_health_is_of_the_time_of_the_bundle(tmp_path: Path) -> None:
    health = {"State": "unhealthy", "Description": "[404]"}
    target = {"Target": {"Id": "127.0.0.2", "Port": 8080}, "TargetHealth": health}
    (tmp_path / "target-health.json").write_text(json.dumps({"api": [target]}))

    (event,) = bundle_events(tmp_path, START)

    assert event.source == "target group api"
    assert event.text.split() == ["127.0.0.2:8080", "unhealthy", "[404]"]
    assert event.at > 0


def test_a_file_that_was_not_available_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "ecs-api.json").write_text("not available: no access\n")
    (tmp_path / "target-health.json").write_text("[]")
    (tmp_path / "tasks-api.log").write_text(LOG)

    assert len(bundle_events(tmp_path, START)) == 2


def test_the_configuration_is_that_of_the_run_or_of_its_bundle(tmp_path: Path) -> None:
    assert read_configuration(tmp_path) == {}
    (tmp_path / "configuration.tf.json").write_text("{")
    assert read_configuration(tmp_path) == {}
    (tmp_path / "configuration.tf.json").write_text('{"resource": {}}')
    assert read_configuration(tmp_path) == {"resource": {}}
