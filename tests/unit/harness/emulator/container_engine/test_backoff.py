from harness.emulator.container_engine.backoff import CrashBackoff


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_delay_doubles_up_to_the_longest() -> None:
    backoff = CrashBackoff(longest=3.0, clock=Clock())
    delays = []
    for _ in range(5):
        backoff.ended("api", lived=0.1, asked=False)
        delays.append(backoff.delay("api"))
    assert delays == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_time_that_passes_anyway_counts() -> None:
    clock = Clock()
    backoff = CrashBackoff(longest=3.0, clock=clock)
    backoff.ended("api", lived=0.1, asked=False)
    clock.now += 0.4
    assert 0.09 < backoff.delay("api") < 0.11
    clock.now += 10
    assert backoff.delay("api") == 0


def test_a_healthy_life_clears_the_record() -> None:
    backoff = CrashBackoff(longest=3.0, clock=Clock())
    backoff.ended("api", lived=0.1, asked=False)
    backoff.ended("api", lived=60, asked=False)
    assert backoff.delay("api") == 0


def test_being_stopped_is_no_crash_and_families_are_apart() -> None:
    backoff = CrashBackoff(longest=3.0, clock=Clock())
    backoff.ended("api", lived=0.1, asked=True)
    backoff.ended("other", lived=0.1, asked=False)
    assert backoff.delay("api") == 0
