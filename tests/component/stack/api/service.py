"""Runs the service in a thread, on a real socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import uvicorn

from harness.core.wait import wait_until
from stack.api.app import create_app
from stack.api.database import Database
from stack.api.settings import Settings

TASK_ID = "0123456789abcdef0123456789abcdef"


class Service(requests.Session):
    """An HTTP session with one running service; URLs are paths."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False
        self.url = url

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 20)
        return super().request(method, f"{self.url}{url}", *args, **kwargs)

    def wait_until_ready(self) -> None:
        wait_until(
            lambda: self.get("/readyz").status_code,
            what="a ready service",
            ready=lambda status: status == 200,
            timeout=20,
            delay=0.02,
        )


@contextmanager
def running_service(settings: Settings, database: Database | None = None) -> Iterator[Service]:
    app = create_app(settings, task_id=TASK_ID, database=database)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="on"))
    with socket.create_server((settings.host, settings.port)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with Service(f"http://127.0.0.1:{listener.getsockname()[1]}") as service:
                yield service
        finally:
            server.should_exit = True
            thread.join()
