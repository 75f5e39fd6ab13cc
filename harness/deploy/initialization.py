"""Installs the AWS provider while the target starts and the stack is synthesized."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

from harness.core.folders import create_folder
from harness.deploy.workspace import Tools, workspace_of
from harness.run.run import Run
from harness.targets.base import Target
from harness.terraform.provider_clock.clock import usable_clock


@contextmanager
def initialization(run: Run, target: Target, tools: Tools) -> Iterator[Callable[[], Future[None]]]:
    """Yield a function that starts ``terraform init`` in the background, once.

    It needs neither a started target nor the configuration, but the run must be on record. An
    error of the body cancels the command. The result is a TerraformError if ``init`` failed, a
    ProcessError if it ran out of time.
    """
    cancel = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="init") as pool:
        try:
            yield cache(lambda: pool.submit(_initialize, run, target, tools, cancel))
        except BaseException:
            cancel.set()
            raise


def _initialize(run: Run, target: Target, tools: Tools, cancel: threading.Event) -> None:
    requested = run.settings.provider_clock or target.default_clock
    clock = usable_clock(requested, create_folder(run.workspace_directory))
    if clock.reason or clock.factor > 1:
        run.timeline.observer.note(f"provider clock {clock}")
    run.timeline.observer.provider_clock(clock.factor)
    run.update(provider_clock=clock.factor)
    workspace = workspace_of(run, None, tools, cancel=cancel)
    provider = {"source": "hashicorp/aws", "version": tools.provider_version}
    with run.timeline.phase("init"):
        workspace.prepare({"aws": provider})
