from harness.checks.alb import Alb


def test_the_load_balancer_is_active_in_every_zone(alb: Alb) -> None:
    alb.active()


def test_the_listener_forwards_to_the_target_group(alb: Alb) -> None:
    alb.listener_forwards()


def test_the_target_group_asks_healthz(alb: Alb) -> None:
    alb.target_group_settings()


def test_access_logs_go_to_the_log_bucket(alb: Alb) -> None:
    alb.access_logs()


def test_every_target_is_healthy(alb: Alb) -> None:
    alb.targets_healthy()


def test_the_targets_are_in_different_zones(alb: Alb) -> None:
    alb.targets_in_different_zones()


def test_each_task_answers_in_turn(alb: Alb) -> None:
    alb.each_task_answers()
