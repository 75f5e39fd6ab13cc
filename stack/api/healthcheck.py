"""``python -m stack.api.healthcheck``: the container's health check; standard library only.

ECS runs it inside the container, which has no curl
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html).
"""

import http.client
import os
import sys
from collections.abc import Mapping

_TIMEOUT_SECONDS = 3.0


def is_healthy(environment: Mapping[str, str]) -> bool:
    """Return whether ``/healthz`` on ``HOST`` and ``PORT`` responds with 200.

    ``HOST`` may be 0.0.0.0, the address to listen on: a connection to it reaches this machine.
    """
    host = environment.get("HOST") or "127.0.0.1"
    connection = http.client.HTTPConnection(
        host, int(environment.get("PORT") or 8080), timeout=_TIMEOUT_SECONDS
    )
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_healthy(os.environ) else 1)
