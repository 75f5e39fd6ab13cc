from harness.emulator.container_engine.backoff import CrashBackoff


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_delay_doubles_up_to_the_longest() -> None:
    backoff = CrashBackoff(longest=3.0, clock=Clock())
    delays = []
    for _ in range(5):
        backoff.record_exit("api", uptime=0.1, requested=False)
        delays.append(backoff.delay("api"))
    assert delays == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_elapsed_time_reduces_the_delay() -> None:
    clock = Clock()
    backoff = CrashBackoff(longest=3.0, clock=clock)
    backoff.record_exit("api", uptime=0.1, requested=False)
    clock.now += 0.4
    assert 0.09 < backoff.delay("api") < 0.11
    clock.now += 10
    assert backoff.delay("api") == 0


def test_a_long_uptime_resets_the_count() -> None:
    backoff = CrashBackoff(longest=3.0, clock=Clock())
    backoff.record_exit("api", uptime=0.1, requested=False)
    backoff.record_exit("api", uptime=60, requested=False)
    assert backoff.delay("api") == 0


def test_a_requested_stop_is_no_crash_and_families_are_independent() -> None:
    backoff = CrashBackoff(longest=3.0, clock=Clock())
    backoff.record_exit("api", uptime=0.1, requested=True)
    backoff.record_exit("other", uptime=0.1, requested=False)
    assert backoff.delay("api") == 0
