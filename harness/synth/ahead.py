"""Synthesis in advance, while a predictable target starts."""

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
    """Fill the synth cache in the background with the predicted configuration.

    The body then synthesizes the actual configuration, which is usually the predicted one. If
    it is not, the result in the cache is unused. Neither the run need have begun nor the target.

    Raises:
        UsageError: The stack configuration is invalid; nothing was started.
    """
    if not target.is_predictable:
        yield
        return
    config = run.stack.predict(run.planned_config(target))
    cancel = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="synth-ahead") as pool:
        pool.submit(_synthesize, run, config, cancel)
        try:
            yield
        finally:
            cancel.set()


def _synthesize(run: Run, config: StackConfiguration, cancel: threading.Event) -> None:
    try:
        synthesize(run.stack.app, config, cancel=cancel)
    except HarnessError as error:  # the synth of the body raises it again
        logger.info("synth ahead: %s", error)
