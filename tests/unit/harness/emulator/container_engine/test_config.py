from pathlib import Path

import pytest

from harness.core.errors import UsageError
from harness.emulator.container_engine.config import EngineConfig


def test_a_socket_path_that_is_too_long_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the system allows 103"):
        EngineConfig(socket=tmp_path / ("x" * 110), directory=tmp_path)
