import socket

import pytest

from harness.core.errors import EmulatorError
from harness.emulator.container_engine import network
from harness.emulator.container_engine.network import LoopbackNetwork, require_free_port


def test_a_claimed_subnet_cannot_be_claimed_again_until_it_is_released(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = LoopbackNetwork()
    monkeypatch.setattr(network, "_RANGE", first.subnet)
    with pytest.raises(EmulatorError, match="in use by another container engine"):
        LoopbackNetwork()
    first.close()
    LoopbackNetwork().close()


def test_addresses_are_not_reused_at_once() -> None:
    loopback = LoopbackNetwork()
    first = loopback.attach("a", ())
    loopback.detach("a")
    assert loopback.attach("b", ()) != first
    loopback.close()


def test_a_full_subnet_drops_old_aliases_before_it_raises() -> None:
    loopback = LoopbackNetwork()
    loopback.attach("old", ["old.example"])
    loopback.detach("old")
    loopback.attach("older", ["kept.example"])
    for number in range(252):
        loopback.attach(f"task-{number}", ())
    assert loopback.resolve("old.example") is None
    assert loopback.resolve("kept.example") is not None
    with pytest.raises(EmulatorError, match="every address of"):
        loopback.attach("one-too-many", ())
    loopback.close()


def test_an_alias_resolves_to_its_new_holder_if_the_former_address_is_in_use() -> None:
    loopback = LoopbackNetwork()
    former = loopback.attach("a", ["db.example"])
    latter = loopback.attach("b", ["db.example"])
    assert former != latter
    assert loopback.resolve("db.example") == latter
    loopback.close()


def test_a_port_in_use_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(EmulatorError, match="not possible"):
            require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)
