"""What the image is built from, apart from everything else around it."""

import hashlib
import inspect
import shutil
from pathlib import Path

from stack.config import StackConfig

DOCKERFILE = "stack/api/Dockerfile"
_DIGITS = 16


def copy_sources(folder: Path) -> None:
    """Copy the API's sources, as the Dockerfile expects them, into an empty folder.

    The package may be installed beside thousands of others, none of which a builder should read.
    """
    package = Path(inspect.getfile(StackConfig)).resolve().parent
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
