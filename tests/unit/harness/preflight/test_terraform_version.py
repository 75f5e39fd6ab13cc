import pytest

from harness.preflight.terraform_version import TerraformVersion


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1.11.4", "Terraform 1.11.4"),
        ("v1.9", "Terraform 1.9.0"),
        ("1.16.0-rc2", "Terraform 1.16.0"),
        ("opentofu 1.10.2", "OpenTofu 1.10.2"),
        ("terraform v1.2.3", "Terraform 1.2.3"),
    ],
)
def test_versions_are_parsed(text: str, shown: str) -> None:
    assert str(TerraformVersion.parse(text)) == shown


@pytest.mark.parametrize("text", ["", "latest", "pulumi 3.1.0", "1"])
def test_other_text_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        TerraformVersion.parse(text)


@pytest.mark.parametrize(
    ("constraints", "met"),
    [
        (">= 1.11", True),
        (">= 1.11.0, < 1.12.0", True),
        ("= 1.11.4", True),
        ("1.11.4", True),
        ("~> 1.10", True),
        ("~> 1.11.2", True),
        ("~> 1.10.0", False),
        ("~> 1.12", False),
        ("< 1.11.4", False),
        ("<= 1.11.4", True),
        ("> 1.11.4", False),
        ("!= 1.11.4", False),
        ("about 1.11", None),
    ],
)
def test_a_version_is_compared_with_every_constraint(constraints: str, met: bool | None) -> None:
    assert TerraformVersion((1, 11, 4)).satisfies(constraints) is met
