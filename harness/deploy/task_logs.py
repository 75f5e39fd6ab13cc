"""The last lines that the containers of a task logged, without the secrets injected into them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.errors import is_absent
from harness.core.redaction import redact, register_secret
from harness.deploy.stopped_tasks import FailedTask

_LINES = 10
_SECRET_NAME = re.compile(r"pass|secret|token|key|credential", re.IGNORECASE)
_SECRET_ARN_FIELDS = 7


def last_lines(clients: Clients, task: FailedTask) -> list[str]:
    """Return the last lines in the log streams (``awslogs``) of a task's containers, redacted.

    Raises:
        ClientError: A permission is missing: then no line is known to be free of secrets.
    """
    described = clients.ecs.describe_task_definition(taskDefinition=task.definition)
    containers = described["taskDefinition"]["containerDefinitions"]
    for container in containers:
        for secret in container.get("secrets", ()):
            register_secret_value(clients, secret["name"], secret["valueFrom"])
    return [line for container in containers for line in _lines(clients, task, container)]


def register_secret_value(clients: Any, name: str, reference: str) -> None:
    """Register the value of a secret for redaction: of JSON, the values with such a key.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html

    Args:
        clients: Its attribute ``secretsmanager`` is the client.
        name: What to call it; of a text, it decides whether the text is secret.
        reference: Its ARN, also with a key of its JSON.

    Raises:
        ClientError: It exists and cannot be read.
    """
    if ":secretsmanager:" not in reference:
        return
    arn = ":".join(reference.split(":")[:_SECRET_ARN_FIELDS])
    try:
        text = clients.secretsmanager.get_secret_value(SecretId=arn).get("SecretString", "")
    except ClientError as error:
        if is_absent(error):
            return
        raise
    try:
        values = json.loads(text)
    except ValueError:
        values = text
    fields = values if isinstance(values, Mapping) else {f"secret {name}": values}
    for key, value in fields.items():
        if _SECRET_NAME.search(key):
            register_secret(str(value))


def _lines(clients: Clients, task: FailedTask, container: Mapping[str, Any]) -> Iterator[str]:
    logging = container.get("logConfiguration", {})
    options = logging.get("options", {})
    if logging.get("logDriver") != "awslogs" or "awslogs-stream-prefix" not in options:
        return
    number = task.arn.rpartition("/")[2]
    try:
        found = clients.logs.get_log_events(
            logGroupName=options["awslogs-group"],
            logStreamName=f"{options['awslogs-stream-prefix']}/{container['name']}/{number}",
            limit=_LINES,
        )
    except ClientError as error:
        if is_absent(error):  # it stopped before its container started
            return
        raise
    yield from (redact(event["message"].rstrip()) for event in found["events"])
