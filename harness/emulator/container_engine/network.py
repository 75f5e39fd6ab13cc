"""The engine's network: a private piece of the loopback range, and its names.

Linux answers on the whole of 127.0.0.0/8 without any set-up, so that each container can have an
address of its own and the port that its image documents. macOS has 127.0.0.1 alone until its
user adds more (``sudo ifconfig lo0 alias 127.77.0.2``).
"""

import errno
import json
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from harness.core.errors import EmulatorError

_RANGE = IPv4Network("127.77.0.0/16")
# Holding this port on a subnet's first address is the claim to it: the kernel grants it to one
# engine only, of whatever user, and takes it back when the engine dies.
_CLAIM_PORT = 23_771
_FIRST_HOST, _LAST_HOST = 2, 254


class LoopbackNetwork:
    """Hands out addresses of one claimed subnet and resolves the names of their holders.

    A container that carries an alias (a database's host name) gets the address that the last
    holder of the alias had, also after a restart of the engine: who looked the name up before
    need not look again.

    Args:
        record: File that remembers the addresses of aliases.
        subnet: The subnet to claim; None for the first free one.

    Raises:
        EmulatorError: No subnet can be claimed.
    """

    def __init__(self, record: Path, subnet: IPv4Network | None = None) -> None:
        self._record = record
        self._reserved: dict[str, int] = json.loads(record.read_text()) if record.exists() else {}
        self._held: dict[str, int] = {}
        self._next = _FIRST_HOST
        self.subnet, self._claim = _claim(subnet)

    @property
    def gateway(self) -> str:
        """The first address of the subnet."""
        return str(self.subnet[1])

    def attach(self, holder: str, aliases: Iterable[str]) -> str:
        """Give a container its address, and its names to whoever asks from now on.

        Raises:
            EmulatorError: Every address of the subnet is taken.
        """
        names = tuple(name.lower() for name in aliases)
        wanted = [self._reserved[name] for name in names if name in self._reserved]
        host = wanted[0] if wanted and wanted[0] not in self._held.values() else self._free()
        self._held[holder] = host
        kept = {name: other for name, other in self._reserved.items() if other != host}
        self._reserved = kept | dict.fromkeys(names, host)
        self._record.write_text(json.dumps(self._reserved, indent=2))
        return str(self.subnet[host])

    def detach(self, holder: str) -> None:
        """Take a container's address back."""
        self._held.pop(holder, None)

    def resolve(self, name: str) -> str | None:
        """Return the address that belongs to an alias, whether its container runs or not."""
        host = self._reserved.get(name.rstrip(".").lower())
        return None if host is None else str(self.subnet[host])

    def close(self) -> None:
        """Give the subnet back."""
        self._claim.close()

    def _free(self) -> int:
        held, reserved = set(self._held.values()), list(self._reserved.values())
        while reserved and len(held.union(reserved)) >= _LAST_HOST - _FIRST_HOST + 1:
            # The names of databases that are long gone make room, the oldest first.
            reserved.pop(0)
        taken = held.union(reserved)
        span = _LAST_HOST - _FIRST_HOST + 1
        for step in range(span):
            host = _FIRST_HOST + (self._next - _FIRST_HOST + step) % span
            if host not in taken:
                # Go round rather than reuse at once: an address tells containers apart in logs.
                self._next = host + 1
                return host
        raise EmulatorError(f"every address of {self.subnet} is taken by a container")


def require_free_port(address: str, port: int) -> None:
    """Make sure that a program can listen there.

    Raises:
        EmulatorError: Another program listens on that port of every address of the machine.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise EmulatorError(
                f"a container wants to listen on {address}:{port}, which is not possible: {error}",
                remedy=f"stop the program of this machine that listens on port {port} of all "
                f"addresses (0.0.0.0:{port}), or let it listen on 127.0.0.1 only",
            ) from error


def _claim(subnet: IPv4Network | None) -> tuple[IPv4Network, socket.socket]:
    candidates = [subnet] if subnet else list(_RANGE.subnets(new_prefix=24))
    for candidate in candidates:
        claim = _bind(candidate[1])
        if claim is not None:
            return candidate, claim
    raise EmulatorError(
        f"each of {len(candidates)} loopback networks is in use by another container engine",
        remedy="end embedded clouds that are no longer needed",
    )


def _bind(address: IPv4Address) -> socket.socket | None:
    claim = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        claim.bind((str(address), _CLAIM_PORT))
    except OSError as error:
        claim.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise EmulatorError(
            f"this system does not offer the loopback address {address}: {error}",
            remedy=(
                "on macOS add addresses first: `for i in $(seq 1 40); do sudo ifconfig lo0 alias "
                f"{str(address).rpartition('.')[0]}.$i; done`, or use Docker or Podman"
            ),
        ) from error
    return claim
