"""Publishing the image: built unless the registry has one of the same sources."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from harness.core.folders import temporary_folder
from harness.image.builder import Builder
from harness.image.ecr_repository import Registry

_DIGITS = 16


def publish(
    registry: Registry,
    builder: Builder,
    *,
    package: Path,
    repository: str,
    tags: Mapping[str, str],
    report: Callable[[str], None],
) -> str:
    """Return the URI of an image of the API in ``package``, the folder of the package ``stack``.

    A missing repository is created, with the tags; ``report`` receives a line for each step.

    Raises:
        UsageError: The repository is not this project's.
        ProcessError: It could not be built or pushed.
    """
    with temporary_folder("catalog-image-") as folder:
        copy_sources(package, folder)
        tag = content_tag(folder)
        uri = f"{registry.ensure(repository, tags)}:{tag}"
        if registry.has(repository, tag):
            report(f"{uri} exists already")
            return uri
        report(f"building {uri} with {builder.name}")
        builder.build(folder, uri)
        report(f"pushing {uri}")
        with builder.logged_in(registry.login()):
            builder.push(uri)
    return uri


def copy_sources(package: Path, folder: Path) -> None:
    """Copy the API's sources, as the Dockerfile expects them, into an empty folder.

    The package may be installed beside thousands of others, which a builder must not read.
    """
    (folder / "stack").mkdir(parents=True)
    shutil.copy2(package / "__init__.py", folder / "stack")
    shutil.copytree(
        package / "api", folder / "stack" / "api", ignore=shutil.ignore_patterns("__pycache__")
    )


def content_tag(folder: Path) -> str:
    """Return an image tag that is the same for the same sources, and for no others."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return f"sha-{digest.hexdigest()[:_DIGITS]}"
