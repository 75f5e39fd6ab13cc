"""Errors of the engine, as the Docker Engine API reports them."""

from harness.core.errors import HarnessError


class DockerApiError(HarnessError):
    """An error response; Docker clients print its message."""

    status = 500


class InvalidRequestError(DockerApiError):
    """A parameter of the request is invalid."""

    status = 400


class NotFoundError(DockerApiError):
    """No such container, image, volume or network."""

    status = 404


class ConflictError(DockerApiError):
    """The name is in use, or the state of the container does not allow the operation."""

    status = 409
