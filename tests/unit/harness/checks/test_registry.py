from harness.checks.evidence import Status
from harness.checks.registry import all_checks, run_checks
from tests.unit.harness.checks.world import World


def test_every_check_passes_on_a_correct_deployment(world: World) -> None:
    results = run_checks(world.context())

    wrong = [(r.check, r.status, r.observed) for r in results if r.status is not Status.PASSED]
    assert wrong == []
    assert [result.check for result in results] == [spec.id for spec in all_checks()]


def test_ids_are_unique_and_name_the_service() -> None:
    ids = [spec.id for spec in all_checks()]

    assert len(set(ids)) == len(ids)
    assert "alb/targets-healthy" in ids
