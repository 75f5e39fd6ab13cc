"""Shows the progress of a deployment while pytest captures everything."""

import pytest
from rich.console import Console

from harness.report.progress import ConsoleObserver, Observer

__all__ = ["observer_for"]


def observer_for(config: pytest.Config) -> Observer:
    """Return an observer that writes plain lines to pytest's own terminal.

    A worker of pytest-xdist has no terminal, and ``--quiet`` wants none of it: there, progress
    is not shown.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput") or config.get_verbosity() < 0:
        return Observer()
    console = Console(
        file=reporter._tw._file,
        width=reporter._tw.fullwidth,
        force_terminal=False,
        color_system=None,
    )
    return ConsoleObserver(console)
