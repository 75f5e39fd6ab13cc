"""Becomes another program that dies with the engine: ``python -I -S launcher.py ...``.

It runs as a file on its own, with no package around it: importing one would cost each container
a tenth of a second.

Arguments: the engine's pid, the signal number for the time after the engine's death, the user and
the group to become (``-`` for no change), then the full path of the program and its arguments.
Nothing is imported after the change of user, who may not be able to read the interpreter's files.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_ENGINE_GONE = 125


def main(arguments: list[str]) -> None:
    """Drop privileges, tie the life of this process to the engine's, become the program."""
    engine, death_signal, uid, gid, *command = arguments
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":
        # After the change of user: that change would clear it (prctl(2)).
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(engine):
            sys.exit(_ENGINE_GONE)
    try:
        os.execv(command[0], command)  # noqa: S606 -- becoming another program is the purpose
    except OSError as error:
        print(f"exec {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127 if isinstance(error, FileNotFoundError) else 126)


if __name__ == "__main__":
    main(sys.argv[1:])
