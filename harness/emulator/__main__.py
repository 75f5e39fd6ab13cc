"""``python -m harness.emulator``: the supervisor process of one embedded cloud."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from harness.core.bytecode import keep_bytecode
from harness.core.errors import HarnessError
from harness.core.redaction import log_to_standard_error, redact
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.supervisor import supervise


def main() -> int:
    """Run until SIGTERM or SIGINT, until the owner has ended, or until a component ends."""
    parser = argparse.ArgumentParser(prog="python -m harness.emulator", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True)
    options = parser.parse_args()
    os.umask(0o077)  # files are for this user alone
    keep_bytecode()  # of the gateway and the containers
    log_to_standard_error(logging.INFO)
    try:
        return asyncio.run(supervise(SupervisorConfig.read(options.directory)))
    except HarnessError as error:
        print(redact(str(error)), file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
