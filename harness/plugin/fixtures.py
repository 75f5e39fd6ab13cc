"""The fixtures: the target, a deployed stack, and one per service of the registry of checks.

``harness.plugin.short_names`` has them without their prefix. pytest loads this module at every
start, so what they need is imported when a fixture is set up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from harness.core.errors import HarnessError

if TYPE_CHECKING:
    from harness.catalog import CatalogOutputs, StackConfig
    from harness.checks.framework.check import ServiceChecks
    from harness.checks.framework.context import CheckContext
    from harness.deploy.deploy import Deployment
    from harness.plugin.session import HarnessSession
    from harness.targets.base import Target

# The fixture of each class of the registry, and its documentation.
_SERVICES = {
    "alarms": "Checks of the CloudWatch alarms and the dashboard.",
    "alb": "Checks of the Application Load Balancer, its targets and its traffic.",
    "aurora": "Checks of the Aurora cluster, its secret, and the connections that it accepts.",
    "autoscaling": "Checks of the scalable target, its policies, and a service that follows them.",
    "cloudfront": "Checks of the CloudFront distribution and the requests that pass through it.",
    "database_secret": "Checks of the secret with the database credentials.",
    "ecs": "Checks of the ECS cluster, the service, its task definition and its tasks.",
    "iam": "Checks of the execution role and the task role.",
    "log_bucket": "Checks of the bucket for access logs.",
    "logs": "Checks of the log group.",
    "network": "Checks of the VPC, its subnets and their routes.",
    "security_groups": "Checks of the complete rules of every security group of the VPC.",
    "tags": "Checks of the tags, service by service.",
}


@pytest.fixture(scope="session")
def catalog_target(request: pytest.FixtureRequest) -> Target:
    """The started target, where the stack is or will be deployed; shared by all workers."""
    session = _session(request)
    try:
        return session.stack.target()
    except HarnessError as error:
        session.give_up(error)


@pytest.fixture(scope="session")
def catalog_deployment(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """The deployed catalog stack: deployed on first use, shared by all workers.

    The process that deploys it also runs the second plan, concurrently with the tests; drift
    is an error at the end.
    """
    session = _session(request)
    try:
        current = session.stack.deployment()
    except HarnessError as error:
        session.give_up(error)
    yield current
    session.stack.require_no_drift()


@pytest.fixture(scope="session")
def catalog_outputs(catalog_deployment: Deployment) -> CatalogOutputs:
    """The outputs of the deployed stack."""
    outputs: CatalogOutputs = catalog_deployment.outputs
    return outputs


@pytest.fixture(scope="session")
def catalog_stack_config(catalog_deployment: Deployment) -> StackConfig:
    """The configuration of the deployed stack."""
    from harness.catalog import CATALOG  # noqa: PLC0415 -- on first use

    return CATALOG.restore(catalog_deployment.config.to_mapping())


@pytest.fixture(scope="session")
def catalog_check_context(
    request: pytest.FixtureRequest, catalog_deployment: Deployment
) -> CheckContext:
    """The context of every check; results go to the report of the running test."""
    from harness.pipeline import prove  # noqa: PLC0415 -- on first use

    return prove.check_context(catalog_deployment, _session(request).recorder.record)


@pytest.fixture
def catalog_lock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Separate tests with the marker ``catalog_exclusive`` from all others of the stack.

    Each test that uses the fixture ``catalog_deployment`` uses this one too, right after it.
    """
    from filelock import ReadWriteLock  # noqa: PLC0415 -- on first use

    stack = _session(request).stack
    lock = ReadWriteLock(stack.run.directory / "tests.lock")
    exclusive = request.node.get_closest_marker("catalog_exclusive") is not None
    if exclusive:
        stack.await_second_plan()
    with lock.write_lock() if exclusive else lock.read_lock():
        yield


def _session(request: pytest.FixtureRequest) -> HarnessSession:
    loader: Any = request.config.pluginmanager.get_plugin("catalog-harness-loader")
    session: HarnessSession = loader.load()
    return session


def _service_fixture(name: str, documentation: str) -> Any:
    def checks(catalog_check_context: CheckContext) -> ServiceChecks:
        from harness.checks.registry import SERVICES  # noqa: PLC0415 -- on first use

        (service,) = (service for service in SERVICES if service.fixture() == name)
        return service(catalog_check_context)

    checks.__doc__ = documentation
    return pytest.fixture(scope="session", name=name)(checks)


# pytest collects fixtures from the attributes of a plugin.
_fixtures = {f"catalog_{name}": text for name, text in _SERVICES.items()}
globals().update({name: _service_fixture(name, text) for name, text in _fixtures.items()})

SHORT_NAMES = (*("target", "deployment", "outputs", "stack_config", "check_context"), *_SERVICES)
