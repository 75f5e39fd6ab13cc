"""Every check can fail: the stack is changed, and exactly the expected checks fail."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from harness.aws.capability import Capability
from harness.checks.framework.context import CheckContext
from harness.checks.registry import all_checks, run_checks
from harness.run.evidence import Status
from tests.integration import mutations
from tests.integration.mutations import Mutation

pytestmark = pytest.mark.exclusive

_NOTICE_SECONDS = 2.0
_RECOVER_SECONDS = 60.0

FEWER_TASKS = {
    "alb/each-task-answers",
    "alb/targets-healthy",
    "alb/targets-in-different-zones",
    "aurora/service-ready",
    "ecs/running-as-desired",
}
THROUGH_THE_LOAD_BALANCER = {
    "alb/each-task-answers",
    "aurora/rows-agree-with-data-api",
    "aurora/rows-agree-with-direct-sql",
    "aurora/service-ready",
}
THROUGH_CLOUDFRONT = {
    "cloudfront/compresses",
    "cloudfront/cookies-arrive",
    "cloudfront/headers-arrive",
    "cloudfront/headers-of-cloudfront",
    "cloudfront/nothing-is-cached",
    "cloudfront/query-string-arrives",
    "cloudfront/serves-products",
}

MUTATIONS: dict[Mutation, set[str]] = {
    mutations.one_task_stopped_for_good: {*FEWER_TASKS, "autoscaling/bounds"},
    mutations.lifecycle_rule_deleted: {"log-bucket/lifecycle"},
    mutations.public_access_block_deleted: {"log-bucket/public-access-blocked"},
    mutations.secret_with_another_password: {
        "aurora/connects-with-secret",
        "aurora/data-api-answers",
        "aurora/rows-agree-with-data-api",
        "aurora/rows-agree-with-direct-sql",
    },
    mutations.distribution_disabled: {
        *THROUGH_CLOUDFRONT,
        "cloudfront/deployed",
        "cloudfront/redirects-to-https",
    },
    # Neither query string (so no category), header, cookie nor Accept-Encoding reaches the origin.
    mutations.origin_request_policy_removed: {
        "cloudfront/behaviour",
        "cloudfront/compresses",
        "cloudfront/cookies-arrive",
        "cloudfront/headers-arrive",
        "cloudfront/nothing-is-cached",
        "cloudfront/query-string-arrives",
        "cloudfront/serves-products",
    },
    mutations.http_allowed_at_the_edge: {"cloudfront/behaviour", "cloudfront/redirects-to-https"},
    mutations.security_group_opened: {"security-groups/tasks"},
    # The health of a target group without a listener is not checked.
    mutations.listener_detached: {
        *THROUGH_THE_LOAD_BALANCER,
        *THROUGH_CLOUDFRONT,
        "alb/listener-forwards",
        "alb/targets-healthy",
        "alb/targets-in-different-zones",
    },
    mutations.private_route_removed: {"network/default-routes"},
    mutations.tag_removed: {"tags/network"},
    mutations.execution_role_widened: {"iam/reads-one-secret"},
    mutations.scaling_bounds_changed: {"autoscaling/bounds"},
    mutations.alarm_silenced: {"alarms/metrics"},
    mutations.log_retention_changed: {"logs/retention"},
}


@pytest.fixture(scope="session")
def unreported(check_context: CheckContext) -> CheckContext:
    """The context, with the patience of a recovery and without results in the report."""
    if check_context.target.name == "aws":
        pytest.skip("changes of CloudFront and others take minutes to show on AWS")
    return replace(check_context, record=lambda result: None, patience=_RECOVER_SECONDS)


@pytest.fixture(scope="session")
def impatient(unreported: CheckContext) -> CheckContext:
    """The same with a short patience."""
    return replace(unreported, patience=_NOTICE_SECONDS)


def provable(context: CheckContext, checks: Collection[str]) -> set[str]:
    """Return those of some checks that can be made on this target, with these tiers."""
    missing, tiers = context.target.missing(), context.expected.tiers
    return {
        spec.id
        for spec in all_checks()
        if spec.id in checks
        and not missing.keys() & set(spec.requires)
        and tiers >= set(spec.tiers)
    }


def failed(context: CheckContext, only: Collection[str] | None = None) -> set[str]:
    """Run checks, all that only read unless given, and return the ids of those that failed."""
    results = run_checks(context, only=sorted(only) if only else None, exclusive=False)
    return {result.check for result in results if result.status is Status.FAILED}


@pytest.mark.parametrize(
    ("mutation", "expected"), MUTATIONS.items(), ids=[each.__name__ for each in MUTATIONS]
)
def test_exactly_the_checks_that_should_fail_do(
    unreported: CheckContext, impatient: CheckContext, mutation: Mutation, expected: set[str]
) -> None:
    noticing = provable(unreported, expected)
    if not noticing:
        pytest.skip(f"none of {sorted(expected)} can be proved on {unreported.target.name}")

    with mutation(unreported):
        assert failed(impatient) == noticing

    assert failed(unreported, noticing) == set()


@pytest.mark.requires(Capability.ECS_DATA_PLANE)
def test_a_stopped_task_is_replaced_and_nothing_is_wrong(unreported: CheckContext) -> None:
    config, ecs = unreported.expected, unreported.clients.ecs
    before = ecs.list_tasks(cluster=config.ecs_cluster_name)["taskArns"]
    ecs.stop_task(cluster=config.ecs_cluster_name, task=before[0])

    assert failed(unreported) == set()
    after = ecs.list_tasks(cluster=config.ecs_cluster_name)["taskArns"]
    assert set(before) - set(after) == {before[0]}
