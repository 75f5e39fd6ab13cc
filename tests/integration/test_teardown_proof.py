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
    # An image is published apart from each run; a stack has no snapshots.
    services = {kind.service for kind in kinds - {Kind.REPOSITORY}}
    assert services == set(proof.queried) - {"ecr"}
    named = physical_names("", "").keys() - {Kind.DB_CLUSTER_SNAPSHOT}
    assert kinds >= {kind for kind in named if kind.service in proof.queried}
    with pytest.raises(LeakError, match=outputs.vpc_id):
        proof.require_clean()


def test_the_proof_finds_nothing_of_another_suffix(target: Target, outputs: CatalogOutputs) -> None:
    assert prove(target, f"{outputs.environment_suffix}-0").leftovers == ()
