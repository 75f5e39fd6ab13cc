"""Executes a program that ends with the engine: ``python -I -S launcher.py ...``.

It runs as a single file: importing a package would delay each container by a tenth of a second.

Arguments: PID of the engine, signal number to receive when the engine ends, user and group to
change to (``-`` for no change), then the full path of the program and its arguments. Nothing is
imported after the change of user, who may have no access to the files of the interpreter.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_ENGINE_ENDED = 125


def main(arguments: list[str]) -> None:
    """Drop privileges, set the parent death signal, execute the program."""
    engine, death_signal, uid, gid, *command = arguments
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":
        # After the change of user, which clears it (prctl(2)).
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(engine):
            sys.exit(_ENGINE_ENDED)
    try:
        os.execv(command[0], command)  # noqa: S606 -- the purpose of this file
    except OSError as error:
        print(f"exec {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127 if isinstance(error, FileNotFoundError) else 126)


if __name__ == "__main__":
    main(sys.argv[1:])
