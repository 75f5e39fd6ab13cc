import json

import pytest

from tests.component.harness.emulator.container_engine.docker_client import Docker
from tests.unit.harness.emulator.container_engine.script_image import ScriptImage

pytestmark = pytest.mark.anyio


def events(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


async def test_an_image_has_to_be_pulled_before_it_runs(docker: Docker, image: ScriptImage) -> None:
    image.is_present = False
    assert (await docker.http.get("/images/example/script:1.0/json")).status_code == 404
    refused = await docker.http.post("/containers/create", json={"Image": "example/script:1.0"})
    assert refused.status_code == 404
    assert refused.json()["message"] == "No such image: example/script:1.0"
    assert await docker.get("/images/json") == []
    pulled = await docker.post("/images/create", fromImage="example/script", tag="1.0")
    assert "error" not in events(pulled.text)[-1]
    assert (await docker.get("/images/example/script:1.0/json"))["Id"] == image.digest
    assert (await docker.get("/images/json"))[0]["RepoTags"] == ["example/script:1.0"]


async def test_a_failed_pull_reports_and_logs_the_reason(
    docker: Docker, image: ScriptImage, caplog: pytest.LogCaptureFixture
) -> None:
    image.pull_error = "the package index cannot be reached"
    pulled = await docker.post("/images/create", fromImage="example/script", tag="1.0")
    assert events(pulled.text)[-1]["error"] == image.pull_error
    assert f"image example/script:1.0 cannot be pulled: {image.pull_error}" in caplog.messages


async def test_a_bug_in_an_image_is_not_reported_as_a_failed_pull(
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
async def test_an_unsupported_image_cannot_be_pulled(
    docker: Docker, name: str, tag: str, message: str
) -> None:
    response = await docker.post("/images/create", fromImage=name, tag=tag)
    assert response.status_code == 404
    assert response.json()["message"].startswith(message)


async def test_an_image_is_resolved_by_its_digest(docker: Docker, image: ScriptImage) -> None:
    found = await docker.get("/distribution/example/script:1.0/json")
    assert found["Descriptor"]["digest"] == image.digest
    pinned = f"example/script@{image.digest}"
    pulled = await docker.post("/images/create", fromImage="example/script", tag=image.digest)
    assert pulled.status_code == 200
    assert (await docker.get(f"/images/{pinned}/json"))["RepoDigests"] == [pinned]
    unknown = await docker.http.get("/distribution/example/script@sha256:0/json")
    assert unknown.status_code == 404


async def test_an_image_can_be_given_another_name(docker: Docker, image: ScriptImage) -> None:
    response = await docker.post("/images/example/script:1.0/tag", repo="my/name", tag="new")
    assert response.status_code == 201
    assert (await docker.get("/images/my/name:new/json"))["Id"] == image.digest
