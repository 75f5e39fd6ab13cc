"""The command line of Docker or Podman: builds an image and pushes it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.core import process
from harness.core.errors import ToolNotFoundError
from harness.image.ecr_repository import Login

_PROGRAMS = ("docker", "podman")
_DOCKERFILE = "stack/api/Dockerfile"
# The default platform of Fargate.
_PLATFORM = "linux/amd64"
_LOGIN_SECONDS = 60.0
_BUILD_SECONDS = 1800.0


@dataclass(frozen=True)
class Builder:
    """The path of a program that builds and pushes images; both have the same commands.

    Every method raises ``ProcessError``, with the last lines that it printed, when it fails.
    """

    program: str

    @property
    def name(self) -> str:
        """``docker`` or ``podman``."""
        return Path(self.program).name

    @contextmanager
    def logged_in(self, login: Login) -> Iterator[None]:
        """Log in to a registry for the time of the context."""
        user = ("--username", login.user, "--password-stdin")
        self._run("login", *user, login.registry, timeout=_LOGIN_SECONDS, stdin=login.password)
        try:
            yield
        finally:
            self._run("logout", login.registry, timeout=_LOGIN_SECONDS)

    def build(self, folder: Path, uri: str) -> None:
        """Build the image from the sources in a folder."""
        options = ("--platform", _PLATFORM, "--file", _DOCKERFILE, "--tag", uri)
        self._run("build", *options, ".", cwd=folder, timeout=_BUILD_SECONDS)

    def push(self, uri: str) -> None:
        """Push the image."""
        self._run("push", uri, timeout=_BUILD_SECONDS)

    def _run(
        self, *arguments: str, timeout: float, cwd: Path | None = None, stdin: str | None = None
    ) -> None:
        process.run([self.program, *arguments], cwd=cwd, timeout=timeout, stdin=stdin)


def find_builder() -> Builder:
    """Return Docker, or else Podman.

    Raises:
        ToolNotFoundError: Neither is on PATH.
    """
    for name in _PROGRAMS:
        if path := shutil.which(name):
            return Builder(path)
    raise ToolNotFoundError(
        "neither docker nor podman is on PATH, and one of them is required to build the image",
        remedy="install Docker or Podman, or name an existing image with --image",
    )
