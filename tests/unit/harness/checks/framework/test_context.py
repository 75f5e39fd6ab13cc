from collections.abc import Iterator

import pytest

from tests.unit.harness.checks.fake_deployment import FakeDeployment


def test_what_never_changes_is_read_once_and_an_error_is_no_value(
    fake_deployment: FakeDeployment,
) -> None:
    context, values = fake_deployment.context(), iter(["arn"])

    def read() -> str:
        return _next_or_error(values)

    assert [context.once("group", read), context.once("group", read)] == ["arn", "arn"]
    with pytest.raises(LookupError):
        context.once("balancer", read)
    assert context.once("balancer", lambda: "another") == "another"


def _next_or_error(values: Iterator[str]) -> str:
    for value in values:
        return value
    raise LookupError
