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


class Witness(Observer):
    def __init__(self) -> None:
        self.seen: list[tuple[object, ...]] = []

    def phase_started(self, name: str) -> None:
        self.seen.append(("started", name))

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:
        self.seen.append(("finished", name, seconds, failed))

    def resource_finished(self, address: str, action: str, seconds: float) -> None:
        self.seen.append((action, address, seconds))

    def note(self, text: str) -> None:
        self.seen.append(("note", text))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def timeline(clock: Clock, witness: Witness) -> Timeline:
    return Timeline(witness, clock=clock)


def test_times_count_from_the_start_of_the_run(timeline: Timeline, clock: Clock) -> None:
    clock.now = 103
    with timeline.phase("apply"):
        clock.now = 110

    assert timeline.phases == (Phase("apply", 3, 10),)


def test_a_phase_whose_body_raises_has_failed(
    timeline: Timeline, clock: Clock, witness: Witness
) -> None:
    def interrupted() -> Iterator[None]:
        with timeline.phase("apply"):
            clock.now += 2
            raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        next(interrupted())

    assert timeline.phases == (Phase("apply", 0, 2, failed=True),)
    assert witness.seen == [("started", "apply"), ("finished", "apply", 2, True)]


def test_phases_are_listed_by_their_start_although_they_overlap(
    timeline: Timeline, clock: Clock
) -> None:
    with timeline.phase("synth"):
        clock.now += 1
        with timeline.phase("init"):
            clock.now += 1

    assert [phase.name for phase in timeline.phases] == ["synth", "init"]


def test_a_resource_is_placed_by_its_end_and_duration(
    timeline: Timeline, clock: Clock, witness: Witness
) -> None:
    clock.now = 130
    timeline.resource("aws_lb.alb", "create", 20)

    assert timeline.resources == (ResourceTiming("aws_lb.alb", "create", 10, 30),)
    assert witness.seen == [("create", "aws_lb.alb", 20)]


def test_a_resource_does_not_start_before_the_run(timeline: Timeline, clock: Clock) -> None:
    clock.now = 101
    timeline.resource("aws_lb.alb", "create", 60)

    assert timeline.resources[0].started == 0


def test_another_process_of_the_run_takes_the_timeline_over(
    timeline: Timeline, clock: Clock
) -> None:
    with timeline.phase("apply"):
        clock.now += 5
    timeline.resource("aws_lb.alb", "create", 2)

    other = Timeline(Observer(), origin=timeline.origin, clock=clock)
    other.merge(timeline.to_dict())

    assert other.phases == timeline.phases
    assert other.resources == timeline.resources


def test_times_of_a_process_with_another_origin_are_moved_to_this_one(clock: Clock) -> None:
    early = Timeline(Observer(), origin=90, clock=clock)
    with early.phase("apply"):
        clock.now = 104

    late = Timeline(Observer(), origin=100, clock=clock)
    late.merge(early.to_dict())

    assert late.phases == (Phase("apply", 0, 4),)


def test_a_note_is_told_at_once_and_kept_for_the_report(
    timeline: Timeline, witness: Witness
) -> None:
    timeline.note("deploys the tiers network")

    assert witness.seen == [("note", "deploys the tiers network")]
    assert timeline.notes == ("deploys the tiers network",)


def test_notes_are_taken_over_from_another_process(clock: Clock) -> None:
    early, late = Timeline(Observer(), clock=clock), Timeline(Observer(), clock=clock)
    early.note("known drift")
    late.merge(early.to_dict())

    assert late.notes == ("known drift",)


def test_threads_may_record_at_once(timeline: Timeline) -> None:
    def record() -> None:
        for _ in range(50):
            timeline.resource("a", "create", 0)

    threads = [threading.Thread(target=record) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(timeline.resources) == 200
