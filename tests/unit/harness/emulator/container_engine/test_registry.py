import pytest

from harness.emulator.container_engine.errors import NotFoundError
from harness.emulator.container_engine.registry import ImageRegistry, Reference
from tests.unit.harness.emulator.container_engine.script_image import ScriptImage


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("postgres", Reference("postgres", "latest")),
        ("postgres:16-alpine", Reference("postgres", "16-alpine")),
        ("docker.io/library/postgres:16", Reference("postgres", "16")),
        ("localhost:5000/team/api", Reference("localhost:5000/team/api", "latest")),
        ("localhost:5000/team/api:1", Reference("localhost:5000/team/api", "1")),
        ("team/api@sha256:ab", Reference("team/api", "", "sha256:ab")),
        ("team/api:1@sha256:ab", Reference("team/api", "", "sha256:ab")),
    ],
)
def test_a_reference_is_read_as_docker_reads_it(text: str, reference: Reference) -> None:
    assert Reference.parse(text) == reference


@pytest.mark.parametrize("text", ["team/api:1", "team/api@sha256:ab"])
def test_a_reference_reads_back(text: str) -> None:
    assert str(Reference.parse(text)) == text


def test_an_unknown_repository_is_answered_with_what_there_is() -> None:
    registry = ImageRegistry((ScriptImage(),))
    with pytest.raises(NotFoundError, match="programs that it knows: example/script"):
        registry.remote("nginx")


def test_an_unknown_image_is_not_here_either() -> None:
    with pytest.raises(NotFoundError, match="No such image: nginx:latest"):
        ImageRegistry((ScriptImage(),)).local("nginx")


def test_an_image_that_is_not_here_cannot_be_tagged() -> None:
    registry = ImageRegistry((ScriptImage(here=False),))
    with pytest.raises(NotFoundError, match="No such image"):
        registry.tag("example/script:1.0", "mine:1")
