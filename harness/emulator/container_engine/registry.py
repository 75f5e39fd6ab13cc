"""Finds the image that a reference names."""

from dataclasses import dataclass

from harness.emulator.container_engine.errors import NotFoundError
from harness.emulator.container_engine.image import Image

_HUB = ("docker.io/", "index.docker.io/", "registry-1.docker.io/")
_OFFICIAL = "library/"


@dataclass(frozen=True)
class Reference:
    """An image reference: repository, and tag or digest.

    Attributes:
        repository: Without Docker Hub's host and its ``library/``.
        tag: Tag; empty when there is a digest.
        digest: Digest (``sha256:...``); empty when there is a tag.
    """

    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read ``[registry/]repository[:tag|@digest]``; no tag means ``latest``."""
        name, _, digest = text.partition("@")
        head, colon, tail = name.rpartition(":")
        name, tag = (head, tail) if colon and "/" not in tail else (name, "")
        for hub in _HUB:
            name = name.removeprefix(hub)
        name = name.removeprefix(_OFFICIAL)
        return cls(name, "" if digest else tag or "latest", digest)

    def __str__(self) -> str:
        return (
            f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"
        )


class ImageRegistry:
    """The images that exist, both "in the registry" and, once pulled, "on this machine"."""

    def __init__(self, images: tuple[Image, ...]) -> None:
        self.images = images
        self._tags: dict[Reference, Image] = {}

    def remote(self, text: str) -> Image:
        """Return the image that a pull would fetch.

        Raises:
            NotFoundError: No known image has this name; worded like Docker Hub's answer.
        """
        reference = Reference.parse(text)
        for image in self.images:
            if image.repository == reference.repository and _matches(image, reference):
                return image
        if any(image.repository == reference.repository for image in self.images):
            raise NotFoundError(f"manifest for {reference} not found: manifest unknown")
        known = ", ".join(sorted({image.repository for image in self.images}))
        raise NotFoundError(
            f"pull access denied for {reference.repository}, repository does not exist or may "
            f"require 'docker login': this engine runs no containers but programs that it knows: "
            f"{known}"
        )

    def local(self, text: str) -> Image:
        """Return an image that can be run right now.

        Raises:
            NotFoundError: It is unknown, or has to be pulled first.
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
        """Give a local image another name."""
        self._tags[Reference.parse(target)] = self.local(source)


def _matches(image: Image, reference: Reference) -> bool:
    if reference.digest:
        return reference.digest == image.digest
    return image.has_tag(reference.tag)
