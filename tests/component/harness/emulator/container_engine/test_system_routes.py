import pytest

from harness.emulator.container_engine.engine import Engine
from tests.component.harness.emulator.container_engine.docker_client import Docker

pytestmark = pytest.mark.anyio


async def test_the_engine_reports_version_and_information(docker: Docker) -> None:
    ping = await docker.http.get("/_ping")
    assert (ping.text, ping.headers["api-version"]) == ("OK", "1.47")
    assert (await docker.http.head("/_ping")).status_code == 200
    assert (await docker.get("/version"))["ApiVersion"] == "1.47"
    await docker.create()
    assert (await docker.get("/info"))["Containers"] == 1


async def test_volumes_are_created_and_removed(docker: Docker, engine: Engine) -> None:
    created = await docker.http.post("/volumes/create", json={"Name": "data"})
    assert created.json()["Mountpoint"] == str(engine.volumes.folder("data"))
    assert [each["Name"] for each in (await docker.get("/volumes"))["Volumes"]] == ["data"]
    assert (await docker.get("/volumes/data"))["Name"] == "data"
    assert (await docker.http.delete("/volumes/data")).status_code == 204
    for name in ("data", "..", ""):
        with pytest.raises(Exception, match="no such volume"):
            engine.volumes.folder(name)
    missing = await docker.http.get("/volumes/data")
    assert (missing.status_code, missing.json()) == (
        404,
        {"message": "get data: no such volume"},
    )


async def test_a_volume_without_a_name_gets_one(docker: Docker, engine: Engine) -> None:
    for request in ({"json": {"Driver": "local"}}, {}):
        created = (await docker.http.post("/volumes/create", **request)).json()  # type: ignore[arg-type]
        assert created["Mountpoint"] == str(engine.volumes.folder(created["Name"]))
    assert len(set(engine.volumes.names)) == 2


@pytest.mark.parametrize("path", ["/volumes/create", "/containers/create"])
@pytest.mark.parametrize("body", ["{", "[1]", "7"])
async def test_a_body_that_is_not_an_object_is_refused(
    docker: Docker, path: str, body: str
) -> None:
    response = await docker.http.post(path, content=body)
    assert response.status_code == 400
    assert "invalid JSON" in response.json()["message"]


@pytest.mark.parametrize("filters", ["[]", "7", '{"label": 1}', "{"])
async def test_filters_that_are_not_an_object_are_refused(docker: Docker, filters: str) -> None:
    response = await docker.http.get("/containers/json", params={"filters": filters})
    assert response.status_code == 400
    assert "invalid filter" in response.json()["message"]


async def test_a_volume_in_use_cannot_be_removed(docker: Docker) -> None:
    key = await docker.create(HostConfig={"Binds": ["data:/data"]})
    response = await docker.http.delete("/volumes/data")
    assert response.status_code == 409
    assert key in response.json()["message"]
    assert (await docker.inspect(key))["Mounts"][0]["Name"] == "data"


async def test_the_network_lists_its_containers(docker: Docker, engine: Engine) -> None:
    key = await docker.run(name="task")
    [row] = await docker.get("/networks")
    for name in ("catalog-harness", row["Id"], row["Id"][:12]):
        found = await docker.get(f"/networks/{name}")
        assert found["Containers"][key]["Name"] == "task"
    assert row["IPAM"]["Config"] == [{"Subnet": str(engine.network.subnet)}]
    assert (await docker.http.get("/networks/bridge")).status_code == 404
