import asyncio
import threading

import pytest

from harness.emulator.gateway.threads import run_in_thread

pytestmark = pytest.mark.anyio


async def test_a_coroutine_that_blocks_does_not_block_the_loop() -> None:
    released = threading.Event()

    async def blocks() -> str:
        released.wait()
        return "done"

    result = run_in_thread(blocks)
    await asyncio.sleep(0)

    assert not result.done()
    released.set()
    assert await result == "done"


async def test_errors_are_raised_where_the_result_is_awaited() -> None:
    async def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run_in_thread(fails)
