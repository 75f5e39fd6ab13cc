"""Sends health checks to targets.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

import asyncio
import ssl

from harness.emulator.gateway.alb.health import HEALTHY, Health, HealthCheck, State

_STATUS_LINE_PARTS = 2
_FAILED = Health(State.UNHEALTHY, "Target.FailedHealthChecks", "Health checks failed")
_TIMED_OUT = Health(State.UNHEALTHY, "Target.Timeout", "Request timed out")


async def probe(check: HealthCheck, address: str, target_port: int) -> Health:
    """Send one health check to a target; return whether its response is healthy."""
    port = check.port_for(target_port)
    try:
        async with asyncio.timeout(check.timeout):
            status = await _status(check, address, port)
    except TimeoutError:
        return _TIMED_OUT
    except (OSError, ValueError):
        return _FAILED
    if status is None or check.accepts(status):
        return HEALTHY
    return Health(
        State.UNHEALTHY,
        "Target.ResponseCodeMismatch",
        f"Health checks failed with these codes: [{status}]",
    )


async def _status(check: HealthCheck, address: str, port: int) -> int | None:
    tls = _unverified() if check.protocol == "HTTPS" else None
    reader, writer = await asyncio.open_connection(address, port, ssl=tls)
    try:
        if check.protocol == "TCP":
            return None
        writer.write(_request(check.path, address, port))
        await writer.drain()
        return _parse_status(await reader.readline())
    finally:
        writer.close()


def _request(path: str, address: str, port: int) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {address}:{port}",
        "Connection: close",
        "User-Agent: ELB-HealthChecker/2.0",
        "Accept-Encoding: gzip, compressed",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _parse_status(line: bytes) -> int:
    parts = line.split()
    if len(parts) < _STATUS_LINE_PARTS or not parts[0].startswith(b"HTTP/"):
        raise ValueError(f"no HTTP status line: {line[:80]!r}")
    return int(parts[1])


def _unverified() -> ssl.SSLContext:
    # "The load balancer does not validate these certificates" (AWS, target group protocol).
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
