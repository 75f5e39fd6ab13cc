"""``catalog-harness`` in a new process."""

import subprocess
import sys


def test_help_imports_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from harness.cli.main import commands; "
        "commands.main(['--help'], standalone_mode=False); "
        "print({'boto3', 'requests', 'psycopg', 'cdktf'} & set(sys.modules))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert printed.splitlines()[-1] == "set()"
