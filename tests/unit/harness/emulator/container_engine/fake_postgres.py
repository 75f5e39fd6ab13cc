"""A fake installation of PostgreSQL, which prints its version."""

from pathlib import Path

SERVER = """#!/bin/sh
case "$1" in
--version) echo "postgres (PostgreSQL) {version} (fake)" ;;
-C) echo "{ssl_library}" ;;
esac
"""


def make_installation(folder: Path, version: str, ssl_library: str = "OpenSSL") -> Path:
    """Write the programs and return their folder."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    server = programs / "postgres"
    server.write_text(SERVER.format(version=version, ssl_library=ssl_library))
    (programs / "initdb").write_text("#!/bin/sh\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    return programs
