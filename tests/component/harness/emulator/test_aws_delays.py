"""A service on a cloud that takes its time: what a harness sees that does not wait."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from harness.emulator.cloud import embedded_cloud
from harness.targets.embedded import EmbeddedTarget

REGION = "eu-north-1"
API = "catalog-harness/product-catalog-api:latest"
STATES = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")
TAGS = [{"key": "k", "value": "v"}]
DEADLINE = 60.0
SERVER = """
import os
from http.server import HTTPServer, SimpleHTTPRequestHandler
address = os.environ["HOST"], int(os.environ["PORT"])
HTTPServer(address, SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedTarget]:
    with embedded_cloud(region=REGION, aws_delays=True) as cloud:
        yield EmbeddedTarget(region=REGION, attachment={"cloud": cloud.directory})


@pytest.fixture(scope="module")
def observed(target: EmbeddedTarget) -> list[dict[str, Any]]:
    """The task of a new service whenever its description changes, until it runs and has tags."""
    ecs: Any = target.session().client("ecs")
    ecs.create_cluster(clusterName="c")
    container = {"name": "api", "image": API, "command": ["python", "-c", SERVER]}
    ecs.register_task_definition(family="f", containerDefinitions=[container], networkMode="awsvpc")
    given = {"cluster": "c", "serviceName": "s", "taskDefinition": "f", "desiredCount": 1}
    ecs.create_service(**given, propagateTags="SERVICE", tags=TAGS)
    (arn,) = ecs.list_tasks(cluster="c", serviceName="s")["taskArns"]
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        (task,) = ecs.describe_tasks(cluster="c", tasks=[arn], include=["TAGS"])["tasks"]
        state = {"lastStatus": task["lastStatus"], "tags": task.get("tags", [])}
        if [state] != found[-1:]:
            found.append(state)
        if state == {"lastStatus": "RUNNING", "tags": TAGS}:
            break
    return found


def test_a_task_passes_through_the_states_of_its_lifecycle(observed: list[dict[str, Any]]) -> None:
    assert observed[0]["lastStatus"] != "RUNNING"
    assert tuple(dict.fromkeys(each["lastStatus"] for each in observed)) == STATES


def test_the_tags_of_a_task_are_found_after_a_wait(observed: list[dict[str, Any]]) -> None:
    assert observed[0]["tags"] == []
    assert observed[-1]["tags"] == TAGS
