"""Errors of the engine, as the Docker Engine API reports them."""

from harness.core.errors import HarnessError


class DockerApiError(HarnessError):
    """A request that the engine refuses; its message is what a Docker client prints.

    Attributes:
        status: HTTP status of the answer.
    """

    status = 500


class InvalidRequestError(DockerApiError):
    """A parameter of the request cannot be understood."""

    status = 400


class NotFoundError(DockerApiError):
    """No such container, image, volume or network."""

    status = 404


class ConflictError(DockerApiError):
    """The name is taken, or the container's state does not allow it."""

    status = 409


class UnsupportedError(DockerApiError):
    """A part of the Docker Engine API that this engine does not have."""

    status = 501
