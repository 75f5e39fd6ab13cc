"""The cost of importing ``harness``."""

import subprocess
import sys


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    loaded = "sorted(name for name in sys.modules if name.startswith(('harness.', 'boto3')))"
    printed = subprocess.check_output(
        [sys.executable, "-c", f"import sys, harness; print({loaded})"], text=True
    )

    assert printed == "[]\n"
