"""Resolves image references."""

from dataclasses import dataclass

from harness.emulator.container_engine.errors import NotFoundError
from harness.emulator.container_engine.image import Image

_HUB = ("docker.io/", "index.docker.io/", "registry-1.docker.io/")


@dataclass(frozen=True)
class Reference:
    """A repository (without the host of Docker Hub and ``library/``), and its tag or digest."""

    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Parse ``[registry/]repository[:tag|@digest]``; no tag means ``latest``."""
        name, _, digest = text.partition("@")
        head, colon, tail = name.rpartition(":")
        name, tag = (head, tail) if colon and "/" not in tail else (name, "")
        for hub in _HUB:
            name = name.removeprefix(hub)
        name = name.removeprefix("library/")
        return cls(name, "" if digest else tag or "latest", digest)

    def __str__(self) -> str:
        return (
            f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"
        )


class ImageRegistry:
    """The supported images: remote ones, and local ones once they are pulled."""

    def __init__(self, images: tuple[Image, ...]) -> None:
        self.images = images
        self._tags: dict[Reference, Image] = {}

    def remote(self, text: str) -> Image:
        """Return the image that a pull would download.

        Raises:
            NotFoundError: The image is not supported; the message is that of Docker Hub.
        """
        reference = Reference.parse(text)
        named = [each for each in self.images if each.repository == reference.repository]
        for image in named:
            if image.digest == reference.digest or image.has_tag(reference.tag or reference.digest):
                return image
        if named:
            raise NotFoundError(f"manifest for {reference} not found: manifest unknown")
        supported = ", ".join(sorted({image.repository for image in self.images}))
        raise NotFoundError(
            f"pull access denied for {reference.repository}, repository does not exist or may "
            f"require 'docker login': supported images: {supported}; to run a command in its "
            f"place: --process-image '{reference.repository}=COMMAND'"
        )

    def local(self, text: str) -> Image:
        """Return an image that can run without a pull.

        Raises:
            NotFoundError: It is not supported, or has not been pulled.
        """
        reference = Reference.parse(text)
        tagged = self._tags.get(reference)
        if tagged is not None:
            return tagged
        missing = NotFoundError(f"No such image: {reference}")
        try:
            image = self.remote(text)
        except NotFoundError as error:
            raise missing from error
        if not image.present():
            raise missing
        return image

    def tag(self, source: str, target: str) -> None:
        """Add a name to a local image."""
        self._tags[Reference.parse(target)] = self.local(source)
