"""``python -m tests.localstack [PYTEST OPTIONS]``: the integration suite against a LocalStack.

``CATALOG_HARNESS_ENDPOINT_URL``, ``AWS_ENDPOINT_URL`` or ``LOCALSTACK_HOST`` is its endpoint. If
none of them is set, the last free LocalStack is started for the duration of the suite; that
requires Python 3.13 and, the first time, PyPI.
"""

import os
import subprocess
import sys

from harness.core.errors import HarnessError
from harness.core.interrupts import Terminated, sigterm_as_interrupt
from tests.localstack.environment import VERSION, localstack_python
from tests.localstack.server import running_localstack

ENDPOINT_VARIABLES = ("CATALOG_HARNESS_ENDPOINT_URL", "AWS_ENDPOINT_URL", "LOCALSTACK_HOST")
# In a separate process: pytest has to be the first to import the plugin.
SUITE = (sys.executable, "-m", "pytest", "tests/integration", "--catalog-target=localstack")


def main(options: list[str]) -> int:
    """Run the suite with further options of pytest, and return its exit status."""
    with sigterm_as_interrupt():
        if any(os.environ.get(name) for name in ENDPOINT_VARIABLES):
            return _run(*options)
        with running_localstack(localstack_python()) as url:
            print(f"LocalStack {VERSION} is ready at {url}", flush=True)
            return _run(f"--catalog-endpoint-url={url}", *options)


def _run(*options: str) -> int:
    """Run the suite to its end, also when interrupted: it has to destroy its stack."""
    with subprocess.Popen([*SUITE, *options]) as suite:
        while True:
            try:
                return suite.wait()
            except Terminated:
                suite.terminate()
            except KeyboardInterrupt:
                print("Interrupted; the suite tears down", file=sys.stderr)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except HarnessError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
