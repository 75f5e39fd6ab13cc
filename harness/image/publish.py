"""Publishing the image: built unless the registry has one of the same sources."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from harness.image.builder import Builder
from harness.image.content import content_tag, copy_sources
from harness.image.registry import Registry


def publish(
    registry: Registry,
    builder: Builder,
    *,
    repository: str,
    tags: Mapping[str, str],
    say: Callable[[str], None],
) -> str:
    """Return the URI of an image of the API as it is here.

    Args:
        registry: Where it is kept.
        builder: What builds it.
        repository: Name of the repository, created when there is none.
        tags: Tags of a new repository.
        say: Told what is being done.

    Raises:
        UsageError: The repository is not this project's.
        ProcessError: It could not be built or pushed.
    """
    with tempfile.TemporaryDirectory(prefix="catalog-image-") as name:
        folder = Path(name)
        copy_sources(folder)
        tag = content_tag(folder)
        uri = f"{registry.ensure(repository, tags)}:{tag}"
        if registry.has(repository, tag):
            say(f"{uri} is there already")
            return uri
        say(f"building {uri} with {builder.name}")
        builder.build(folder, uri)
        say(f"pushing {uri}")
        with builder.logged_in(registry.login()):
            builder.push(uri)
    return uri
