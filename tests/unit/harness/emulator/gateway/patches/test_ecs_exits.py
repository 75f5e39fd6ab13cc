from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import APIError
from ministack.services import ecs

from harness.emulator.gateway.patches.ecs import await_task_exits


class Engine:
    """A client of the container engine that records its calls, and the inspections of MiniStack."""

    def __init__(self, error: Exception | None = None) -> None:
        self.api = SimpleNamespace(wait=self._wait)
        self.calls: list[str] = []
        self._error = error

    def _wait(self, container: str, *, timeout: float) -> None:
        assert timeout > 0, "an engine that hangs must not keep a task running"
        self.calls.append(f"wait for {container}")
        if self._error:
            raise self._error

    def inspect(self, task: dict[str, Any], _client: Any = None) -> None:
        self.calls.append(f"inspect {'+'.join(task.get('_docker_ids', []))}")


def calls_of(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, *containers: str, watched: bool = True
) -> list[str]:
    monkeypatch.setattr(ecs, "_maybe_mark_stopped", engine.inspect)
    await_task_exits()
    task = {"_docker_ids": list(containers)}
    ecs._maybe_mark_stopped(*((task, engine) if watched else (task,)))
    return engine.calls


def test_a_container_is_inspected_when_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls_of(monkeypatch, Engine(), "a") == ["wait for a", "inspect a"]


def test_an_engine_that_cannot_wait_is_asked_for_the_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = Engine(APIError("no such container"))
    assert calls_of(monkeypatch, engine, "a") == ["wait for a", "inspect a"]


def test_the_first_of_several_containers_to_end_is_not_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert calls_of(monkeypatch, Engine(), "a", "b") == ["inspect a+b"]


def test_a_call_of_the_api_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls_of(monkeypatch, Engine(), "a", watched=False) == ["inspect a"]


def test_a_call_of_the_api_does_not_inspect_a_container_that_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, task = Engine(), {"_docker_ids": ["a"]}
    monkeypatch.setattr(ecs, "_maybe_mark_stopped", engine.inspect)
    await_task_exits()
    engine.api.wait = lambda *_, **_more: ecs._maybe_mark_stopped(task)

    ecs._maybe_mark_stopped(task, engine)
    assert engine.calls == ["inspect a"], "after its end alone"
    ecs._maybe_mark_stopped(task)
    assert engine.calls == ["inspect a", "inspect a"]


def test_a_call_of_the_api_inspects_a_container_that_could_not_be_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, task = Engine(RuntimeError("unknown")), {"_docker_ids": ["a"]}
    monkeypatch.setattr(ecs, "_maybe_mark_stopped", engine.inspect)
    await_task_exits()
    with pytest.raises(RuntimeError):
        ecs._maybe_mark_stopped(task, engine)

    ecs._maybe_mark_stopped(task)

    assert engine.calls == ["wait for a", "inspect a"]
