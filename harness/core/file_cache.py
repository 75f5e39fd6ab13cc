"""Files in the cache folder of the user, each written by any of several processes."""

import tempfile
from contextlib import suppress
from pathlib import Path


def store(path: Path, content: bytes, *, keep: int) -> None:
    """Write a file atomically; of the files with the same suffixes, the ``keep`` newest remain.

    A reader for whom the time of use matters updates the modification time.

    Raises:
        OSError: The folder is not writable.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    suffix = "".join(path.suffixes)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=suffix, delete=False) as file:
        try:
            file.write(content)
            file.flush()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    for entry in sorted(path.parent.glob(f"*{suffix}"), key=_modified)[:-keep]:
        entry.unlink(missing_ok=True)


def _modified(entry: Path) -> float:
    with suppress(FileNotFoundError):  # another process has renamed or deleted it
        return entry.stat().st_mtime
    return 0.0
