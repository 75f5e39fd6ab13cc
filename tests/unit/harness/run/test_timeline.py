"""The timeline: phases and resources of one run, from all its threads and processes."""

import threading
from collections.abc import Iterator

import pytest

from harness.run.timeline import Observer, Phase, ResourceTiming, Timeline


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class RecordingObserver(Observer):
    def __init__(self) -> None:
        self.events: list[tuple[object, ...]] = []

    def phase_started(self, name: str) -> None:
        self.events.append(("started", name))

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:
        self.events.append(("finished", name, seconds, failed))

    def resource_finished(self, address: str, action: str, seconds: float) -> None:
        self.events.append((action, address, seconds))

    def note(self, text: str) -> None:
        self.events.append(("note", text))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest.fixture
def timeline(clock: Clock, observer: RecordingObserver) -> Timeline:
    return Timeline(observer, clock=clock)


def test_times_are_relative_to_the_start_of_the_run(timeline: Timeline, clock: Clock) -> None:
    clock.now = 103
    with timeline.phase("apply"):
        clock.now = 110

    assert timeline.phases == (Phase("apply", 3, 10),)


def test_a_phase_whose_body_raises_has_failed(
    timeline: Timeline, clock: Clock, observer: RecordingObserver
) -> None:
    def interrupted() -> Iterator[None]:
        with timeline.phase("apply"):
            clock.now += 2
            raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        next(interrupted())

    assert timeline.phases == (Phase("apply", 0, 2, failed=True),)
    assert observer.events == [("started", "apply"), ("finished", "apply", 2, True)]


def test_phases_are_listed_by_their_start_although_they_overlap(
    timeline: Timeline, clock: Clock
) -> None:
    with timeline.phase("synth"):
        clock.now += 1
        with timeline.phase("init"):
            clock.now += 1

    assert [phase.name for phase in timeline.phases] == ["synth", "init"]


def test_the_start_of_a_resource_follows_from_its_end_and_duration(
    timeline: Timeline, clock: Clock, observer: RecordingObserver
) -> None:
    clock.now = 130
    timeline.resource("aws_lb.alb", "create", 20)

    assert timeline.resources == (ResourceTiming("aws_lb.alb", "create", 10, 30),)
    assert observer.events == [("create", "aws_lb.alb", 20)]


def test_a_resource_does_not_start_before_the_run(timeline: Timeline, clock: Clock) -> None:
    clock.now = 101
    timeline.resource("aws_lb.alb", "create", 60)

    assert timeline.resources[0].started == 0


def test_another_process_of_the_run_merges_the_timeline(timeline: Timeline, clock: Clock) -> None:
    with timeline.phase("apply"):
        clock.now += 5
    timeline.resource("aws_lb.alb", "create", 2)

    other = Timeline(Observer(), origin=timeline.origin, clock=clock)
    other.merge(timeline.to_dict())

    assert other.phases == timeline.phases
    assert other.resources == timeline.resources


def test_times_of_a_process_with_another_origin_are_shifted(clock: Clock) -> None:
    early = Timeline(Observer(), origin=90, clock=clock)
    with early.phase("apply"):
        clock.now = 104

    late = Timeline(Observer(), origin=100, clock=clock)
    late.merge(early.to_dict())

    assert late.phases == (Phase("apply", 0, 4),)


def test_a_note_is_passed_to_the_observer_and_kept_for_the_report(
    timeline: Timeline, observer: RecordingObserver
) -> None:
    timeline.note("deploys the tiers network")

    assert observer.events == [("note", "deploys the tiers network")]
    assert timeline.notes == ("deploys the tiers network",)


def test_notes_of_another_process_are_merged(clock: Clock) -> None:
    early, late = Timeline(Observer(), clock=clock), Timeline(Observer(), clock=clock)
    early.note("known drift")
    late.merge(early.to_dict())

    assert late.notes == ("known drift",)


def test_threads_can_record_concurrently(timeline: Timeline) -> None:
    def record() -> None:
        for _ in range(50):
            timeline.resource("a", "create", 0)

    threads = [threading.Thread(target=record) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(timeline.resources) == 200
