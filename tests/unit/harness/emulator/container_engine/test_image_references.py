import pytest

from harness.emulator.container_engine.errors import NotFoundError
from harness.emulator.container_engine.image_references import ImageRegistry, Reference
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
def test_a_reference_is_parsed_like_docker(text: str, reference: Reference) -> None:
    assert Reference.parse(text) == reference


@pytest.mark.parametrize("text", ["team/api:1", "team/api@sha256:ab"])
def test_a_reference_is_formatted_as_it_was_parsed(text: str) -> None:
    assert str(Reference.parse(text)) == text


def test_an_unsupported_repository_is_an_error_that_lists_the_supported() -> None:
    registry = ImageRegistry((ScriptImage(),))
    with pytest.raises(NotFoundError, match="supported images: example/script"):
        registry.remote("nginx")


def test_an_unsupported_image_is_not_local() -> None:
    with pytest.raises(NotFoundError, match="No such image: nginx:latest"):
        ImageRegistry((ScriptImage(),)).local("nginx")


def test_an_image_that_is_not_pulled_cannot_be_tagged() -> None:
    registry = ImageRegistry((ScriptImage(is_present=False),))
    with pytest.raises(NotFoundError, match="No such image"):
        registry.tag("example/script:1.0", "mine:1")
