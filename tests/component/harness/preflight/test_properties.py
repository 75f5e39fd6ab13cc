"""Property tests: no valid variation of a configuration has a finding."""

import contextlib
import ipaddress
import json
import tempfile
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from harness.preflight.configuration import (
    PreflightInputError,
    configuration_of,
    read_configurations,
)
from harness.preflight.engine import preflight
from harness.preflight.rules.rds.cluster import OFFERED
from harness.preflight.terraform_version import TerraformVersion
from tests.unit.harness.preflight.as_hcl import as_hcl
from tests.unit.harness.preflight.conftest import Synth
from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    ZONES,
    Draft,
    catalog,
    leaves,
)

SIZES = [
    (256, 512), (256, 2048), (512, 4096), (1024, 2048), (1024, 8192), (2048, 16384), (4096, 30720),
]  # fmt: skip
MAJORS = [(16, "16.8"), (17, "17.4"), (15, "15.10")]
TERRAFORMS = ["1.11.0", "1.11.4", "1.15.5", "opentofu 1.11.0"]


def suffixes(max_size: int) -> st.SearchStrategy[str]:
    return st.from_regex(
        rf"[a-z][a-z0-9]{{1,{max_size // 2 - 1}}}(-[a-z0-9]{{1,4}})?", fullmatch=True
    )


@st.composite
def stack_fields(draw: st.DrawFn) -> dict[str, Any]:
    """Draw valid fields of StackConfig."""
    cpu, memory = draw(st.sampled_from(SIZES))
    major, minor = draw(st.sampled_from(MAJORS))
    zones = draw(st.integers(2, 3))
    low = draw(st.integers(1, 3))
    high = draw(st.integers(low, 12))
    return {
        "environment_suffix": draw(suffixes(12)),
        "region": draw(st.sampled_from(["eu-north-1", "us-east-1", "eu-west-1"])),
        "vpc_cidr": draw(st.sampled_from(["10.0.0.0/16", "172.16.0.0/20", "192.168.7.0/24"])),
        "availability_zone_count": zones,
        "nat_gateway_count": draw(st.integers(1, zones)),
        "container_port": draw(st.sampled_from([8080, 3000, 9000])),
        "task_cpu": cpu,
        "task_memory": memory,
        "min_capacity": low,
        "max_capacity": high,
        "desired_count": draw(st.integers(low, high)),
        "aurora_engine_major": major,
        "aurora_preferred_minor": minor,
        "aurora_engine_version": draw(st.sampled_from([None, minor])),
        "aurora_reader_count": draw(st.integers(0, 2)),
        "aurora_min_capacity": draw(st.sampled_from([0.5, 1.0])),
        "aurora_max_capacity": draw(st.sampled_from([1.0, 2.0, 64.0])),
        "log_retention_days": draw(st.sampled_from([1, 7, 30])),
        "state_bucket": draw(st.sampled_from([None, "states"])),
        "state_lock": draw(st.booleans()),
    }


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(fields=stack_fields(), terraform=st.sampled_from(TERRAFORMS))
def test_no_valid_configuration_of_the_stack_has_a_finding(
    synth: Synth, fields: dict[str, Any], terraform: str
) -> None:
    if fields["state_bucket"] is None:
        fields["state_lock"] = False
    report = preflight(
        configuration_of(synth(**fields)), terraform=TerraformVersion.parse(terraform)
    )
    assert report.findings == ()


def rename(draft: Draft, suffix: str) -> None:
    """Change the environment suffix in every name."""
    draft.document = json.loads(json.dumps(draft.document).replace(SUFFIX, suffix))


def move_network(draft: Draft, network: str, zones: int) -> None:
    """Change the CIDR block of the VPC, and the number of zones with subnets."""
    draft["aws_vpc.network_vpc"]["cidr_block"] = network
    subnets = list(ipaddress.ip_network(network).subnets(new_prefix=28))
    tables = {"public": "network_public_table", "private": "network_private_0_table"}
    for number in range(zones):
        for offset, (kind, table) in enumerate(tables.items()):
            name = f"network_{kind}_{number}"
            draft[f"aws_subnet.{name}"] = {
                "vpc_id": "${aws_vpc.network_vpc.id}",
                "cidr_block": str(subnets[2 * number + offset]),
                "availability_zone": ZONES % number,
            }
            draft[f"aws_route_table_association.network_{kind}_association_{number}"] = {
                "route_table_id": f"${{aws_route_table.{table}.id}}",
                "subnet_id": f"${{aws_subnet.{name}.id}}",
            }
    ids = {k: [f"${{aws_subnet.network_{k}_{n}.id}}" for n in range(zones)] for k in tables}
    draft["aws_lb.load_balancer_alb"]["subnets"] = ids["public"]
    draft["aws_db_subnet_group.database_subnets"]["subnet_ids"] = ids["private"]
    draft["aws_ecs_service.service"]["network_configuration"]["subnets"] = ids["private"]


