import json

import pytest

from harness.terraform.configuration import CONFIGURATION, STATE, write_json
from harness.terraform.errors import TerraformError
from harness.terraform.working_directory import WorkingDirectory
from tests.unit.harness.terraform.fake_terraform import FakeTerraform


@pytest.fixture
def directory(fake: FakeTerraform) -> WorkingDirectory:
    directory = fake.working_directory()
    directory.write({})
    return directory


def test_managed_resources_are_listed_once_by_their_addresses(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    vpc = {"mode": "managed", "type": "aws_vpc", "name": "v"}
    deposed = {"deposed": "8f1a3c21"}
    subnets = [{"index_key": 'a "b" ß'}, {"index_key": 0}, {}, deposed]
    state = {
        "resources": [
            {"mode": "data", "type": "aws_caller_identity", "name": "i", "instances": [{}]},
            {**vpc, "instances": [{}, deposed]},
            {**vpc, "module": 'module.m["x"]', "instances": subnets},
        ]
    }
    fake.answer("state pull", json.dumps(state))

    assert directory.state.resources() == (
        "aws_vpc.v",
        r'module.m["x"].aws_vpc.v["a \"b\" ß"]',
        'module.m["x"].aws_vpc.v[0]',
        'module.m["x"].aws_vpc.v',
    )


def test_the_state_is_read_once(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    state = directory.state

    assert (state.resources(), state.outputs(), list(state.attributes())) == ((), {}, [])
    assert fake.verbs == ["state pull"]


def test_a_state_that_cannot_be_read_is_an_error(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    fake.answer("state pull", stderr="Failed to load state: access denied\n", status=1)

    with pytest.raises(TerraformError, match="access denied"):
        directory.state.resources()


@pytest.mark.parametrize(
    ("backend", "file", "verbs"),
    [
        ({}, json.dumps({"version": 4, "outputs": {"a": {"value": 1}}}), []),
        ({"s3": {"bucket": "b"}}, json.dumps({"version": 4}), ["state pull"]),
        ({}, json.dumps({"version": 3}), ["state pull"]),
        ({}, "[4]", ["state pull"]),
        ({}, '{"version": 4', ["state pull"]),
    ],
    ids=["local", "remote", "another version", "another format", "damaged"],
)
def test_terraform_reads_a_state_that_is_no_text_in_the_working_directory(
    fake: FakeTerraform,
    directory: WorkingDirectory,
    backend: dict[str, object],
    file: str,
    verbs: list[str],
) -> None:
    write_json(directory.path / CONFIGURATION, {"terraform": {"backend": backend}})
    (directory.path / STATE).write_text(file)
    fake.answer("state pull", json.dumps({"outputs": {"a": {"value": 1}}}))

    assert directory.state.outputs() == {"a": 1}
    assert fake.verbs == verbs


def test_only_identifiers_of_managed_resources_are_read(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    vpc = {"mode": "managed", "type": "aws_vpc"}
    secret = {"id": "arn:secret", "arn": "arn:secret", "name": "catalog/pr1", "value": "hunter2"}
    state = {
        "resources": [
            {**vpc, "instances": [{"attributes": secret}, {"attributes": {"id": "b"}}]},
            {**vpc, "instances": []},
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
