"""Where Terraform and its providers put temporary files: with the run, and gone with it."""

from pathlib import Path

__all__ = ["temporary_directory"]

# Providers listen on sockets "plugin" and up to ten digits; macOS allows paths of 103 bytes.
_LONGEST = 103 - len("/plugin4294967295")


def temporary_directory(directory: Path) -> dict[str, str]:
    """Make a folder for temporary files and return the variable that names it.

    A provider that is killed leaves its socket behind, where nobody could tell whose it was.

    Args:
        directory: Terraform's working directory.

    Returns:
        Nothing when the path is too long for a socket: the system's folder is used then.
    """
    own = directory.absolute() / "tmp"
    if len(str(own).encode()) > _LONGEST:
        return {}
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {"TMPDIR": str(own)}
