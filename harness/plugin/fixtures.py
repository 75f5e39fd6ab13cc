"""The fixtures: the target, a deployed stack, and one per service of the registry of checks."""

from collections.abc import Iterator
from typing import Any

import pytest
from filelock import ReadWriteLock

from harness.catalog import CATALOG, CatalogOutputs, StackConfig
from harness.checks.framework.check import ServiceChecks
from harness.checks.framework.context import CheckContext
from harness.checks.registry import SERVICES
from harness.core.errors import HarnessError
from harness.deploy.deploy import Deployment
from harness.pipeline import prove
from harness.plugin.session import harness_session
from harness.targets.base import Target


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Target:
    """The started target, where the stack is or will be deployed; shared by all workers."""
    session = harness_session(request.config)
    try:
        return session.stack.target()
    except HarnessError as error:
        session.give_up(error)


@pytest.fixture(scope="session")
def deployment(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """The deployed catalog stack: deployed on first use, shared by all workers.

    The process that deploys it also runs the second plan, concurrently with the tests; drift
    is an error at the end.
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
    """The configuration of the deployed stack."""
    return CATALOG.restore(deployment.config.to_mapping())


@pytest.fixture(scope="session")
def check_context(request: pytest.FixtureRequest, deployment: Deployment) -> CheckContext:
    """The context of every check; results go to the report of the running test."""
    return prove.check_context(deployment, harness_session(request.config).recorder.record)


@pytest.fixture(autouse=True)
def stack_lock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Separate tests that change the stack (marker ``exclusive``) from all others of the stack.

    Tests that do not use the deployed stack take no lock.
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


def _service_fixture(service: type[ServiceChecks]) -> Any:
    def checks(check_context: CheckContext) -> ServiceChecks:
        return service(check_context)

    checks.__doc__ = service.__doc__
    return pytest.fixture(scope="session", name=service.fixture())(checks)


# pytest collects fixtures from the attributes of a plugin.
globals().update({service.fixture(): _service_fixture(service) for service in SERVICES})
