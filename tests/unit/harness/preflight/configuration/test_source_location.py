from pathlib import Path

import pytest

from harness.preflight.configuration.source_location import Location, location_of
from harness.preflight.finding import Family, Finding, Severity

TEXT = """{
  "resource": {
    "aws_vpc": {"a": {}},
    "aws_eip": {
      "b": {}}
  },
  "terraform": {"backend": {"s3": {
    "key": "x"}}}
}"""
PLAN = '{"planned_values": [\n{"address": "aws_eip.other"},\n{"address": "aws_eip.b[\\"k\\"]"}]}'


def finding(address: str, source: Path | str) -> Finding:
    return Finding("x/y", Severity.BLOCKER, Family.DEPLOY, address, "", "", "", "", str(source))


@pytest.mark.parametrize(
    ("address", "line"),
    [("aws_vpc.a", 3), ("aws_eip.b", 5), ("terraform.backend.s3.key", 8), ("aws_lb.none", 1)],
)
def test_the_line_of_a_resource(tmp_path: Path, address: str, line: int) -> None:
    path = tmp_path / "main.tf.json"
    path.write_text(TEXT)
    assert location_of(finding(address, path)) == Location(path.as_posix(), line)


def test_the_line_of_a_resource_in_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(PLAN)
    assert location_of(finding('aws_eip.b["k"]', path)) == Location(path.as_posix(), 3)


def test_the_line_of_a_resource_in_a_module_with_a_key(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text('\nresource "aws_eip" "b" {\n}\n')
    assert location_of(finding('module.m["a.b"].aws_eip.b', path)) == Location(str(path), 2)


def test_the_line_of_a_resource_in_hcl_and_in_a_module(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text('# aws_vpc\n\nresource "aws_eip" "b" {\n}\n  data "aws_vpc" "a" {}\n')
    assert location_of(finding("module.m.module.n.aws_eip.b", path)) == Location(str(path), 3)
    assert location_of(finding("data.aws_vpc.a", path)) == Location(str(path), 5)


def test_the_lines_of_what_is_no_resource(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text('variable "a" {}\nlocals {\n  x = 1\n}\noutput "o" {}\nmodule "m" {}\n')
    lines = {"local.x": 2, "module.n.output.o": 5, "module.m": 6, "local.y": 2}
    assert {a: getattr(location_of(finding(a, path)), "line", 0) for a in lines} == lines
    path = tmp_path / "main.tf.json"
    path.write_text('{"output": {"x": {}},\n"locals": {\n"x": 1},\n"module": {\n"m": {}}}')
    lines = {"local.x": 3, "output.x": 1, "module.m": 5}
    assert {a: getattr(location_of(finding(a, path)), "line", 0) for a in lines} == lines


def test_a_resource_and_a_data_source_of_one_name_have_lines_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text('data "aws_eip" "b" {}\nresource "aws_eip" "b" {}\n# resource "aws_eip" "b"\n')
    assert location_of(finding("aws_eip.b", path)) == Location(str(path), 2)
    assert location_of(finding("data.aws_eip.b", path)) == Location(str(path), 1)


def test_the_first_of_two_blocks_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text('\nresource "aws_eip" "b" {}\n/*\nresource "aws_eip" "b" {}\n*/\n')
    assert location_of(finding("aws_eip.b", path)) == Location(str(path), 2)


def test_the_line_in_a_file_of_powershell(tmp_path: Path) -> None:
    path = tmp_path / "main.tf.json"
    path.write_text(TEXT, encoding="utf-16")
    assert location_of(finding("aws_eip.b", path)) == Location(str(path), 5)


def test_no_file_no_place() -> None:
    assert location_of(finding("aws_vpc.a", "")) is None
    assert location_of(finding("aws_vpc.a", "configuration")) is None
