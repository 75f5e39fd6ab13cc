from harness.checks.alarms import Alarms


def test_exactly_the_wanted_alarms_are_set(alarms: Alarms) -> None:
    alarms.metrics()


def test_the_dashboard_shows_every_metric(alarms: Alarms) -> None:
    alarms.dashboard()
