"""Files in the cache folder of the user, each written by any of several processes."""

import tempfile
from pathlib import Path


def store(path: Path, content: bytes, *, keep: int) -> None:
    """Write a file atomically; of the files with the same suffixes, ``keep`` remain.

    The least recently used ones are deleted; who reads a file touches it.

    Raises:
        OSError: The folder is not writable.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as written:
        written.write(content)
    Path(written.name).replace(path)
    others = path.parent.glob(f"*{''.join(path.suffixes)}")
    for entry in sorted(others, key=lambda entry: entry.stat().st_mtime)[:-keep]:
        entry.unlink(missing_ok=True)