VARIATIONS = st.fixed_dictionaries(
    {
        "suffix": suffixes(16),
        "network": st.sampled_from(["10.0.0.0/16", "10.9.8.0/24", "172.31.0.0/20"]),
        "zones": st.integers(2, 6),
        "size": st.sampled_from(SIZES),
        "count": st.integers(2, 10),
        "version": st.sampled_from(
            [f"{major}.{minor}" for major, minors in OFFERED.items() for minor in minors]
        ),
        "low": st.integers(0, 4),
        "high": st.integers(4, 256),
    }
)


def varied_draft(varied: dict[str, Any]) -> Draft:
    """Return the catalog stack with a consistent change."""
    version = varied["version"]
    draft = catalog()
    move_network(draft, varied["network"], varied["zones"])
    size = varied["size"]
    draft["aws_ecs_task_definition.service_task"].update(cpu=str(size[0]), memory=size[1])
    draft["aws_ecs_service.service"]["desired_count"] = varied["count"]
    draft["aws_rds_cluster.database_cluster"]["engine_version"] = version
    draft["aws_rds_cluster.database_cluster"]["serverlessv2_scaling_configuration"] = {
        "min_capacity": varied["low"] / 2,
        "max_capacity": varied["high"] / 2,
    }
    family = f"aurora-postgresql{version.split('.', maxsplit=1)[0]}"
    draft["aws_rds_cluster_parameter_group.database_parameters"]["family"] = family
    rename(draft, varied["suffix"])
    return draft


@settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.generate,))
@given(VARIATIONS)
def test_no_consistent_change_of_the_configuration_has_a_finding(
    varied: dict[str, Any],
) -> None:
    assert preflight(configuration_of(varied_draft(varied).document)).findings == ()


def with_variables(document: dict[str, Any], folder: Path) -> None:
    """Write a configuration whose literal arguments are variables, each with a default."""
    variables: dict[str, Any] = {}
    for resources in document["resource"].values():
        for body in resources.values():
            for container, key in list(leaves(body)):
                literal = container[key]
                plain = isinstance(literal, int) or (
                    isinstance(literal, str) and "${" not in literal
                )
                if plain and container is not body.get("depends_on") and key != "provider":
                    name = f"v{len(variables)}"
                    variables[name] = {"default": literal}
                    container[key] = f"${{var.{name}}}"
    (folder / "main.tf.json").write_text(json.dumps({**document, "variable": variables}))


def as_a_module(document: dict[str, Any], folder: Path) -> None:
    """Write a configuration that calls the stack as a local module."""
    (folder / "stack").mkdir()
    (folder / "stack/main.tf.json").write_text(json.dumps(document))
    root = {"module": {"stack": {"source": "./stack"}}, "provider": document["provider"]}
    (folder / "main.tf.json").write_text(json.dumps({**root, "terraform": document["terraform"]}))


def in_hcl(document: dict[str, Any], folder: Path) -> None:
    """Write the stack as HCL."""
    (folder / "main.tf").write_text(as_hcl(document))


@pytest.mark.parametrize("write", [with_variables, as_a_module, in_hcl])
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(varied=VARIATIONS)
def test_no_variation_has_a_finding_as_variables_as_a_module_or_in_hcl(
    write: Callable[[dict[str, Any], Path], None], varied: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        write(varied_draft(varied).document, Path(name))
        (configuration,) = read_configurations(Path(name))
    report = preflight(configuration)
    assert report.findings == ()
    assert report.incomplete == ""


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["${var.x}", "${", "${aws_lb.load_balancer_alb}", "[", "{}", "$${", "%{if}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def with_any_value(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the correct configuration with one value replaced by a value of any type."""
    document = catalog().document
    kind = draw(st.sampled_from(sorted(document["resource"])))
    name = draw(st.sampled_from(sorted(document["resource"][kind])))
    body = document["resource"][kind][name]
    body[draw(st.sampled_from(sorted(body)))] = draw(ANYTHING)
    return document


@settings(max_examples=30, deadline=None, derandomize=True, phases=(Phase.generate,))
@given(with_any_value())
def test_a_value_of_any_type_is_findings_or_an_input_error(document: dict[str, Any]) -> None:
    with contextlib.suppress(PreflightInputError):
        preflight(configuration_of(document))


def test_an_unknown_value_anywhere_has_no_finding() -> None:
    """Replace each argument, block and item in turn by a variable, in all resources at once."""
    document = catalog().document
    bodies = [body for resources in document["resource"].values() for body in resources.values()]
    places = [
        [(container, key) for container, key in leaves(body)
         if key != "depends_on" and container is not body.get("depends_on")]  # no expression there
        for body in bodies
    ]  # fmt: skip
    document["variable"] = {f"v{number}": {} for number in range(len(bodies))}
    for turn in zip_longest(*places):
        kept = [(*place, place[0][place[1]]) for place in turn if place]
        for number, (container, key, _) in enumerate(kept):
            container[key] = f"${{var.v{number}}}"
        findings = preflight(configuration_of(document)).findings
        assert not findings, f"{[key for _, key, _ in kept]}: {findings}"
        for container, key, value in kept:
            container[key] = value
