"""Installs the AWS provider while the target starts and the stack is synthesized."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from harness.deploy.workspace import Tools, provider_clock_of, workspace_of
from harness.run.run import Run
from harness.targets.base import Target


class Initialization:
    """``terraform init`` in the background: it needs neither the target nor the configuration.

    A context manager: an error of its body cancels the command.

    Args:
        target: Its target; need not be started.
        tools: Terraform and the source of the provider.
    """

    def __init__(self, run: Run, target: Target, tools: Tools) -> None:
        self._run = run
        self._target = target
        self._tools = tools
        self._cancel = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="init")
        self._done: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self._cancel.set()
        self._pool.shutdown()

    def start(self) -> None:
        """Start it, unless it was started; the run must be on record."""
        if self._done is None:
            self._done = self._pool.submit(self._prepare)

    def wait(self) -> None:
        """Start it if necessary, and wait for its end.

        Raises:
            TerraformError: ``init`` failed.
            ProcessError: It ran out of time.
        """
        self.start()
        assert self._done is not None  # noqa: S101 - set by start()
        self._done.result()

    def _prepare(self) -> None:
        self._set_provider_clock()
        workspace = workspace_of(self._run, None, self._tools, cancel=self._cancel)
        provider = {"source": "hashicorp/aws", "version": self._tools.provider_version}
        with self._run.timeline.phase("init"):
            workspace.prepare({"aws": provider})

    def _set_provider_clock(self) -> None:
        clock = provider_clock_of(self._run, self._target)
        if clock.reason or clock.factor > 1:
            self._run.timeline.observer.note(f"provider clock {clock}")
        self._run.timeline.observer.provider_clock(clock.factor)
        self._run.update(provider_clock=clock.factor)
