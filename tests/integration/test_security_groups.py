from harness.checks.security_groups import SecurityGroups


def test_the_load_balancer_takes_http_and_reaches_only_the_tasks(
    security_groups: SecurityGroups,
) -> None:
    security_groups.load_balancer()


def test_the_tasks_take_requests_from_the_load_balancer_alone(
    security_groups: SecurityGroups,
) -> None:
    security_groups.tasks()


def test_the_database_takes_connections_from_the_tasks_alone(
    security_groups: SecurityGroups,
) -> None:
    security_groups.database()


def test_there_is_no_other_group(security_groups: SecurityGroups) -> None:
    security_groups.no_other()
