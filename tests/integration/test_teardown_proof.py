import pytest

from harness.aws.resources.ownership import Ownership
from harness.aws.resources.resource import Kind
from harness.catalog.names import physical_names
from harness.core.errors import LeakError
from harness.targets.base import Target
from harness.teardown.proof import TeardownProof, prove_teardown
from stack.outputs import CatalogOutputs


def prove(target: Target, suffix: str) -> TeardownProof:
    return prove_teardown(target, Ownership(suffix, physical_names(suffix, target.region)))


def test_the_proof_finds_what_is_still_deployed(target: Target, outputs: CatalogOutputs) -> None:
    proof = prove(target, outputs.environment_suffix)

    kinds = {left.resource.kind for left in proof.leftovers}
    assert {kind.service.value for kind in kinds} == set(proof.queried) - {"ecr"}
    assert kinds >= {kind for kind in Kind if kind in physical_names("", "")} - {
        Kind.DB_CLUSTER_SNAPSHOT
    }
    with pytest.raises(LeakError, match=outputs.vpc_id):
        proof.require_clean()


def test_the_proof_finds_nothing_of_another_suffix(target: Target, outputs: CatalogOutputs) -> None:
    assert prove(target, f"{outputs.environment_suffix}-0").leftovers == ()
