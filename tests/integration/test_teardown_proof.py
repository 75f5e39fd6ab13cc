import pytest

from harness.core.errors import LeakError
from harness.targets.base import Target
from harness.teardown.proof import prove_teardown
from stack.outputs import CatalogOutputs


def test_the_proof_finds_what_is_still_deployed(target: Target, outputs: CatalogOutputs) -> None:
    proof = prove_teardown(target, outputs.environment_suffix)

    assert {left.service for left in proof.leftovers} == set(proof.asked)
    with pytest.raises(LeakError, match=outputs.vpc_id):
        proof.require_clean()


def test_the_proof_finds_nothing_of_a_run_that_never_was(
    target: Target, outputs: CatalogOutputs
) -> None:
    assert prove_teardown(target, f"{outputs.environment_suffix}-0").leftovers == ()
