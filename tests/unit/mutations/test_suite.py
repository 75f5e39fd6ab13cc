from harness.checks.registry import all_checks
from harness.run.evidence import Plane
from tests.mutations.suite import MUTATIONS, NOT_REFUTABLE

NOTICING = {check for each in MUTATIONS for check in each.checks}
CHECKS = {spec.id: spec for spec in all_checks()}


def test_every_check_that_a_mutation_names_exists() -> None:
    assert NOTICING | NOT_REFUTABLE.keys() <= CHECKS.keys()


def test_every_mutation_is_noticed_and_has_a_unique_name() -> None:
    assert all(each.checks for each in MUTATIONS)
    assert len({each.name for each in MUTATIONS}) == len(MUTATIONS)


def test_every_data_plane_check_is_refuted_by_a_mutation_or_listed_with_the_reason() -> None:
    data_plane = {check for check, spec in CHECKS.items() if spec.plane is Plane.DATA}

    assert data_plane - NOTICING == NOT_REFUTABLE.keys()
    assert all(NOT_REFUTABLE.values())


def test_every_other_check_has_one_too() -> None:
    assert CHECKS.keys() - NOTICING == NOT_REFUTABLE.keys()
