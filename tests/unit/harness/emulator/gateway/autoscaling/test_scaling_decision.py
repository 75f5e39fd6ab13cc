import pytest

from harness.emulator.gateway.autoscaling.scaling_decision import Wish, track


@pytest.mark.parametrize(
    ("capacity", "recent", "long", "wanted"),
    [
        (2, [90.0], [90.0], 4),  # 2 * 90 / 50 = 3.6
        (2, [51.0], [51.0], 3),
        (2, [120.0, 60.0], [120.0, 60.0], 3),  # the latest value counts
        (1, [50.0], [50.0], None),  # on target
        (2, [40.0, 90.0], [40.0, 90.0], None),  # not all above
        (4, [], [10.0, 20.0], 2),  # 4 * 20 / 50 = 1.6
        (4, [20.0], [20.0], 2),
        (4, [], [10.0, 46.0], None),  # within 10 % of the target
        (1, [], [0.0], 0),
        (1, [], [44.0], None),  # no smaller number would do
        (2, [], [], None),  # no data
    ],
)
def test_capacity_follows_the_metric_to_its_target(
    capacity: int, recent: list[float], long: list[float], wanted: int | None
) -> None:
    wish = track(capacity, 50.0, recent, long)

    assert (wish.capacity if wish else None) == wanted


def test_a_wish_names_the_alarm_behind_it() -> None:
    assert track(1, 50.0, [90.0], [90.0]) == Wish(2, "AlarmHigh")
    assert track(4, 50.0, [10.0], [10.0]) == Wish(1, "AlarmLow")
