"""What AWS takes its time for: throttling, eventual consistency, slow and lingering changes.

The figures are in ``delays.toml``; a cloud without ``aws_delays`` has none.
"""

import asyncio
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, ResultPatch
from harness.emulator.gateway.query import encode_result

_TASK_STATES = ("_mark_task_pending", "_mark_task_activating", "_mark_task_running")


@dataclass(frozen=True)
class Delays:
    """The table of delays; without arguments there are none."""

    target_initial: float = 0.0
    task_state: float = 0.0
    error_caching: float = 0.0
    throttle_every: int = 0
    throttled: Mapping[str, str] = field(default_factory=dict)
    slow: Mapping[str, float] = field(default_factory=dict)
    refused: Sequence[Mapping[str, Any]] = ()
    eventual: Sequence[Mapping[str, Any]] = ()
    late: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of_aws(cls) -> Self:
        """Read the table."""
        return cls(**tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")))

    def patches(
        self, aws: AwsApi, clock: Callable[[], float] = time.monotonic
    ) -> tuple[Patch, ...]:
        """Return the patches that delay calls, by a monotonic clock; they precede all others."""
        names = {
            *self.slow,
            *(name for each in self.refused for name in (each["after"], *each["calls"])),
        }
        services = {*self.throttled, *(name.partition(".")[0] for name in names)}
        times: dict[tuple[str, ...], float] = {}
        delayed = (DelayedCalls(self, service, times, clock) for service in sorted(services))
        lists = (EventualItems(each, aws, clock) for each in self.eventual)
        return (*delayed, *lists, *(LateField(each, clock) for each in self.late))


@dataclass
class DelayedCalls(Patch):
    """Throttles and slows down the calls of a service; refuses those that come too early."""

    delays: Delays
    service: str
    times: dict[tuple[str, ...], float]
    clock: Callable[[], float]
    calls: Counter[str] = field(default_factory=Counter)

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Refuse the call, or pass it on after its delay."""
        name = f"{call.service}.{call.operation}"
        if refused := self._throttled(call) or self._too_early(call, name):
            return refused
        await asyncio.sleep(self.delays.slow.get(name, 0.0))
        response = await call_next(call)
        for each in self.delays.refused:
            if response.ok and each["after"] == name:
                self.times[_key(call, each)] = self.clock()
        return response

    def _throttled(self, call: Call) -> Response | None:
        account, code = call.caller.account, self.delays.throttled.get(self.service)
        self.calls[account] += 1
        if code is None or self.calls[account] % self.delays.throttle_every:
            return None
        return call.error(code, "Rate exceeded")

    def _too_early(self, call: Call, name: str) -> Response | None:
        for each in self.delays.refused:
            since = self.times.get(_key(call, each)) if name in each["calls"] else None
            if since is not None and self.clock() < since + each["seconds"]:
                return call.error(each["code"], each["message"])
        return None


def _key(call: Call, refusal: Mapping[str, Any]) -> tuple[str, ...]:
    given = call.json if call.is_json else call.form
    return (call.caller.account, refusal["after"], str(given.get(refusal.get("key", ""), "")))


@dataclass
class _Seen:
    item: Mapping[str, Any]
    found: float
    missed: float | None = None


class EventualItems(ResultPatch):
    """Leaves out the new items of a list, and adds those deleted, for some seconds."""

    def __init__(self, listed: Mapping[str, Any], aws: AwsApi, clock: Callable[[], float]) -> None:
        self.service, _, operation = listed["call"].partition(".")
        self.operations = frozenset({operation})
        self._list = listed
        self._operation = operation
        self._aws = aws
        self._clock = clock
        self._seen: dict[str, dict[str, _Seen]] = {}

    def matches(self, call: Call) -> bool:
        """The list, and deletions of its items, before which it is read."""
        deletes = call.service == self.service and call.operation.startswith("Delete")
        return deletes or super().matches(call)

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Read the list before a deletion; correct its results, and errors about deleted items."""
        if call.operation != self._operation:
            await self._read(call)
            return await call_next(call)
        response = await super().handle(call, call_next)
        if not response.ok and (deleted := await self._deleted(call)):
            return encode_result(call.model, {self._list["items"]: deleted})
        return response

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        seen, now = await self._read(call), self._clock()
        items, late = result[self._list["items"]], self._list.get("late", 0.0)
        items[:] = [each for each in items if now >= seen[each[self._list["id"]]].found + late]
        items += await self._deleted(call)

    async def _deleted(self, call: Call) -> list[Mapping[str, Any]]:
        """Return the deleted items that are still described: all, or the one that is named."""
        seen, now = await self._read(call), self._clock()
        named = "" if call.is_json else call.form.get(self._list["id"], "")
        return [
            {**each.item, **self._list.get("state", {})}
            for key, each in seen.items()
            if named in ("", key)
            and each.missed is not None
            and now < each.missed + self._list.get("lingers", 0.0)
        ]

    async def _read(self, call: Call) -> dict[str, _Seen]:
        name = call.model.service_model.service_name
        listed = await self._aws.call(call.caller, name, self._operation)
        now, seen = self._clock(), self._seen.setdefault(call.caller.account, {})
        current = {item[self._list["id"]]: item for item in listed[self._list["items"]]}
        for key, item in current.items():
            seen.setdefault(key, _Seen(item, now)).missed = None
        for key in seen.keys() - current.keys():
            seen[key].missed = seen[key].missed or now
        return seen


class LateField(ResultPatch):
    """Leaves out a field of described items until some seconds after their first description."""

    def __init__(self, described: Mapping[str, Any], clock: Callable[[], float]) -> None:
        self.service, _, operation = described["call"].partition(".")
        self.operations = frozenset({operation})
        self._described = described
        self._clock = clock
        self._found: dict[tuple[str, str], float] = {}

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        now = self._clock()
        for item in result[self._described["items"]]:
            key = (call.caller.account, item[self._described["id"]])
            if now < self._found.setdefault(key, now) + self._described["late"]:
                item.pop(self._described["field"], None)


def delay_task_states(seconds: float) -> None:
    """Keep the tasks of MiniStack in each state for some seconds.

    Each of its tasks has a thread, which passes through these functions.
    """
    from ministack.services import ecs  # noqa: PLC0415

    def delayed(function: Callable[..., Any], *arguments: Any) -> Any:
        time.sleep(seconds)
        return function(*arguments)

    for name in _TASK_STATES:
        setattr(ecs, name, partial(delayed, getattr(ecs, name)))
