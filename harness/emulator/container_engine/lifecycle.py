"""Starts, stops and kills the processes of containers, and records their exits."""

import asyncio
import contextlib
import logging
import signal
import time
from pathlib import Path

from harness.core.errors import HarnessError
from harness.emulator.container_engine.backoff import CrashBackoff
from harness.emulator.container_engine.container import Container, State
from harness.emulator.container_engine.errors import ConflictError, DockerApiError, NotFoundError
from harness.emulator.container_engine.image import Launch, LaunchContext
from harness.emulator.container_engine.network import require_free_port
from harness.emulator.container_engine.processes import ChildProcess, spawn
from harness.emulator.container_engine.reaper import ProcessRecord

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
_FAILED_TO_START = 128


class Lifecycle:
    """Runs containers between creation and removal; records their processes in a folder."""

    def __init__(self, directory: Path, start_seconds: float) -> None:
        self._start_seconds = start_seconds
        self._record = ProcessRecord(directory)
        self._starts: set[asyncio.Task[None]] = set()
        # Half of the timeout, so that a delayed start can still become ready.
        self._backoff = CrashBackoff(longest=start_seconds / 2)

    async def start(self, container: Container, context: LaunchContext) -> bool:
        """Start a container; return when it is ready, has ended, or at the timeout.

        The start of an image whose clients wait for it goes on in the background; its errors are
        in the log and the state of the container.

        Returns:
            False if it was already running.

        Raises:
            NotFoundError: It has been removed meanwhile.
            DockerApiError: It could not be started.
        """
        if container.state.running:
            return False
        if not container.image.starts_in_background:
            return await self._start(container, context)
        task = asyncio.create_task(self._start_in_background(container, context))
        self._starts.add(task)
        task.add_done_callback(self._starts.discard)
        return True

    async def _start_in_background(self, container: Container, context: LaunchContext) -> None:
        try:
            await self._start(container, context)
        except DockerApiError as error:
            logger.warning("%s", error)

    async def _start(self, container: Container, context: LaunchContext) -> bool:
        async with container.lock:
            if container.state.running:
                return False
            await self._apply_backoff(container)
            try:
                require_free_port(container.address, container.port)
                launch = await asyncio.to_thread(container.image.launch, context)
                await self._run(container, launch)
            except NotFoundError:
                raise
            except (HarnessError, OSError) as error:
                _raise_if_removed(container)
                _set_failed(container, str(error))
                raise DockerApiError(
                    f"failed to start container {container.name}: {error}"
                ) from error
        await self._ready(container)
        return True

    async def stop(self, container: Container, seconds: float) -> bool:
        """Send the stop signal, and SIGKILL after a number of seconds; False if it did not run."""
        process, watcher = container.process, container.watcher
        if process is None or watcher is None:
            return False
        container.state.stopping = True
        process.send(container.image.stop_signal)
        done, _ = await asyncio.wait({watcher}, timeout=seconds)
        if not done:
            container.log.note(f"did not stop within {seconds:g} s; killing it")
            process.kill()
            await asyncio.wait({watcher})
        return True

    async def kill(self, container: Container, number: signal.Signals) -> None:
        """Send a signal to a running container.

        Raises:
            ConflictError: It is not running.
        """
        process = container.process
        if process is None:
            raise ConflictError(
                f"cannot kill container: {container.name}: container {container.id} is not running"
            )
        if number == signal.SIGKILL:
            process.kill()
        else:
            process.send(number)

    async def end(self, container: Container, seconds: float) -> None:
        """End a removed container in any state."""
        container.removed.set()
        if container.preparing is not None:
            container.preparing.kill()
            async with container.lock:  # until its start has ended
                pass
        await self.stop(container, seconds)
        container.state.ended.set()
        container.state.superseded.set()

    async def _apply_backoff(self, container: Container) -> None:
        """Delay the start of a crash-looping family; a removal ends the delay."""
        delay = self._backoff.delay(container.family)
        if delay:
            container.log.note(f"ended right after its last starts: waiting {delay:.1f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(container.removed.wait(), delay)
        _raise_if_removed(container)

    async def _run(self, container: Container, launch: Launch) -> None:
        for step in launch.before:
            await self._run_to_end(container, step)
        process = await spawn(launch, container.log, container.image.orphan_signal)
        self._record.add(process.pid, container.name)
        if container.removed.is_set():
            process.kill()
            await process.wait()
        _raise_if_removed(container)
        container.process = process
        container.enter(State("running", started=time.time()))
        container.log.container_started()
        container.watcher = asyncio.create_task(self._watch(container, process))

    async def _run_to_end(self, container: Container, step: Launch) -> None:
        process = await spawn(step, container.log, signal.SIGKILL)
        self._record.add(process.pid, container.name)
        container.preparing = process
        status = await process.wait()
        container.preparing = None
        self._record.remove(process.pid)
        _raise_if_removed(container)
        if status:
            raise HarnessError(
                f"`{step.command[0]}` ended with status {status}\n{container.log.tail()}"
            )

    async def _watch(self, container: Container, process: ChildProcess) -> None:
        state = container.state
        state.exit_code = await process.wait()
        state.status, state.finished = "exited", time.time()
        container.process = None
        self._record.remove(process.pid)
        uptime = state.finished - state.started
        self._backoff.record_exit(container.family, uptime=uptime, requested=state.stopping)
        container.log.container_ended()
        state.ended.set()
        logger.info("container %s ended with status %s", container.name, state.exit_code)

    async def _ready(self, container: Container) -> None:
        deadline = time.monotonic() + self._start_seconds
        pause = _FIRST_PAUSE
        while container.state.running and time.monotonic() < deadline:
            if await container.image.is_ready(container.address, container.spec.environment):
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _raise_if_removed(container: Container) -> None:
    if container.removed.is_set():
        raise NotFoundError(f"No such container: {container.id}")


def _set_failed(container: Container, reason: str) -> None:
    container.log.note(reason)
    container.enter(State("exited", _FAILED_TO_START, reason, finished=time.time()))
    container.state.ended.set()
