from dataclasses import replace

import pytest

from harness.emulator.gateway.alb.health import HEALTHY, State
from harness.emulator.gateway.alb.probe import probe
from tests.component.harness.emulator.gateway.alb.http_targets import Target, serving, unused_port
from tests.unit.harness.emulator.gateway.alb.test_health import check

pytestmark = pytest.mark.anyio

LOOPBACK = "127.0.0.1"


async def test_a_check_sends_a_request() -> None:
    async with serving(Target("a")) as target:
        outcome = await probe(check(), LOOPBACK, target.port)

    assert outcome == HEALTHY
    (request,) = target.received
    assert request.startswith(b"GET /healthz HTTP/1.1\r\n")
    assert f"Host: {LOOPBACK}:{target.port}".encode() in request
    assert b"User-Agent: ELB-HealthChecker/2.0" in request


async def test_another_status_is_described() -> None:
    async with serving(Target("a", status=503)) as target:
        outcome = await probe(check(), LOOPBACK, target.port)

    assert outcome.state is State.UNHEALTHY
    assert outcome.reason == "Target.ResponseCodeMismatch"
    assert outcome.description == "Health checks failed with these codes: [503]"


async def test_a_target_that_does_not_listen_has_failed() -> None:
    outcome = await probe(check(), LOOPBACK, await unused_port())

    assert (outcome.state, outcome.reason) == ("unhealthy", "Target.FailedHealthChecks")


@pytest.mark.parametrize("nonsense", [b"", b"hello\r\n", b"HTTP/1.1 fine X\r\n"])
async def test_a_malformed_response_has_failed(nonsense: bytes) -> None:
    async with serving(Target("a")) as target:
        target.raw = nonsense
        outcome = await probe(check(), LOOPBACK, target.port)

    assert (outcome.state, outcome.reason) == ("unhealthy", "Target.FailedHealthChecks")


async def test_a_target_that_does_not_respond_has_timed_out() -> None:
    async with serving(Target("a")) as target:
        target.delayed = True
        outcome = await probe(check(HealthCheckTimeoutSeconds=0.01), LOOPBACK, target.port)

    assert (outcome.state, outcome.reason) == ("unhealthy", "Target.Timeout")


async def test_a_tcp_check_only_connects() -> None:
    async with serving(Target("a", status=500)) as target:
        outcome = await probe(check(HealthCheckProtocol="TCP"), LOOPBACK, target.port)

    assert outcome == HEALTHY


async def test_an_https_check_requires_tls() -> None:
    async with serving(Target("a")) as target:
        target.raw = b"HTTP/1.1 200 OK\r\n\r\n"
        secure = replace(check(HealthCheckTimeoutSeconds=0.05), protocol="HTTPS")
        outcome = await probe(secure, LOOPBACK, target.port)

    assert outcome.state is State.UNHEALTHY
