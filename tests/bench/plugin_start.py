"""What the plugin costs a project that does not use it: ``python -m tests.bench.plugin_start``.

Starts pytest on one empty test, alternately with the plugin and without, and prints the medians of
the CPU time and of the difference within each pair.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

_PAIRS = 25
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_empty.py").write_text("def test_empty():\n    pass\n")
        _cpu_seconds(folder)
        pairs = [
            (_cpu_seconds(folder), _cpu_seconds(folder, "-p", "no:catalog_harness"))
            for _ in range(_PAIRS)
        ]
    with_plugin, without = (median(each) * 1000 for each in zip(*pairs, strict=True))
    more = median(one - other for one, other in pairs) * 1000
    print(f"with {with_plugin:.0f} ms, without {without:.0f} ms; in pairs {more:.0f} ms more")


def _cpu_seconds(folder: str, *options: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run((*_PYTEST, *options), cwd=folder, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
