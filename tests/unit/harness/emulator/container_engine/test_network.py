import errno
import socket
from ipaddress import IPv4Network
from typing import Any

import pytest

from harness.core.errors import EmulatorError
from harness.emulator.container_engine import network
from harness.emulator.container_engine.network import LoopbackNetwork


def test_a_system_without_the_loopback_range_is_an_error_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Refusing(socket.socket):
        def bind(self, address: Any) -> None:
            raise OSError(errno.EADDRNOTAVAIL, "Can't assign requested address")

    monkeypatch.setattr(socket, "socket", Refusing)
    monkeypatch.setattr(network, "_RANGE", IPv4Network("127.78.3.0/24"))
    with pytest.raises(EmulatorError, match=r"does not provide .* 127\.7") as raised:
        LoopbackNetwork()
    assert "sudo ifconfig lo0 alias 127.78.3.$i" in raised.value.remedy
