import pytest

from tests.component.harness.emulator.container_engine.docker_client import Docker

pytestmark = pytest.mark.anyio


async def test_the_engine_reports_version_and_information(docker: Docker) -> None:
    ping = await docker.http.get("/_ping")
    assert (ping.text, ping.headers["api-version"]) == ("OK", "1.47")
    assert (await docker.http.head("/_ping")).status_code == 200
    assert (await docker.get("/version"))["ApiVersion"] == "1.47"
    await docker.create()
    assert (await docker.get("/info"))["Containers"] == 1
