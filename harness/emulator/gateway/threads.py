"""Runs coroutines whose code blocks, beside the event loop of the gateway."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_in_thread(function: Callable[[], Coroutine[Any, Any, Result]]) -> "asyncio.Future[Result]":
    """Run a coroutine in an event loop and a thread of its own; return its future.

    Not in the pool of ``asyncio.to_thread``: a few blocked calls would fill it. The threads are
    daemons, so that a call that never returns does not delay the end of the process.
    """
    future: Future[Result] = Future()

    async def settle() -> asyncio.Task[Result]:
        task = asyncio.create_task(function())
        await asyncio.wait({task})
        return task

    def run() -> None:
        future.set_running_or_notify_cancel()
        task = asyncio.run(settle())
        if error := task.exception():
            future.set_exception(error)
        else:
            future.set_result(task.result())

    threading.Thread(target=run, daemon=True, name="blocking-call").start()
    return asyncio.wrap_future(future)
