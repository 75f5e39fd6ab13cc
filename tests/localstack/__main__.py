"""``python -m tests.localstack [PYTEST OPTIONS]``: the integration suite against a LocalStack.

That is the one which ``CATALOG_HARNESS_ENDPOINT_URL``, ``AWS_ENDPOINT_URL`` or
``LOCALSTACK_HOST`` names. Where none of them says anything, the last free LocalStack is started
for the time of the suite; it needs Python 3.13 and, the first time, PyPI.
"""

import os
import sys

import pytest

from harness.errors import HarnessError
from harness.interrupts import sigterm_as_interrupt
from tests.localstack.environment import VERSION, localstack_python
from tests.localstack.server import running_localstack

NAMING = ("CATALOG_HARNESS_ENDPOINT_URL", "AWS_ENDPOINT_URL", "LOCALSTACK_HOST")
SUITE = ("tests/integration", "--target=localstack")


def main(options: list[str]) -> int:
    """Run the suite with further options of pytest, and return its exit status."""
    if any(os.environ.get(name) for name in NAMING):
        return int(pytest.main([*SUITE, *options]))
    with sigterm_as_interrupt(), running_localstack(localstack_python()) as url:
        print(f"LocalStack {VERSION} is ready at {url}", flush=True)
        return int(pytest.main([*SUITE, f"--endpoint-url={url}", *options]))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except HarnessError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
