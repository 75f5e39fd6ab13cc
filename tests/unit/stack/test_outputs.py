import pytest

from stack.outputs import CatalogOutputs

ALWAYS = {"environment_suffix": "pr1", "region": "eu-north-1", "tiers": ["network"]}


def test_lists_become_tuples() -> None:
    outputs = CatalogOutputs.from_dict({**ALWAYS, "alarm_names": ["a", "b"]})
    assert (outputs.tiers, outputs.alarm_names) == (("network",), ("a", "b"))


def test_what_was_not_deployed_is_none_or_empty() -> None:
    outputs = CatalogOutputs.from_dict(ALWAYS)
    assert (outputs.vpc_id, outputs.public_subnet_ids) == (None, ())


def test_outputs_of_a_newer_stack_are_ignored() -> None:
    assert CatalogOutputs.from_dict({**ALWAYS, "new": 1}) == CatalogOutputs.from_dict(ALWAYS)


def test_outputs_of_another_stack_are_rejected() -> None:
    with pytest.raises(ValueError, match="not outputs of the catalog stack: region, tiers missing"):
        CatalogOutputs.from_dict({"environment_suffix": "pr1"})
