"""Synthesizes while the target starts, where what it is going to offer can be foreseen."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from harness.core.errors import HarnessError
from harness.run.run import Run
from harness.synth.configuration import planned_config
from harness.synth.synthesize import synthesize
from harness.targets.embedded.target import EmbeddedTarget
from stack.config import StackConfig
from stack.tiers import Tier

logger = logging.getLogger(__name__)


@contextmanager
def synthesized_ahead(run: Run) -> Iterator[None]:
    """Fill the cache of synths in the background with what the run is going to need.

    The body then asks for the configuration that the target really allows: usually the one
    that is being made already. If not, a synth was made in vain.

    Args:
        run: The run; need not have begun.

    Raises:
        UsageError: The stack's configuration cannot be used; nothing has been started then.
    """
    config = _foreseen(run)
    if config is None:
        yield
        return
    cancel = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="synth-ahead") as pool:
        pool.submit(_synthesize, config, cancel)
        try:
            yield
        finally:
            cancel.set()


def _foreseen(run: Run) -> StackConfig | None:
    """Return what an embedded cloud is going to allow: everything; None for other targets."""
    if run.settings.target != EmbeddedTarget.name:
        return None
    config = planned_config(run, EmbeddedTarget(region=run.settings.region))
    if Tier.DATABASE not in config.tiers:
        return config
    version = config.aurora_engine_version or config.aurora_preferred_minor
    return replace(config, aurora_engine_version=version)


def _synthesize(config: StackConfig, cancel: threading.Event) -> None:
    try:
        synthesize(config, cancel=cancel)
    except HarnessError as error:  # the body's own synth comes to the same, and tells
        logger.info("synth ahead: %s", error)
