import json

import pytest

from harness.emulator.engine.engine import Engine
from tests.unit.harness.emulator.engine.support import Docker, ScriptImage

pytestmark = pytest.mark.anyio


def events(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


async def test_the_engine_introduces_itself(docker: Docker) -> None:
    ping = await docker.http.get("/_ping")
    assert (ping.text, ping.headers["api-version"]) == ("OK", "1.47")
    assert (await docker.http.head("/_ping")).status_code == 200
    assert (await docker.get("/version"))["ApiVersion"] == "1.47"
    await docker.create()
    assert (await docker.get("/info"))["Containers"] == 1


async def test_an_image_has_to_be_pulled_before_it_runs(docker: Docker, image: ScriptImage) -> None:
    image.here = False
    assert (await docker.http.get("/images/example/script:1.0/json")).status_code == 404
    refused = await docker.http.post("/containers/create", json={"Image": "example/script:1.0"})
    assert refused.status_code == 404
    assert refused.json()["message"] == "No such image: example/script:1.0"
    assert await docker.get("/images/json") == []
    pulled = await docker.post("/images/create", fromImage="example/script", tag="1.0")
    assert "error" not in events(pulled.text)[-1]
    assert (await docker.get("/images/example/script:1.0/json"))["Id"] == image.digest
    assert (await docker.get("/images/json"))[0]["RepoTags"] == ["example/script:1.0"]


async def test_a_pull_that_fails_says_why(docker: Docker, image: ScriptImage) -> None:
    image.trouble = "the package index cannot be reached"
    pulled = await docker.post("/images/create", fromImage="example/script", tag="1.0")
    assert events(pulled.text)[-1]["error"] == image.trouble


async def test_a_bug_in_an_image_is_not_taken_for_a_failed_pull(
    docker: Docker, image: ScriptImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(image, "pull", broken)
    with pytest.raises(ZeroDivisionError):
        await docker.post("/images/create", fromImage="example/script", tag="1.0")


@pytest.mark.parametrize(
    ("name", "tag", "message"),
    [
        ("example/script", "9.9", "manifest for example/script:9.9 not found: manifest unknown"),
        ("example/other", "1.0", "pull access denied for example/other"),
    ],
)
async def test_an_unknown_image_cannot_be_pulled(
    docker: Docker, name: str, tag: str, message: str
) -> None:
    answer = await docker.post("/images/create", fromImage=name, tag=tag)
    assert answer.status_code == 404
    assert answer.json()["message"].startswith(message)


async def test_an_image_is_found_by_its_digest(docker: Docker, image: ScriptImage) -> None:
    found = await docker.get("/distribution/example/script:1.0/json")
    assert found["Descriptor"]["digest"] == image.digest
    pinned = f"example/script@{image.digest}"
    pulled = await docker.post("/images/create", fromImage="example/script", tag=image.digest)
    assert pulled.status_code == 200
    assert (await docker.get(f"/images/{pinned}/json"))["RepoDigests"] == [pinned]
    unknown = await docker.http.get("/distribution/example/script@sha256:0/json")
    assert unknown.status_code == 404


async def test_an_image_can_be_given_another_name(docker: Docker, image: ScriptImage) -> None:
    answer = await docker.post("/images/example/script:1.0/tag", repo="my/name", tag="new")
    assert answer.status_code == 201
    assert (await docker.get("/images/my/name:new/json"))["Id"] == image.digest


async def test_volumes_come_and_go(docker: Docker, engine: Engine) -> None:
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


async def test_a_volume_in_use_stays(docker: Docker) -> None:
    key = await docker.create(HostConfig={"Binds": ["data:/data"]})
    answer = await docker.http.delete("/volumes/data")
    assert answer.status_code == 409
    assert key in answer.json()["message"]
    assert (await docker.inspect(key))["Mounts"][0]["Name"] == "data"


async def test_the_network_shows_who_is_on_it(docker: Docker, engine: Engine) -> None:
    key = await docker.run(name="task")
    [row] = await docker.get("/networks")
    for name in ("catalog-harness", row["Id"], row["Id"][:12]):
        found = await docker.get(f"/networks/{name}")
        assert found["Containers"][key]["Name"] == "task"
    assert row["IPAM"]["Config"] == [{"Subnet": str(engine.network.subnet)}]
    assert (await docker.http.get("/networks/bridge")).status_code == 404
