"""Every load balancer and target group of the emulator, and who forwards to whom.

MiniStack sends a request to a random registered target, whether or not it is alive. To choose
well without touching its internals, each target group gets a *proxy*: a second group, hidden
from every answer, whose one target is an ``Endpoint`` of ours. Listeners and rules are stored
with the proxy's ARN, on the wire, and answered with the real one's. So its listener rules,
and its CloudFront which reaches load balancers without a socket, both end at our endpoint.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from harness.emulator.gateway.alb.endpoint import Endpoint
from harness.emulator.gateway.alb.proxy_target_group import create_proxy, set_proxy_endpoint
from harness.emulator.gateway.alb.target import TargetGroupConfig
from harness.emulator.gateway.alb.target_group import TargetGroup
from harness.emulator.gateway.alb.topology import LoadBalancer, Topology, read_topology
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Tenant
from harness.emulator.gateway.environment import TimeScale

_FOLLOW_SECONDS = 0.25


@dataclass(frozen=True)
class _Served:
    group: TargetGroup
    endpoint: Endpoint

    async def close(self) -> None:
        self.group.close()
        await self.endpoint.close()


class AlbRegistry:
    """Follows what the ELBv2 API of MiniStack says, for every tenant that was seen.

    Args:
        aws: MiniStack.
        time_scale: How fast health checks and draining go.
        tenants: Section of the tenants seen, ``account/region`` -> true; kept between runs.
    """

    def __init__(self, aws: AwsApi, time_scale: TimeScale, tenants: dict[str, bool]) -> None:
        self._aws = aws
        self._time_scale = time_scale
        self._tenants = tenants
        self._topologies: dict[Tenant, Topology] = {}
        self._served: dict[str, _Served] = {}
        self._proxies: dict[str, str] = {}
        self._lock = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up what an earlier run left, and follow registrations from now on."""
        await self.synchronise_all()
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop all checks and endpoints."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        for served in self._served.values():
            await served.close()
        self._served.clear()

    async def _follow(self) -> None:
        while True:
            for group in self.groups():
                await group.refresh()
            await asyncio.sleep(_FOLLOW_SECONDS)

    def groups(self) -> Sequence[TargetGroup]:
        """Return every target group that is served."""
        return [served.group for served in self._served.values()]

    async def synchronise_all(self) -> None:
        """Read everything again, for every tenant seen."""
        for key in list(self._tenants):
            await self.synchronise(Tenant(*key.split("/", 1)))

    async def synchronise(self, tenant: Tenant) -> None:
        """Read a tenant's load balancers and target groups again and serve them."""
        self._tenants[f"{tenant.account}/{tenant.region}"] = True
        async with self._lock:
            topology = await read_topology(self._aws, tenant)
            self._topologies[tenant] = topology
            for arn, configuration in topology.groups.items():
                await self._serve(tenant, arn, configuration)
            await self._drop_what_is_gone(tenant, topology)

    async def _serve(self, tenant: Tenant, arn: str, configuration: TargetGroupConfig) -> None:
        served = self._served.get(arn)
        if served is None:
            group = TargetGroup(arn, tenant, self._aws, self._time_scale, configuration)
            served = _Served(group, Endpoint(group))
            await served.endpoint.open()
            self._served[arn] = served
            await self._install_proxy(tenant, arn, served.endpoint.port)
        served.group.configure(configuration)
        await served.group.refresh()

    async def _install_proxy(self, tenant: Tenant, arn: str, port: int) -> None:
        real_id = arn.rpartition("/")[2]
        proxy = self._topologies[tenant].proxies.get(real_id)
        if proxy is None:
            proxy = await create_proxy(self._aws, tenant, real_id)
        await set_proxy_endpoint(self._aws, tenant, proxy, port)
        self._proxies[arn] = proxy

    async def _drop_what_is_gone(self, tenant: Tenant, topology: Topology) -> None:
        for arn, served in list(self._served.items()):
            if served.group.tenant == tenant and arn not in topology.groups:
                await self._served.pop(arn).close()
                proxy = self._proxies.pop(arn)
                await self._aws.call(tenant, "elbv2", "DeleteTargetGroup", TargetGroupArn=proxy)

    def proxy(self, arn: str) -> str | None:
        """Return the ARN of the proxy of a target group; None if it is not served."""
        return self._proxies.get(arn)

    def real_arn(self, real_id: str) -> str | None:
        """Return the ARN of the served target group with an id."""
        return next((arn for arn in self._proxies if arn.endswith(f"/{real_id}")), None)

    async def group(self, tenant: Tenant, arn: str) -> TargetGroup | None:
        """Return a target group with its registrations of this moment; None if not served."""
        if arn not in self._served:
            await self.synchronise(tenant)
        served = self._served.get(arn)
        if served is None:
            return None
        await served.group.refresh()
        return served.group

    def load_balancers_of(self, arn: str) -> tuple[str, ...]:
        """Return the ARNs of the load balancers that forward to a target group."""
        served = self._served.get(arn)
        return served.group.configuration.load_balancers if served else ()

    async def load_balancer(self, host: str) -> tuple[Tenant, LoadBalancer] | None:
        """Find a load balancer, and whose it is, by its DNS name."""
        found = self._find(host)
        if found is None:
            await self.synchronise_all()
            found = self._find(host)
        return found

    def _find(self, host: str) -> tuple[Tenant, LoadBalancer] | None:
        for tenant, topology in self._topologies.items():
            if host in topology.load_balancers:
                return tenant, topology.load_balancers[host]
        return None
