"""All load balancers and target groups of the emulator, and their forwarding.

MiniStack sends a request to a random registered target, healthy or not. Therefore each target
group gets an ``Endpoint``, to which MiniStack sends the requests for the group. So its listener
rules, and its CloudFront, which reaches load balancers without a socket, both end there.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.emulator.gateway.alb.endpoint import LOOPBACK, Endpoint
from harness.emulator.gateway.alb.target import TargetGroupConfig
from harness.emulator.gateway.alb.target_group import TargetGroup
from harness.emulator.gateway.alb.topology import LoadBalancer, Topology, read_topology
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.background import BackgroundService, TimeScale
from harness.emulator.gateway.caller import Caller

_REFRESH_SECONDS = 0.25


@dataclass(frozen=True)
class _Served:
    group: TargetGroup
    endpoint: Endpoint

    async def close(self) -> None:
        self.group.close()
        await self.endpoint.close()


class AlbRegistry(BackgroundService):
    """Tracks the ELBv2 API of MiniStack for every account and region with calls."""

    def __init__(self, aws: AwsApi, time_scale: TimeScale, initial_seconds: float = 0.0) -> None:
        self._aws = aws
        self._time_scale = time_scale
        self._initial_seconds = initial_seconds
        self._topologies: dict[Caller, Topology] = {}
        self._served: dict[str, _Served] = {}
        self._lock = asyncio.Lock()

    async def stop(self) -> None:
        """Stop all checks and endpoints; forget every load balancer."""
        await super().stop()
        for served in self._served.values():
            await served.close()
        self._served.clear()
        self._topologies.clear()

    async def _run(self) -> None:
        while True:
            for group in self.groups():
                await group.refresh()
            await asyncio.sleep(_REFRESH_SECONDS)

    def groups(self) -> Sequence[TargetGroup]:
        """Return every target group that is served."""
        return [served.group for served in self._served.values()]

    async def synchronise(self, caller: Caller) -> None:
        """Read the load balancers and target groups of an account and region, and serve them."""
        async with self._lock:
            topology = await read_topology(self._aws, caller)
            self._topologies[caller] = topology
            for arn, configuration in topology.groups.items():
                await self._serve(caller, arn, configuration)
            await self._remove_deleted(caller, topology)

    async def _serve(self, caller: Caller, arn: str, configuration: TargetGroupConfig) -> None:
        served = self._served.get(arn)
        if served is None:
            group = TargetGroup(
                arn,
                caller,
                self._aws,
                self._time_scale,
                configuration,
                initial_seconds=self._initial_seconds,
            )
            endpoint = Endpoint(group)
            await endpoint.open()
            self._served[arn] = served = _Served(group, endpoint)
        served.group.configure(configuration)
        await served.group.refresh()

    async def _remove_deleted(self, caller: Caller, topology: Topology) -> None:
        for arn, served in list(self._served.items()):
            if served.group.caller == caller and arn not in topology.groups:
                await self._served.pop(arn).close()

    def port(self, arn: str) -> int | None:
        """Return the port of the endpoint of a target group; None if not served."""
        served = self._served.get(arn)
        return served.endpoint.port if served else None

    async def group(self, caller: Caller, arn: str) -> TargetGroup | None:
        """Return a target group with refreshed registrations; None if not served."""
        if arn not in self._served:
            await self.synchronise(caller)
        if served := self._served.get(arn):
            await served.group.refresh()
        return served.group if served else None

    def load_balancers_of(self, arn: str) -> tuple[str, ...]:
        """Return the ARNs of the load balancers that forward to a target group."""
        served = self._served.get(arn)
        return served.group.configuration.load_balancers if served else ()

    async def load_balancer(self, host: str) -> tuple[Caller, LoadBalancer] | None:
        """Return a load balancer and its account and region, by DNS name; None if not found."""
        found = self._find(host)
        if found is None:
            for caller in list(self._topologies):
                await self.synchronise(caller)
            found = self._find(host)
        return found

    def _find(self, host: str) -> tuple[Caller, LoadBalancer] | None:
        for caller, topology in self._topologies.items():
            if host in topology.load_balancers:
                return caller, topology.load_balancers[host]
        return None


def forward_to_endpoints(registry: AlbRegistry) -> None:
    """Let MiniStack send the requests for a target group that is served to its endpoint."""
    from ministack.services import alb  # noqa: PLC0415

    forward = alb._forward_to_tg

    async def forward_to_endpoint(arn: str, *request: Any) -> Any:
        if (port := registry.port(arn)) is None:
            return await forward(arn, *request)
        method, path, *others, raw_path = request
        target = {"Id": LOOPBACK, "Port": port}
        return await alb._proxy_http_target(target, {}, method, raw_path or path, *others)

    alb._forward_to_tg = forward_to_endpoint
