"""The replies of the deployed stack, compared with recorded ones of AWS."""

from dataclasses import replace
from typing import Any

import pytest

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.catalog import CATALOG
from harness.checks.framework.context import CheckContext
from harness.checks.framework.expected import ExpectedStack
from harness.checks.registry import service_checks
from harness.deploy.deploy import Deployment
from tests.parity.comparison import compare
from tests.parity.page import PAGE, row
from tests.record_responses import RecordingTarget
from tests.unit.harness.checks.recording import from_json, output_shape

FEWEST = 40


@pytest.mark.usefixtures("embedded_only")
def test_the_replies_are_those_of_aws_and_the_page_has_them(deployment: Deployment) -> None:
    target: Any = RecordingTarget(deployment.target)
    context = CheckContext(
        target,
        deployment.outputs,
        ExpectedStack.of(deployment.config),
        CATALOG.describe(deployment.state()),
        record=lambda _: None,
    )
    for service, check in service_checks():
        if not check.spec.exclusive:
            check.evaluate(service(context))
    take_inventory(Clients(target.session()), target.missing())

    parities = compare(
        replace(each, response=from_json(each.response, output_shape(each.service, each.operation)))
        for each in target.exchanges
    )

    assert {each.operation: each.unexplained for each in parities if each.unexplained} == {}
    written = PAGE.read_text(encoding="utf-8").splitlines()
    recorded = [row(each) for each in parities if each.recordings]
    assert len(recorded) >= FEWEST
    assert [each for each in recorded if each not in written] == [], (
        "record anew: python -m tests.record_responses, then python -m tests.parity"
    )
