import json

import pytest

from harness.terraform.errors import TerraformError
from harness.terraform.working_directory import WorkingDirectory
from tests.unit.harness.terraform.fake_terraform import FakeTerraform, lines


@pytest.fixture
def directory(fake: FakeTerraform) -> WorkingDirectory:
    directory = fake.working_directory()
    directory.write({})
    return directory


def test_data_sources_are_not_listed(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    fake.answer(
        "state list",
        lines("data.aws_caller_identity.i", "aws_vpc.v", 'aws_subnet.s["a"]', "module.m.data.a.b"),
    )

    assert directory.state.resources() == ("aws_vpc.v", 'aws_subnet.s["a"]')


def test_before_the_first_apply_there_are_no_resources(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    fake.answer("state list", stderr="No state file was found!\n", status=1)

    assert directory.state.resources() == ()


def test_a_state_that_cannot_be_read_is_an_error(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    fake.answer("state list", stderr="Failed to load state: access denied\n", status=1)

    with pytest.raises(TerraformError, match="access denied"):
        directory.state.resources()


def test_only_identifiers_of_managed_resources_are_read(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    secret = {"id": "arn:secret", "arn": "arn:secret", "name": "catalog/pr1", "value": "hunter2"}
    state = {
        "resources": [
            {"mode": "managed", "instances": [{"attributes": secret}, {"attributes": {"id": "b"}}]},
            {"mode": "managed", "instances": []},
            {"mode": "data", "instances": [{"attributes": {"id": "123456789012"}}]},
        ]
    }
    fake.answer("state pull", json.dumps(state))

    assert directory.state.identifiers() == {"arn:secret", "b"}


def test_without_a_state_there_are_no_identifiers(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    fake.answer("state pull", "")

    assert directory.state.identifiers() == set()
