"""Every check can fail: the stack is changed, and exactly the expected checks fail.

``python -m tests.mutations`` tries all mutations; here are those that are quick.
"""

import pytest

from harness.aws.capability import Capability
from harness.checks.framework.context import CheckContext
from tests.mutations.mutation import Mutation, attempt, failed, provable, unreported
from tests.mutations.suite import MUTATIONS

pytestmark = pytest.mark.catalog_exclusive


@pytest.fixture(scope="session")
def stack(check_context: CheckContext) -> CheckContext:
    """The context, with the patience of a recovery and without results in the report."""
    if check_context.target.name == "aws":
        pytest.skip("changes of CloudFront and others take minutes to show on AWS")
    return unreported(check_context)


@pytest.mark.parametrize(
    "mutation", [pytest.param(each, id=each.name) for each in MUTATIONS if each.quick]
)
def test_exactly_the_checks_that_should_fail_do(stack: CheckContext, mutation: Mutation) -> None:
    target = stack.target.name
    if not provable(stack, mutation.checks):
        pytest.skip(f"none of {sorted(mutation.checks)} can be proved on {target}")
    if mutation.embedded_only and target != "embedded":
        pytest.skip(f"changes what {target} does not have")

    trial = attempt(stack, mutation)

    assert not trial.unnoticed
    assert not {check: trial.failed[check] for check in trial.bystanders}
    assert not trial.still_failing


@pytest.mark.catalog_requires(Capability.ECS_DATA_PLANE)
def test_a_stopped_task_is_replaced_and_nothing_is_wrong(stack: CheckContext) -> None:
    config, ecs = stack.expected, stack.clients.ecs
    before = ecs.list_tasks(cluster=config.ecs_cluster_name)["taskArns"]
    ecs.stop_task(cluster=config.ecs_cluster_name, task=before[0])

    assert not failed(stack)
    after = ecs.list_tasks(cluster=config.ecs_cluster_name)["taskArns"]
    assert set(before) - set(after) == {before[0]}
