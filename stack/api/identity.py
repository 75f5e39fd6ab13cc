"""The id of the ECS task, for ``X-Task-Id`` and the log."""

import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping

_TIMEOUT_SECONDS = 1.0
_SAFE_IN_A_HEADER = re.compile(r"[A-Za-z0-9._-]{1,128}")


def find_task_id(environment: Mapping[str, str]) -> str:
    """Return the id of the ECS task, or else the container's host name.

    The id is the last part of the ``TaskARN`` in the response of the task metadata endpoint
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html).
    There is one request of at most one second: the service starts without the id, too.
    ``HOSTNAME`` precedes the machine's name because a container engine sets it per container.
    """
    return _from_metadata(environment) or environment.get("HOSTNAME") or socket.gethostname()


def _from_metadata(environment: Mapping[str, str]) -> str | None:
    uri = environment.get("ECS_CONTAINER_METADATA_URI_V4", "")
    if not uri.startswith(("http://", "https://")):
        return None
    # No proxy, not even that of HTTP_PROXY: the endpoint is link-local.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{uri}/task", timeout=_TIMEOUT_SECONDS) as response:
            task = json.load(response)
    except (OSError, ValueError):
        return None
    arn = str(task.get("TaskARN", "")) if isinstance(task, dict) else ""
    task_id = arn.rpartition("/")[2]
    return task_id if _SAFE_IN_A_HEADER.fullmatch(task_id) else None
