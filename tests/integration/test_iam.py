from harness.checks.iam import Iam


def test_only_ecs_tasks_can_have_the_roles(iam: Iam) -> None:
    iam.trust()


def test_the_execution_role_reads_exactly_its_secret(iam: Iam) -> None:
    iam.reads_one_secret()


def test_the_execution_role_only_starts_tasks(iam: Iam) -> None:
    iam.starts_tasks_only()


def test_the_task_role_may_do_nothing(iam: Iam) -> None:
    iam.task_role_is_empty()
