from harness.checks.ecs import Ecs


def test_as_many_tasks_run_as_wanted(ecs: Ecs) -> None:
    ecs.running_as_desired()


def test_every_task_runs_on_fargate_spot(ecs: Ecs) -> None:
    ecs.on_fargate_spot()


def test_the_strategy_is_spot_alone(ecs: Ecs) -> None:
    ecs.capacity_provider_strategy()


def test_there_is_one_completed_deployment(ecs: Ecs) -> None:
    ecs.one_deployment()


def test_a_failing_deployment_would_be_rolled_back(ecs: Ecs) -> None:
    ecs.circuit_breaker()


def test_the_tasks_are_in_private_subnets(ecs: Ecs) -> None:
    ecs.private_network()


def test_the_containers_of_every_task_run(ecs: Ecs) -> None:
    ecs.containers_running()


def test_every_task_logs_into_its_own_stream(ecs: Ecs) -> None:
    ecs.logs_per_task()


def test_the_task_definition_is_as_wanted(ecs: Ecs) -> None:
    ecs.task_definition()


def test_credentials_come_from_the_secret(ecs: Ecs) -> None:
    ecs.credentials_injected()
