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


def test_without_docstrings_a_command_is_refused_in_one_line() -> None:
    command = [sys.executable, "-OO", "-m", "harness", "preflight"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith("Error: Python runs without docstrings")
    assert "Traceback" not in done.stderr
