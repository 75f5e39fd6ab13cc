"""Synthesis while the target starts, where what it will offer is known."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from harness.core.errors import HarnessError
from harness.run.run import Run
from harness.run.stack_definition import StackConfiguration
from harness.synth.synthesize import synthesize
from harness.targets.base import Target

logger = logging.getLogger(__name__)


@contextmanager
def synthesized_ahead(run: Run, target: Target) -> Iterator[None]:
    """Fill the cache of synths in the background with what the run will need.

    The body then synthesizes the configuration that the target really allows: usually the one
    that is in the making already. If not, this synth is unused.

    Args:
        run: The run; need not have begun.
        target: Its target; need not be started.

    Raises:
        UsageError: The stack's configuration cannot be used; nothing has been started then.
    """
    config = _predicted(run, target)
    if config is None:
        yield
        return
    cancel = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="synth-ahead") as pool:
        pool.submit(_synthesize, run, config, cancel)
        try:
            yield
        finally:
            cancel.set()


def _predicted(run: Run, target: Target) -> StackConfiguration | None:
    """Return the configuration to expect; None where the target is not predictable."""
    if not target.is_predictable:
        return None
    return run.stack.predict(run.planned_config(target))


def _synthesize(run: Run, config: StackConfiguration, cancel: threading.Event) -> None:
    try:
        synthesize(run.stack.app, config, cancel=cancel)
    except HarnessError as error:  # the body's own synth raises it again
        logger.info("synth ahead: %s", error)
