"""The network of the engine: a subnet of the loopback range, and its names.

On Linux the whole of 127.0.0.0/8 is usable without set-up, so that each container has its own
address and the port that its image documents. macOS has only 127.0.0.1 until addresses are added
(``sudo ifconfig lo0 alias 127.77.0.2``).
"""

import errno
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from harness.core.errors import EmulatorError

_RANGE = IPv4Network("127.77.0.0/16")
# An engine claims a subnet by binding this port on its first address: the kernel allows only one
# engine, of any user, and releases it when the engine ends.
_CLAIM_PORT = 23_771
_FIRST_HOST, _LAST_HOST = 2, 254


class LoopbackNetwork:
    """Assigns addresses of one claimed subnet to containers, and resolves their aliases.

    A container with an alias (host name of a database) gets the address of its last holder:
    clients may have cached it.

    Raises:
        EmulatorError: No subnet can be claimed.
    """

    def __init__(self) -> None:
        self._reserved: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._next = _FIRST_HOST
        self.subnet, self._claim = _claim()

    def attach(self, holder: str, aliases: Iterable[str]) -> str:
        """Assign an address to a container, and its aliases to that address.

        Raises:
            EmulatorError: All addresses of the subnet are in use.
        """
        names = tuple(name.lower() for name in aliases)
        former = [self._reserved[name] for name in names if name in self._reserved]
        host = former[0] if former and former[0] not in self._held.values() else self._free()
        self._held[holder] = host
        kept = {name: other for name, other in self._reserved.items() if other != host}
        self._reserved = kept | dict.fromkeys(names, host)
        return str(self.subnet[host])

    def detach(self, holder: str) -> None:
        """Release the address of a container."""
        self._held.pop(holder, None)

    def resolve(self, name: str) -> str | None:
        """Return the address of an alias, whether its container runs or not; None if unknown."""
        host = self._reserved.get(name.rstrip(".").lower())
        return None if host is None else str(self.subnet[host])

    def close(self) -> None:
        """Release the subnet."""
        self._claim.close()

    def _free(self) -> int:
        held, reserved = set(self._held.values()), list(self._reserved.values())
        span = _LAST_HOST - _FIRST_HOST + 1
        while reserved and len(held.union(reserved)) >= span:
            # Aliases of removed databases are dropped, the oldest first.
            reserved.pop(0)
        taken = held.union(reserved)
        for step in range(span):
            host = _FIRST_HOST + (self._next - _FIRST_HOST + step) % span
            if host not in taken:
                # Not reused at once: an address should identify a container in logs.
                self._next = host + 1
                return host
        raise EmulatorError(f"every address of {self.subnet} is in use by a container")


def require_free_port(address: str, port: int) -> None:
    """Check that a program can listen on an address and port.

    Raises:
        EmulatorError: Another program listens on that port on all addresses of the machine.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise EmulatorError(
                f"a container has to listen on {address}:{port}, which is not possible: {error}",
                remedy=f"stop the program that listens on port {port} of all addresses "
                f"(0.0.0.0:{port}), or configure it to listen on 127.0.0.1 only",
            ) from error


def _claim() -> tuple[IPv4Network, socket.socket]:
    candidates = list(_RANGE.subnets(new_prefix=24))
    for candidate in candidates:
        claim = _bind(candidate[1])
        if claim is not None:
            return candidate, claim
    raise EmulatorError(
        f"each of {len(candidates)} loopback networks is in use by another container engine",
        remedy="stop embedded clouds that are no longer needed",
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
            f"this system does not provide the loopback address {address}: {error}",
            remedy=(
                "on macOS add addresses first: `for i in $(seq 1 40); do sudo ifconfig lo0 alias "
                f"{str(address).rpartition('.')[0]}.$i; done`, or use Docker or Podman"
            ),
        ) from error
    return claim
