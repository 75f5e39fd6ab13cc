"""The fixtures: a deployed stack, and what is needed to look at it."""

from collections.abc import Iterator

import pytest
from filelock import ReadWriteLock

from harness.catalog import CATALOG, CatalogOutputs, StackConfig
from harness.checks.alarms import Alarms
from harness.checks.alb import Alb
from harness.checks.aurora import Aurora
from harness.checks.autoscaling import AutoScaling
from harness.checks.cloudfront import CloudFront
from harness.checks.ecs import Ecs
from harness.checks.framework.context import CheckContext
from harness.checks.iam import Iam
from harness.checks.logs import Logs
from harness.checks.network import Network
from harness.checks.s3_lifecycle import LogBucket
from harness.checks.security_groups import SecurityGroups
from harness.checks.tags import Tags
from harness.core.errors import HarnessError
from harness.deploy.deploy import Deployment
from harness.plugin.session import harness_session
from harness.targets.base import Target


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Target:
    """Where the stack is, or will be, deployed; started, and shared by all workers."""
    session = harness_session(request.config)
    try:
        return session.stack.target()
    except HarnessError as error:
        session.give_up(error)


@pytest.fixture(scope="session")
def deployment(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """The deployed catalog stack: deployed on first use, shared by all workers.

    The process that deployed it also makes the second plan, beside the tests; drift is an
    error at the end.
    """
    session = harness_session(request.config)
    try:
        current = session.stack.deployment()
    except HarnessError as error:
        session.give_up(error)
    yield current
    session.stack.require_no_drift()


@pytest.fixture(scope="session")
def outputs(deployment: Deployment) -> CatalogOutputs:
    """The outputs of the deployed stack."""
    outputs: CatalogOutputs = deployment.outputs
    return outputs


@pytest.fixture(scope="session")
def stack_config(deployment: Deployment) -> StackConfig:
    """What was wanted of the deployed stack."""
    return CATALOG.restore(deployment.config.to_mapping())


@pytest.fixture(scope="session")
def check_context(request: pytest.FixtureRequest, deployment: Deployment) -> CheckContext:
    """What every check is given; results go to the report of the test that is running."""
    return CheckContext(
        deployment.target,
        deployment.outputs,
        deployment.config,  # type: ignore[arg-type]
        record=harness_session(request.config).courier.record,
        patience=deployment.target.deadlines.check,
    )


@pytest.fixture(autouse=True)
def stack_lock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep tests that change the stack (marker ``exclusive``) apart from all others.

    Tests that do not use the deployed stack are not touched.
    """
    if "deployment" not in request.fixturenames:
        yield
        return
    stack = harness_session(request.config).stack
    lock = ReadWriteLock(stack.lock_path)
    exclusive = request.node.get_closest_marker("exclusive") is not None
    if exclusive:
        stack.await_second_plan()
    with lock.write_lock() if exclusive else lock.read_lock():
        yield


@pytest.fixture(scope="session")
def alarms(check_context: CheckContext) -> Alarms:
    """Checks of the CloudWatch alarms and the dashboard."""
    return Alarms(check_context)


@pytest.fixture(scope="session")
def alb(check_context: CheckContext) -> Alb:
    """Checks of the load balancer."""
    return Alb(check_context)


@pytest.fixture(scope="session")
def aurora(check_context: CheckContext) -> Aurora:
    """Checks of the database, through its secret."""
    return Aurora(check_context)


@pytest.fixture(scope="session")
def autoscaling(check_context: CheckContext) -> AutoScaling:
    """Checks of Application Auto Scaling."""
    return AutoScaling(check_context)


@pytest.fixture(scope="session")
def cloudfront(check_context: CheckContext) -> CloudFront:
    """Checks of the distribution."""
    return CloudFront(check_context)


@pytest.fixture(scope="session")
def ecs(check_context: CheckContext) -> Ecs:
    """Checks of the service and its tasks."""
    return Ecs(check_context)


@pytest.fixture(scope="session")
def iam(check_context: CheckContext) -> Iam:
    """Checks of the roles."""
    return Iam(check_context)


@pytest.fixture(scope="session")
def log_bucket(check_context: CheckContext) -> LogBucket:
    """Checks of the log bucket and its lifecycle rules."""
    return LogBucket(check_context)


@pytest.fixture(scope="session")
def logs(check_context: CheckContext) -> Logs:
    """Checks of the log group."""
    return Logs(check_context)


@pytest.fixture(scope="session")
def network(check_context: CheckContext) -> Network:
    """Checks of the VPC, its subnets and routes."""
    return Network(check_context)


@pytest.fixture(scope="session")
def security_groups(check_context: CheckContext) -> SecurityGroups:
    """Checks of the security groups."""
    return SecurityGroups(check_context)


@pytest.fixture(scope="session")
def tags(check_context: CheckContext) -> Tags:
    """Checks of the tags."""
    return Tags(check_context)
