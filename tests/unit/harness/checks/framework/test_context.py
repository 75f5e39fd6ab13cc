import pytest

from tests.unit.harness.checks.fake_deployment import FakeDeployment


def test_what_never_changes_is_read_once_and_an_error_is_no_value(
    fake_deployment: FakeDeployment,
) -> None:
    context, values = fake_deployment.context(), ["arn"]

    assert [context.once("group", values.pop) for _ in range(2)] == ["arn", "arn"]
    with pytest.raises(LookupError):
        context.once("balancer", values.pop)
    assert context.once("balancer", lambda: "another") == "another"
