"""Local modules: their variables, outputs, instances and providers."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.preflight.configuration import (
    Configuration,
    Unknown,
    configuration_of,
    read_configurations,
)
from harness.preflight.engine import preflight

SERVER: dict[str, Any] = {
    "variable": {"name": {}, "class": {"default": "db.r6g.large"}},
    "locals": {"full": "${var.name}-a1"},
    "resource": {
        "aws_s3_bucket": {"b": {"bucket": "${local.full}"}},
        "aws_s3_bucket_policy": {"p": {"bucket": "${aws_s3_bucket.b.id}"}},
    },
    "output": {"bucket": {"value": "${aws_s3_bucket.b.arn}"}, "name": {"value": "${local.full}"}},
}


def write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def read(folder: Path, call: dict[str, Any], **more: Any) -> Configuration:
    write(folder / "main.tf.json", {"module": {"m": {"source": "./m", **call}}, **more})
    write(folder / "m/main.tf.json", SERVER)
    (found,) = read_configurations(folder)
    return found


def test_the_resources_of_a_local_module_are_read_with_its_inputs(tmp_path: Path) -> None:
    found = read(tmp_path, {"name": "${local.prefix}-logs"}, locals={"prefix": "x"})
    bucket = found.find("module.m.aws_s3_bucket.b")
    policy = found.find("module.m.aws_s3_bucket_policy.p")
    assert bucket is not None
    assert policy is not None
    assert bucket.text("bucket") == "x-logs-a1"
    assert policy.follow("bucket", "aws_s3_bucket") is bucket
    assert bucket.source.endswith("m/main.tf.json")
    assert found.incomplete == ""


def test_outputs_are_followed_into_the_module(tmp_path: Path) -> None:
    vpc = {"aws_vpc": {"v": {"name": "${module.m.name}", "bucket": "${module.m.bucket}"}}}
    found = read(tmp_path, {"name": "x"}, resource=vpc)
    (root,) = found.resources("aws_vpc")
    assert root.text("name") == "x-a1"
    target = root.follow("bucket", "aws_s3_bucket")
    assert target is not None
    assert target.address == "module.m.aws_s3_bucket.b"
    assert root.depends_on(target)


@pytest.mark.parametrize(("count", "expected"), [(2, True), ("${var.n}", True), (1, False)])
def test_a_module_with_count_has_an_uncertain_number_of_resources(
    tmp_path: Path, count: object, expected: bool
) -> None:
    found = read(tmp_path, {"name": "x", "count": count})
    bucket = found.find("module.m.aws_s3_bucket.b")
    assert bucket is not None
    assert bucket.repeated is expected


def test_a_module_without_instance_has_no_resources(tmp_path: Path) -> None:
    found = read(tmp_path, {"name": "x", "count": "${false ? 1 : 0}"})
    assert found.resources() == []
    assert found.incomplete == ""


def test_a_blocker_in_a_module_that_may_not_exist_is_a_warning(tmp_path: Path) -> None:
    found = read(tmp_path, {"name": "Not_A_Name", "count": "${var.n}"}, variable={"n": {}})
    finding = next(f for f in preflight(found).findings if f.rule == "s3/bucket-name")
    assert finding.severity == "warning"


def test_providers_are_those_of_the_caller(tmp_path: Path) -> None:
    providers = [{"region": "eu-north-1"}, {"alias": "edge", "region": "us-east-1"}]
    found = read(
        tmp_path, {"name": "x", "providers": {"aws": "aws.edge"}}, provider={"aws": providers}
    )
    bucket = found.find("module.m.aws_s3_bucket.b")
    assert bucket is not None
    assert bucket.region() == "us-east-1"


def test_modules_of_modules_are_read_and_are_no_root_modules(tmp_path: Path) -> None:
    write(tmp_path / "live/main.tf.json", {"module": {"a": {"source": "../modules/a"}}})
    call = {"module": {"b": {"source": "../b", "name": "x"}}}
    write(tmp_path / "modules/a/main.tf.json", call)
    write(tmp_path / "modules/b/main.tf.json", SERVER)
    (found,) = read_configurations(tmp_path)
    assert found.find("module.a.module.b.aws_s3_bucket.b") is not None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("terraform-aws-modules/vpc/aws", "not a local module"),
        ("git::https://example.com/vpc.git", "not a local module"),
        ("./missing", "no module in ./missing"),
        (5, "not a text"),
    ],
)
def test_a_module_that_cannot_be_read_is_listed(
    tmp_path: Path, source: object, reason: str
) -> None:
    write(tmp_path / "main.tf.json", {"module": {"m": {"source": source}}})
    (found,) = read_configurations(tmp_path)
    assert [part.name for part in found.not_read] == ["module m"]
    assert reason in found.not_read[0].reason


def test_a_remote_module_is_read_where_terraform_has_installed_it(tmp_path: Path) -> None:
    write(tmp_path / "main.tf.json", {"module": {"m": {"source": "a/b/aws", "name": "x"}}})
    manifest = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "m", "Dir": ".terraform/modules/m"}]}
    write(tmp_path / ".terraform/modules/modules.json", manifest)
    write(tmp_path / ".terraform/modules/m/main.tf.json", SERVER)
    (found,) = read_configurations(tmp_path)
    assert found.incomplete == ""
    assert found.find("module.m.aws_s3_bucket.b") is not None


def test_a_module_that_calls_itself_ends(tmp_path: Path) -> None:
    write(tmp_path / "main.tf.json", {"module": {"m": {"source": "./"}}})
    (found,) = read_configurations(tmp_path)
    assert "nested too deep" in found.not_read[-1].reason


def test_what_depends_on_a_module_depends_on_all_its_resources(tmp_path: Path) -> None:
    eip = {"aws_eip": {"e": {"depends_on": ["module.m"]}}}
    found = read(tmp_path, {"name": "x"}, resource=eip)
    address, bucket = found.find("aws_eip.e"), found.find("module.m.aws_s3_bucket.b")
    policy = found.find("module.m.aws_s3_bucket_policy.p")
    assert address is not None
    assert bucket is not None
    assert policy is not None
    assert address.depends_on(bucket)
    assert address.depends_on(policy)
    assert found.all_dependents(bucket) == {"module.m.aws_s3_bucket_policy.p"}


def test_the_resources_of_a_module_depend_on_what_its_call_depends_on(tmp_path: Path) -> None:
    eip: dict[str, Any] = {"aws_eip": {"e": {}}}
    found = read(tmp_path, {"name": "x", "depends_on": ["aws_eip.e"]}, resource=eip)
    bucket, address = found.find("module.m.aws_s3_bucket.b"), found.find("aws_eip.e")
    assert bucket is not None
    assert address is not None
    assert bucket.depends_on(address)
    assert not address.depends_on(bucket)
    assert found.dependents(address, "aws_s3_bucket") == []


def test_an_undeclared_resource_is_found_once_in_the_module_that_names_it(tmp_path: Path) -> None:
    found = read(tmp_path, {"name": "${aws_eip.missing.id}"})
    rule = "terraform/undeclared-resource"
    assert [f.address for f in preflight(found).findings if f.rule == rule] == ["module.m"]
    vpc = {"aws_subnet": {"s": {"vpc_id": "${aws_vpc.missing.id}"}}}
    write(tmp_path / "m/more.tf.json", {"resource": vpc})
    (found,) = read_configurations(tmp_path)
    undeclared = [f for f in preflight(found).findings if f.rule == rule]
    assert [f.address for f in undeclared] == ["module.m", "module.m.aws_subnet.s"]
    assert "module.m.aws_vpc.missing" in undeclared[1].message


def test_a_module_of_which_a_file_was_not_read_may_declare_more(tmp_path: Path) -> None:
    eip = {"aws_eip": {"e": {"instance": "${aws_instance.i.id}", "depends_on": ["aws_vpc.v"]}}}
    (tmp_path / "broken.tf.json").write_text("{")
    found = read(tmp_path, {"name": "x"}, resource=eip)
    assert "terraform/undeclared-resource" not in {f.rule for f in preflight(found).findings}


def test_a_finding_is_in_the_file_that_names_what_is_missing(tmp_path: Path) -> None:
    missing = "${aws_eip.missing.id}"
    write(tmp_path / "a.tf.json", {"terraform": {"backend": {"local": {}}}})
    write(tmp_path / "b.tf.json", {"locals": {"x": missing}})
    write(tmp_path / "c.tf.json", {"output": {"x": {"value": missing}}})
    write(tmp_path / "m/output.tf.json", {"output": {"y": {"value": missing}}})
    found = read(tmp_path, {"name": missing}, resource={"aws_eip": {"e": {"instance": missing}}})
    undeclared = [f for f in preflight(found).findings if f.rule == "terraform/undeclared-resource"]
    assert {f.address: str(Path(f.source).relative_to(tmp_path)) for f in undeclared} == {
        "aws_eip.e": "main.tf.json",
        "local.x": "b.tf.json",
        "module.m": "main.tf.json",
        "module.m.output.y": "m/output.tf.json",
        "output.x": "c.tf.json",
    }


def test_a_parsed_document_has_no_folder_of_modules() -> None:
    found = configuration_of({"module": {"m": {"source": "./m"}}})
    assert "only folders" in found.not_read[0].reason


def test_unknown_expressions_of_two_modules_are_not_the_same(tmp_path: Path) -> None:
    found = read(tmp_path, {})
    bucket = found.find("module.m.aws_s3_bucket.b")
    assert bucket is not None
    value = bucket.value("bucket")
    assert isinstance(value, Unknown)
    assert value.text.startswith("module.m.")


@pytest.mark.parametrize(
    ("call", "text", "error"),
    [
        (
            {"name": "x", "nam": "y"},
            "the module has no variable nam: it is not declared",
            "Error: Unsupported argument",
        ),
        ({}, "the module requires name, which is not set", "Error: Missing required argument"),
    ],
)
def test_the_arguments_of_a_call_are_the_variables_of_the_module(
    tmp_path: Path, call: dict[str, Any], text: str, error: str
) -> None:
    findings = preflight(read(tmp_path, call)).findings
    (found,) = [f for f in findings if f.rule == "terraform/undeclared-name"]
    assert (found.address, found.message) == ("module.m", text)
    assert found.error.startswith(error)
