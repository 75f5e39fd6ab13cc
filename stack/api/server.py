"""Serves the application on a socket that listens already."""

import socket

import uvicorn

from stack.api.app import create_app
from stack.api.settings import Settings

_GRACEFUL_SECONDS = 10
_KEEP_ALIVE_SECONDS = 65
"""Longer than the load balancer's idle timeout of 60 s, or it would now and then send a request
on a connection that is just being closed, and answer 502
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html)."""


def serve(settings: Settings, *, task_id: str, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT, then let the requests under way end.

    New connections are refused at once; after ten seconds the requests still under way are
    cancelled. The signal is then raised again for the handler that was there before.
    """
    config = uvicorn.Config(
        create_app(settings, task_id=task_id),
        log_config=None,
        access_log=False,
        server_header=False,
        # The routes use neither the client's address nor its scheme.
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACEFUL_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])
