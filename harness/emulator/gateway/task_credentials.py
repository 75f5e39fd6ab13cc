"""The endpoint where the tasks of a service get the credentials of their task role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import asyncio
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

import docker

from harness.core.redaction import register_secret
from harness.emulator.gateway.authentication import IssuedKey
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.errors import Refused, RefusedError
from harness.emulator.gateway.http import Request, Response

_PATH = re.compile(r"/v2/credentials/[\w-]{8,}")
_URI, _TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
_LABEL = "com.amazonaws.ecs."


class TaskCredentials:
    """Issues credentials of a task role to the containers of its running tasks.

    MiniStack sets URL and token in their environment.
    """

    def __init__(self, aws: AwsApi, issued: dict[str, IssuedKey]) -> None:
        self._aws = aws
        self._issued = issued

    @staticmethod
    def matches(head: Request) -> bool:
        """Whether a request is one for such credentials."""
        return head.method == "GET" and _PATH.fullmatch(head.path) is not None

    async def issue(self, head: Request) -> Response:
        """Return the response to a request for credentials.

        Raises:
            RefusedError: No container that runs has this URL and token, or its task has no role.
        """
        labels = await asyncio.to_thread(_labels_of, head.path, head.header("authorization"))
        if labels is None:
            raise RefusedError(Refused.DENIED, "no running task has these credentials")
        arn = labels[f"{_LABEL}task-arn"]
        _, _, _, region, account, name = arn.split(":")
        caller = Caller(account, region)
        role = await self._role(caller, labels[f"{_LABEL}cluster"], arn)
        session = await self._aws.call(
            caller, "sts", "AssumeRole", RoleArn=role, RoleSessionName=name.rpartition("/")[2]
        )
        found = session["Credentials"]
        key, secret, token = (found[n] for n in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        expires = found["Expiration"]
        self._issued[key] = IssuedKey(register_secret(secret), register_secret(token), expires)
        body = {"RoleArn": role, "AccessKeyId": key, "SecretAccessKey": secret, "Token": token}
        body["Expiration"] = expires.strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = (("content-type", "application/json"),)
        return Response(200, headers=headers, body=json.dumps(body).encode())

    async def _role(self, caller: Caller, cluster: str, arn: str) -> str:
        described = await self._aws.call(
            caller, "ecs", "DescribeTasks", cluster=cluster, tasks=[arn]
        )
        (task,) = described["tasks"]
        if role := task.get("overrides", {}).get("taskRoleArn"):
            return str(role)
        definition = await self._aws.call(
            caller, "ecs", "DescribeTaskDefinition", taskDefinition=task["taskDefinitionArn"]
        )
        role = definition["taskDefinition"].get("taskRoleArn")
        if not role:
            raise RefusedError(Refused.DENIED, f"{task['taskDefinitionArn']} has no task role")
        return str(role)


def _labels_of(path: str, token: str) -> Mapping[str, str] | None:
    """Return the labels of the running container with an URL and a token; None if none has."""
    engine = docker.from_env()
    try:
        for container in engine.containers.list(filters={"label": f"{_LABEL}task-arn"}):
            config: dict[str, Any] = container.attrs["Config"]
            variables = dict(item.partition("=")[::2] for item in config["Env"])
            right = hmac.compare_digest(variables.get(_TOKEN, "").encode(), token.encode())
            if right and token and variables.get(_URI, "").endswith(path):
                labels: Mapping[str, str] = config["Labels"]
                return labels
    finally:
        engine.close()
    return None
