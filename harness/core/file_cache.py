"""Files in the cache folder of the user, each written by any of several processes."""

import tempfile
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
            Path(file.name).unlink()
            raise
    entries = sorted(path.parent.glob(f"*{suffix}"), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-keep]:
        entry.unlink(missing_ok=True)
