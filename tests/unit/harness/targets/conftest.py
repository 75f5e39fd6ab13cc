import socket
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def engine_socket(tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        yield f"unix://{path}"
