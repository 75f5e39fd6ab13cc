"""``python -m harness.emulator DIRECTORY``: the supervisor process of one embedded cloud."""

import asyncio
import logging
import os
import sys
from pathlib import Path

from harness.core.errors import HarnessError
from harness.core.interpreter import set_up_interpreter
from harness.core.redaction import log_to_standard_error, redact
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.supervisor import supervise


def main() -> int:
    """Run until SIGTERM or SIGINT, until the owner has ended, or until a component ends."""
    os.umask(0o077)  # files are for this user alone
    set_up_interpreter()
    log_to_standard_error(logging.INFO)
    try:
        return asyncio.run(supervise(SupervisorConfig.read(Path(sys.argv[1]))))
    except HarnessError as error:
        print(redact(str(error)), file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
