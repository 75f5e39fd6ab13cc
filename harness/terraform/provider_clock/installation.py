"""Places the launcher between Terraform and an installed AWS provider."""

import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_PACKAGES = "providers/*/hashicorp/aws/*/*"
_BINARIES = "terraform-provider-aws*"
_SHEBANG = "#!/bin/sh\n"
_LAUNCHER = Path(__file__).with_name("launcher.py")
_SHARED_PROVIDER = Path(__file__).with_name("shared_provider.py")


def install_launcher(directory: Path, factor: int) -> None:
    """Replace each AWS provider in a working directory by a launcher, ``factor`` times as fast.

    Terraform starts what has the provider's file name in its package, which is a link to a mirror
    or a cache, or a copy from the registry. The package is moved aside unchanged, and a folder
    with the launcher takes its place. ``init`` must not have left checksums in the lock file.

    Raises:
        OSError: The folder is not writable.
    """
    data = directory.absolute() / ".terraform"
    for binary in data.glob(f"{_PACKAGES}/{_BINARIES}"):
        if not _is_launcher(binary):
            original = _move_aside(binary.parent, data)
            write_launcher(binary, factor, original / binary.name, reason_file(directory))


def with_shared_provider(
    command: Sequence[str], directory: Path, *, relay: bool
) -> tuple[str, ...]:
    """Return a Terraform command that starts its provider once, by ``shared_provider.py``.

    The configuration must contain one configuration of the AWS provider: a process has only one.

    Args:
        relay: Whether Terraform may receive the schemas of those types alone whose names are in
            the files of the directory.

    Returns:
        The command itself in a directory without a launcher.
    """
    data = directory.absolute() / ".terraform"
    launchers = [each for each in data.glob(f"{_PACKAGES}/{_BINARIES}") if _is_launcher(each)]
    if len(launchers) != 1:
        return tuple(command)
    address = "/".join(launchers[0].relative_to(data / "providers").parts[:3])
    script = (sys.executable, "-I", "-S", str(_SHARED_PROVIDER))
    paths = os.pathsep.join(filter(None, sys.path)) if relay else ""
    return (*script, str(launchers[0]), address, paths, *command)


def write_launcher(path: Path, factor: int, program: Path, reason: Path) -> None:
    """Write a script that starts a program with a faster clock, by ``launcher.py``.

    Without the interpreter of today it starts the program at normal speed. ``reason`` is the file
    for the reason if the clock cannot be changed.
    """
    python, launcher, real, note = (
        shlex.quote(str(each)) for each in (sys.executable, _LAUNCHER, program, reason)
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(
        f"{_SHEBANG}[ -x {python} ] && exec {python} -I -S {launcher} {factor} {note} {real} "
        f'"$@"\n'
        f'exec {real} "$@"\n',
        encoding="utf-8",
    )
    path.chmod(0o700)


def reason_file(directory: Path) -> Path:
    """Return the file in a working directory to which a launcher writes."""
    return directory.absolute() / ".terraform" / "provider-clock.txt"


def _is_launcher(binary: Path) -> bool:
    with binary.open("rb") as file:
        return file.read(len(_SHEBANG)) == _SHEBANG.encode()


def _move_aside(package: Path, data: Path) -> Path:
    """Move a package, or the link to one, out of Terraform's sight; return where it is now."""
    if package.is_symlink():
        original = package.resolve()
        package.unlink()
        return original
    original = Path(tempfile.mkdtemp(prefix="provider-clock-", dir=data)) / package.name
    return package.rename(original)
