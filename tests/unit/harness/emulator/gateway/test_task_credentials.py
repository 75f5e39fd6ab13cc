import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from harness.emulator.gateway.authentication import IssuedKey
from harness.emulator.gateway.errors import RefusedError
from harness.emulator.gateway.http import Request, Response
from harness.emulator.gateway.task_credentials import TaskCredentials
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws

pytestmark = pytest.mark.anyio

TASK = "arn:aws:ecs:eu-north-1:111122223333:task/c/0123abcd"
DEFINITION = "arn:aws:ecs:eu-north-1:111122223333:task-definition/api:1"
ROLE = "arn:aws:iam::111122223333:role/task"
PATH, TOKEN = "/v2/credentials/6c7a-1111", "token-of-the-task"
SESSION = {
    "Credentials": {
        "AccessKeyId": "ASIATASK",
        "SecretAccessKey": "secret-of-the-task",
        "SessionToken": "session-of-the-task",
        "Expiration": datetime(2026, 11, 26, 12, tzinfo=UTC),
    }
}


class Container:
    attrs: ClassVar[dict[str, Any]] = {
        "Config": {
            "Env": [
                f"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:4566{PATH}",
                f"AWS_CONTAINER_AUTHORIZATION_TOKEN={TOKEN}",
            ],
            "Labels": {"com.amazonaws.ecs.task-arn": TASK, "com.amazonaws.ecs.cluster": "c"},
        }
    }


class Engine:
    """A container engine that runs one task."""

    def __init__(self) -> None:
        self.containers = self

    def list(self, **_: object) -> list[Container]:
        return [Container()]

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docker.from_env", Engine)


def aws(task: dict[str, Any], definition: dict[str, Any]) -> FakeAws:
    return FakeAws(
        {
            "DescribeTasks": {"tasks": [{"taskDefinitionArn": DEFINITION} | task]},
            "DescribeTaskDefinition": {"taskDefinition": definition},
            "AssumeRole": SESSION,
        }
    )


async def issue(fake: FakeAws, path: str = PATH, token: str = TOKEN) -> tuple[Response, Any]:
    issued: dict[str, IssuedKey] = {}
    head = Request("GET", path, headers=(("authorization", token),))
    return await TaskCredentials(fake.api, issued).issue(head), issued


async def test_a_task_gets_credentials_of_its_role_which_the_gateway_accepts() -> None:
    fake = aws({}, {"taskRoleArn": ROLE})

    response, issued = await issue(fake)

    assert json.loads(response.body) == {
        "RoleArn": ROLE,
        "AccessKeyId": "ASIATASK",
        "SecretAccessKey": "secret-of-the-task",
        "Token": "session-of-the-task",
        "Expiration": "2026-11-26T12:00:00Z",
    }
    assert fake.parameters("AssumeRole")[0]["RoleArn"] == ROLE
    assert fake.parameters("DescribeTasks") == [{"cluster": "c", "tasks": [TASK]}]
    assert issued["ASIATASK"].secret == "secret-of-the-task"
    assert issued["ASIATASK"].token == "session-of-the-task"


async def test_an_override_of_the_role_takes_precedence() -> None:
    fake = aws({"overrides": {"taskRoleArn": f"{ROLE}-2"}}, {"taskRoleArn": ROLE})

    response, _ = await issue(fake)

    assert json.loads(response.body)["RoleArn"] == f"{ROLE}-2"


@pytest.mark.parametrize(
    ("path", "token"),
    [(PATH, "another-token"), (PATH, ""), ("/v2/credentials/another-1", TOKEN)],
    ids=["token", "no token", "path"],
)
async def test_nobody_but_the_container_gets_them(path: str, token: str) -> None:
    fake = aws({}, {"taskRoleArn": ROLE})

    with pytest.raises(RefusedError, match="no running task"):
        await issue(fake, path, token)

    assert fake.calls == []


async def test_a_task_without_a_role_gets_none() -> None:
    with pytest.raises(RefusedError, match="api:1 has no task role"):
        await issue(aws({}, {}))


@pytest.mark.parametrize(
    ("method", "path", "matches"),
    [
        ("GET", PATH, True),
        ("POST", PATH, False),
        ("GET", "/v2/credentials/", False),
        ("GET", f"{PATH}/more", False),
        ("GET", "/v4/6c7a-1111", False),
    ],
)
def test_the_requests_for_credentials(method: str, path: str, matches: bool) -> None:
    assert TaskCredentials.matches(Request(method, path)) is matches
