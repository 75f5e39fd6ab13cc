"""The table compared with the changelogs."""

import pytest

from harness.preflight import TerraformVersion
from harness.preflight.rules.terraform.backend_arguments import s3_argument


@pytest.mark.parametrize(
    ("name", "first", "before"),
    [
        ("use_lockfile", "1.10.0", "1.9.8"),
        ("use_path_style", "1.6.0", "1.5.7"),
        ("skip_s3_checksum", "1.6.3", "1.6.2"),
        ("state_tags", "opentofu 1.11.0", "opentofu 1.10.9"),
        ("use_lockfile", "opentofu 1.10.0", "opentofu 1.9.4"),
    ],
)
def test_an_argument_is_accepted_from_its_first_version(name: str, first: str, before: str) -> None:
    for text, accepted in ((first, True), (before, False)):
        terraform = TerraformVersion.parse(text)
        argument = s3_argument(name, terraform)
        assert argument is not None
        assert argument.accepted_by(terraform.version) is accepted


@pytest.mark.parametrize(
    ("name", "last", "gone"),
    [("role_arn", "1.9.8", "1.10.0"), ("use_legacy_workflow", "1.7.5", "1.8.0")],
)
def test_an_argument_is_rejected_from_its_removal_on(name: str, last: str, gone: str) -> None:
    argument = s3_argument(name, TerraformVersion.parse(last))
    assert argument is not None
    assert argument.accepted_by(TerraformVersion.parse(last).version)
    assert not argument.accepted_by(TerraformVersion.parse(gone).version)


def test_locking_with_dynamodb_is_deprecated_in_terraform_only() -> None:
    for text, deprecated in (("1.11.0", True), ("1.10.5", False), ("opentofu 1.12.0", False)):
        terraform = TerraformVersion.parse(text)
        argument = s3_argument("dynamodb_table", terraform)
        assert argument is not None
        assert argument.deprecated_in(terraform.version) is deprecated
