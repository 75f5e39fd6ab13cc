import threading
from pathlib import Path

import pytest

from harness.emulator.configuration import SupervisorConfig
from harness.emulator.gateway.environment import gateway_environment
from harness.emulator.gateway.http import Request, Response
from harness.emulator.gateway.patches.base import Call
from harness.emulator.gateway.patches.data_api import STATEMENT_SECONDS, StatementThreads
from tests.unit.harness.emulator.gateway.fake_aws import CALLER
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

pytestmark = pytest.mark.anyio

CALL = Call(Request("POST", "/Execute"), CALLER, "rds-data", "")


async def test_a_statement_that_ends_returns_its_response() -> None:
    async def call_next(_: Call) -> Response:
        return Response(200, body=b"rows")

    assert (await StatementThreads().handle(CALL, call_next)).body == b"rows"


async def test_a_call_without_a_response_ends_at_the_timeout() -> None:
    released = threading.Event()

    async def call_next(_: Call) -> Response:
        released.wait()
        return Response(200)

    response = await StatementThreads(seconds=0.01).handle(CALL, call_next)
    released.set()

    assert response.status == 400
    assert response.json()["__type"] == "StatementTimeoutException"


def test_only_calls_of_the_data_api_run_in_threads() -> None:
    assert StatementThreads().matches(CALL)
    assert not StatementThreads().matches(Call(Request("POST", "/"), CALLER, "rds", "Execute"))


def test_the_server_cancels_a_statement_at_the_same_time() -> None:
    written = gateway_environment(SupervisorConfig(Path("/d"), region="eu-north-1"), CREDENTIALS)

    assert written["PGOPTIONS"] == f"-c statement_timeout={STATEMENT_SECONDS:g}s"
