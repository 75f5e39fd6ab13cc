import logging
import signal
from collections.abc import Iterator

import pytest

from stack.api.settings import Settings


@pytest.fixture
def unreachable() -> Settings:
    """Settings of a database that does not exist: port 1 of the loopback is closed."""
    return Settings(
        db_username="catalog",
        db_password="never-to-be-seen",
        db_host="127.0.0.1",
        db_port=1,
        db_name="catalog",
        host="127.0.0.1",
        port=0,
    )


@pytest.fixture
def process_state() -> Iterator[None]:
    """Restore what the service changes in its process: signal handlers and logging."""
    # Harmless ones first: a service that fails to set its own must not end the tests.
    handlers = {
        number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)
    }
    root = logging.getLogger()
    level, log_handlers = root.level, root.handlers[:]
    root.handlers = []
    yield
    root.handlers = log_handlers
    root.setLevel(level)
    for number, handler in handlers.items():
        signal.signal(number, handler)
