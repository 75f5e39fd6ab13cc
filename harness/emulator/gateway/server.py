"""Builds the application of the gateway, serves it on loopback and shuts it down."""

import asyncio
import logging
import os
import signal
from collections import defaultdict
from socket import socket
from typing import Any

from starlette.types import ASGIApp

from harness.core.process_end import process_ended
from harness.emulator.gateway.alb.load_balancers import AlbRegistry, forward_to_endpoints
from harness.emulator.gateway.alb.metrics import MetricsPublisher
from harness.emulator.gateway.application import Gateway
from harness.emulator.gateway.authentication import Authenticator
from harness.emulator.gateway.autoscaling.api import ApplicationAutoScaling
from harness.emulator.gateway.autoscaling.scaler import Scaler
from harness.emulator.gateway.autoscaling.store import ScalingStore
from harness.emulator.gateway.aws import Accounts, AwsApi, limit_service_models
from harness.emulator.gateway.background import TimeScale
from harness.emulator.gateway.cache import EdgeCache
from harness.emulator.gateway.data_plane import DataPlane
from harness.emulator.gateway.delays import Delays, delay_task_states
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.environment import GatewaySettings
from harness.emulator.gateway.patches import all_patches
from harness.emulator.gateway.patches.data_api import release_connection_lock
from harness.emulator.gateway.patches.ecs import await_task_exits
from harness.emulator.gateway.service_scheduler import ServiceScheduler
from harness.emulator.gateway.task_credentials import TaskCredentials
from harness.emulator.http_server import serve

logger = logging.getLogger(__name__)

# Longer than AWS SDKs keep idle connections (90 s in that for Go), so that the client closes them:
# https://pkg.go.dev/github.com/aws/aws-sdk-go-v2/aws/transport/http#pkg-variables
_KEEP_ALIVE_SECONDS = 120
_STOP_SECONDS = 1
# Waiting times of AWS (health check interval, deregistration delay, scaling cooldown) last a
# twentieth in the emulator.
_TIME_SCALE = TimeScale(0.05)
# A container that starts on a busy machine needs its real seconds.
_GRACE_SCALE = TimeScale(0.05, shortest=10.0)
_SHUTDOWN_SECONDS = 20.0


def build(ministack: ASGIApp, viewers: ASGIApp, settings: GatewaySettings) -> Gateway:
    """Build the gateway around MiniStack, whose data planes alone are ``viewers``."""
    from ministack.core.responses import set_request_account_id  # noqa: PLC0415

    release_connection_lock()
    limit_service_models()
    await_task_exits()
    delays = Delays.of_aws() if settings.aws_delays else Delays()
    if delays.task_state:
        delay_task_states(delays.task_state)
    aws = AwsApi(ministack)
    state: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
    registry = AlbRegistry(aws, _TIME_SCALE, delays.target_initial)
    forward_to_endpoints(registry)
    distributions = Distributions(aws, state["distributions"])
    cache = EdgeCache(viewers, aws, delays.error_caching)
    store = ScalingStore(state["autoscaling"])
    scaler = Scaler(aws, store, _TIME_SCALE)
    autoscaling = ApplicationAutoScaling(aws, store, scaler)
    return Gateway(
        ministack,
        authenticator=Authenticator(settings.credentials, state["issued keys"]),
        task_credentials=TaskCredentials(aws, state["issued keys"]),
        accounts=Accounts(aws),
        patches=(
            *delays.patches(aws),
            *all_patches(aws, registry, distributions, state),
            autoscaling,
        ),
        data_plane=DataPlane(
            viewers,
            registry,
            distributions,
            cache=cache,
            act_as=set_request_account_id,
            port=settings.port,
        ),
        distributions=distributions,
        cache=cache,
        background=(
            *(registry, MetricsPublisher(aws, registry, _TIME_SCALE), scaler),
            ServiceScheduler(registry, _GRACE_SCALE),
        ),
        state=state,
    )


async def run(app: ASGIApp, settings: GatewaySettings, listener: socket) -> None:
    """Serve a bound socket until SIGTERM or SIGINT, or until the parent process has ended."""
    await serve(
        app,
        listener,
        stopped=_stopped(settings.parent),
        keep_alive=_KEEP_ALIVE_SECONDS,
        grace=_STOP_SECONDS,
    )


async def _stopped(parent: int | None) -> None:
    loop = asyncio.get_running_loop()
    signalled = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(signalled.wait())]
    if parent is not None:
        waits.append(asyncio.create_task(process_ended(parent)))
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
    # After the end of the parent, nothing else would kill a gateway that hangs in its shutdown.
    loop.call_later(_SHUTDOWN_SECONDS, os._exit, 1)
