from harness.checks.logs import Logs


def test_the_log_group_forgets(logs: Logs) -> None:
    logs.retention()
