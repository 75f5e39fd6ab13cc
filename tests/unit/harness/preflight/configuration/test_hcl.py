import json
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.preflight.configuration import (
    PreflightInputError,
    Reference,
    configuration_of,
    read_configurations,
)
from harness.preflight.configuration.hcl import parse_hcl
from harness.preflight.configuration.values import Encoded
from harness.preflight.engine import preflight
from tests.unit.harness.preflight.as_hcl import as_hcl
from tests.unit.harness.preflight.sample_configuration import catalog

HCL = """
terraform {
  required_providers { aws = { source = "hashicorp/aws", version = "~> 5.0" } }
}
variable "name" { default = "logs-a1" }
resource "aws_s3_bucket" "logs" {
  provider      = aws.edge
  bucket        = "x-${var.name}" # a comment
  force_destroy = true
  depends_on    = [aws_vpc.v]
  lifecycle {
    ignore_changes = [tags["x"], bucket]
  }
}
resource "aws_vpc" "v" {
  for_each = toset(["a", "b"])
}
resource "aws_s3_bucket_policy" "p" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "s3:*", Resource = aws_s3_bucket.logs.arn }]
  })
}
resource "aws_iam_policy" "h" {
  policy = <<-EOT
    {
      "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "${aws_s3_bucket.logs.arn}"}]
    }
  EOT
}
resource "aws_lb" "l" {
  dynamic "access_logs" {
    for_each = ["one", "two"]
    iterator = it
    content {
      bucket = it.value
    }
  }
}
"""


@pytest.fixture
def resources(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "main.tf").write_text(HCL)
    (found,) = read_configurations(tmp_path)
    return {resource.address: resource for resource in found.resources()}


def test_hcl_is_the_same_model_as_json(resources: dict[str, Any]) -> None:
    bucket = resources["aws_s3_bucket.logs"]
    assert bucket.text("bucket") == "x-logs-a1"
    assert bucket.boolean("force_destroy") is True
    assert bucket.provider == "aws.edge"
    assert bucket.used == {"aws_vpc.v"}
    assert bucket.block("lifecycle").value("ignore_changes") == ['tags["x"]', "bucket"]
    assert resources["aws_vpc.v"].instances == 2
    assert bucket.configuration.provider_version == "~> 5.0"


def test_documents_in_hcl_keep_their_references(resources: dict[str, Any]) -> None:
    encoded = resources["aws_s3_bucket_policy.p"].value("policy")
    assert isinstance(encoded, Encoded)
    for address in ("aws_s3_bucket_policy.p", "aws_iam_policy.h"):
        (statement,) = resources[address].document("policy")["Statement"]
        assert isinstance(statement["Resource"], Reference)


def test_dynamic_blocks_are_expanded(resources: dict[str, Any]) -> None:
    blocks = resources["aws_lb.l"].blocks("access_logs")
    assert [block.text("bucket") for block in blocks] == ["one", "two"]


def test_json_and_hcl_of_a_folder_are_one_configuration(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('locals { name = "from-hcl" }')
    document = {"resource": {"aws_vpc": {"v": {"name": "${local.name}"}}}}
    (tmp_path / "vpc.tf.json").write_text(json.dumps(document))
    (found,) = read_configurations(tmp_path)
    assert [r.text("name") for r in found.resources()] == ["from-hcl"]


def test_a_file_that_is_not_hcl_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_vpc" "v" {}')
    (tmp_path / "broken.tf").write_text('resource "aws_vpc" {{{')
    (found,) = read_configurations(tmp_path)
    assert "broken.tf" in found.incomplete
    with pytest.raises(PreflightInputError, match="not HCL"):
        read_configurations(tmp_path / "broken.tf")


def test_without_the_extra_one_line_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hcl2", None)
    (tmp_path / "main.tf").write_text(HCL)
    with pytest.raises(PreflightInputError, match=r"catalog-harness\[hcl\]"):
        read_configurations(tmp_path)
    (tmp_path / "main.tf.json").write_text('{"resource": {"aws_vpc": {"v": {}}}}')
    assert "main.tf" in read_configurations(tmp_path)[0].incomplete


def test_text_that_is_not_hcl_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Unexpected"):
        parse_hcl("a = = b")


def test_the_catalog_stack_in_hcl_has_no_finding(tmp_path: Path) -> None:
    document = catalog().document
    (tmp_path / "main.tf").write_text(as_hcl(document))
    (found,) = read_configurations(tmp_path)
    as_json = configuration_of(document)
    assert {r.address for r in found.resources()} == {r.address for r in as_json.resources()}
    assert preflight(found).findings == ()


def test_a_heredoc_may_end_in_blanks_and_lines_in_carriage_returns() -> None:
    text = "a = <<X\r\ntext\r\nX  \r\nb = 1\r\n"
    assert parse_hcl(text) == {"a": "text\n", "b": 1}
