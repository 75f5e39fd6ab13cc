"""Plans have the shape that ``terraform show -json`` of Terraform 1.11 prints."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from harness.preflight.configuration import (
    PreflightInputError,
    configuration_of,
    read_configurations,
)
from harness.preflight.engine import preflight
from harness.preflight.terraform_version import TerraformVersion
from tests.unit.harness.preflight.sample_configuration import leaves

CLUSTER = ("aws_ecs_cluster.main.arn", "aws_ecs_cluster.main")
SERVICE = "aws_ecs_service.api"


def change(address: str, unknown: Any, *actions: str) -> dict[str, Any]:
    return {
        "address": address,
        "change": {"actions": list(actions or ("create",)), "after_unknown": unknown},
    }


def references(*names: str) -> dict[str, Any]:
    return {"references": list(names)}


def resource(address: str, values: dict[str, Any], mode: str = "managed") -> dict[str, Any]:
    kind = address.rpartition("module.")[2].split(".")[-2]
    return {"address": address, "mode": mode, "type": kind, "values": values}


def declared(address: str, expressions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"address": address, "expressions": expressions, **more}


def plan(**changes: Any) -> dict[str, Any]:
    document = {
        "format_version": "1.2",
        "planned_values": {
            "outputs": {"environment_suffix": {"value": "pr1"}, "arn": {}},
            "root_module": {
                "resources": [
                    resource("aws_ecs_cluster.main", {"name": "cluster-pr1"}),
                    resource(
                        SERVICE,
                        {
                            "name": "api-pr1",
                            "launch_type": None,
                            "capacity_provider_strategy": [
                                {"capacity_provider": "FARGATE_SPOT", "weight": 100}
                            ],
                            "load_balancer": [],
                        },
                    ),
                ],
                "child_modules": [
                    {
                        "resources": [
                            resource("module.store.aws_s3_bucket.logs", {"bucket": "logs-pr1"}),
                            resource(
                                'module.store.aws_s3_bucket_policy.logs["a"]', {"policy": "{}"}
                            ),
                        ]
                    }
                ],
            },
        },
        "resource_changes": [
            change("aws_ecs_cluster.main", {"arn": True, "id": True}),
            change(SERVICE, {"cluster": True, "id": True, "launch_type": True}),
            change("module.store.aws_s3_bucket.logs", {"id": True}, "no-op"),
            change('module.store.aws_s3_bucket_policy.logs["a"]', {"bucket": True}),
        ],
        "configuration": {
            "provider_config": {
                "aws": {
                    "name": "aws",
                    "expressions": {"region": {"constant_value": "eu-north-1"}},
                },
                "edge": {"name": "aws", "alias": "edge", "expressions": {}},
                "inner": {"name": "aws", "module_address": "module.store"},
            },
            "root_module": {
                "resources": [
                    declared("aws_ecs_cluster.main", {"name": {"constant_value": "x"}}),
                    declared(
                        SERVICE,
                        {
                            "cluster": references(
                                "aws_ecs_cluster.main.arn", "aws_ecs_cluster.main"
                            ),
                            "capacity_provider_strategy": [
                                {"capacity_provider": {"constant_value": "FARGATE_SPOT"}}
                            ],
                        },
                    ),
                ],
                "module_calls": {
                    "store": {
                        "module": {
                            "resources": [
                                declared("aws_s3_bucket.logs", {}),
                                declared(
                                    "aws_s3_bucket_policy.logs",
                                    {
                                        "bucket": references(
                                            "aws_s3_bucket.logs.id", "aws_s3_bucket.logs"
                                        )
                                    },
                                    depends_on=["aws_s3_bucket.logs"],
                                ),
                            ]
                        }
                    }
                },
            },
        },
    }
    return {**document, **changes}


def service_of(document: dict[str, Any]) -> Any:
    return document["planned_values"]["root_module"]["resources"][1]["values"]


def rules_of(document: dict[str, Any]) -> set[str]:
    report = preflight(configuration_of(document), terraform=TerraformVersion.parse("1.11.4"))
    return {finding.rule for finding in report.findings}


def test_an_unknown_value_keeps_what_it_refers_to() -> None:
    found = configuration_of(plan())
    service = found.find(SERVICE)
    assert service is not None
    assert service.follow("cluster", "aws_ecs_cluster") is found.find("aws_ecs_cluster.main")
    assert service.depends_on(found.resources("aws_ecs_cluster")[0])


def test_references_inside_a_module_are_relative_to_it() -> None:
    found = configuration_of(plan())
    policy = found.find('module.store.aws_s3_bucket_policy.logs["a"]')
    assert policy is not None
    bucket = policy.follow("bucket", "aws_s3_bucket")
    assert bucket is not None
    assert bucket.address == "module.store.aws_s3_bucket.logs"


def test_what_exists_already_is_known() -> None:
    assert configuration_of(plan()).existing == {"module.store.aws_s3_bucket.logs"}


def test_what_is_replaced_exists_already() -> None:
    document = plan()
    document["resource_changes"][0]["change"]["actions"] = ["delete", "create"]
    assert "aws_ecs_cluster.main" in configuration_of(document).existing


def test_provider_and_outputs_are_read() -> None:
    found = configuration_of(plan())
    assert found.region() == "eu-north-1"
    assert found.outputs.text("environment_suffix") == "pr1"


def test_an_unknown_launch_type_beside_a_strategy_is_no_finding() -> None:
    assert "ecs/launch-type-with-capacity-provider-strategy" not in rules_of(plan())


def test_a_mistake_in_planned_values_is_found() -> None:
    document = plan()
    service_of(document)["launch_type"] = "FARGATE"
    document["resource_changes"][1]["change"]["after_unknown"] = {"cluster": True}
    assert "ecs/launch-type-with-capacity-provider-strategy" in rules_of(document)


def lifecycle(rule: dict[str, Any]) -> dict[str, Any]:
    address = "aws_s3_bucket_lifecycle_configuration.logs"
    values = {"rule": [{"expiration": [{"days": 30}], "filter": [], "prefix": "", "id": "x"}]}
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [resource(address, values)]}},
        "resource_changes": [change(address, {"rule": [{"filter": []}]})],
        "configuration": {"root_module": {"resources": [declared(address, {"rule": [rule]})]}},
    }


def test_the_providers_empty_default_is_not_taken_for_the_users() -> None:
    assert "s3/lifecycle-rule-without-filter" in rules_of(lifecycle({"id": {}}))
    given = {"prefix": {"constant_value": ""}}
    assert "s3/lifecycle-rule-without-filter" not in rules_of(lifecycle(given))


def test_a_value_from_several_resources_is_not_followed() -> None:
    document = plan()
    names = ("aws_ecs_cluster.main.arn", "module.store.aws_s3_bucket.logs.id")
    declared_service = document["configuration"]["root_module"]["resources"][1]
    declared_service["expressions"]["cluster"] = references(*names)
    found = configuration_of(document)
    service = found.find(SERVICE)
    assert service is not None
    assert service.follow("cluster") is None
    (cluster,) = found.resources("aws_ecs_cluster")
    assert SERVICE in found.all_dependents(cluster)


def test_a_plan_may_refer_to_what_it_does_not_have() -> None:
    document = plan()
    declared_service = document["configuration"]["root_module"]["resources"][1]
    declared_service["expressions"]["cluster"] = references("aws_ecs_cluster.read.arn")
    declared_service["depends_on"] = ["aws_ecs_cluster.read"]
    assert "terraform/undeclared-resource" not in rules_of(document)


def test_unknown_items_of_lists_are_unknown() -> None:
    document = plan()
    service_of(document)["load_balancer"] = [{"container_name": "api"}]
    document["resource_changes"][1]["change"]["after_unknown"] = {
        "load_balancer": [{"target_group_arn": True}, True]
    }
    service = configuration_of(document).find(SERVICE)
    assert service is not None
    (balancer,) = service.blocks("load_balancer")
    assert balancer.text("container_name") == "api"
    assert not service.countable("load_balancer")


@pytest.mark.parametrize(
    "change_of",
    [
        {"resource_changes": {}},
        {"resource_changes": [5]},
        {"configuration": []},
        {"planned_values": {"root_module": {"resources": "x"}}},
        {"planned_values": {"root_module": {"child_modules": [1]}}},
        {"planned_values": {"outputs": {"x": 1}}},
        {"configuration": {"provider_config": {"aws": 5}}},
        {"configuration": {"root_module": {"module_calls": {"m": 5}}}},
    ],
)
def test_a_plan_of_another_shape_is_one_clear_error(change_of: dict[str, Any]) -> None:
    with pytest.raises(PreflightInputError):
        configuration_of(plan(**change_of))


@pytest.mark.parametrize("value", [None, 5, [None]])
def test_a_value_of_any_type_anywhere_is_findings_or_one_clear_error(value: Any) -> None:
    document = plan()
    for container, key in list(leaves(document)):
        kept, container[key] = container[key], value
        with contextlib.suppress(PreflightInputError):
            rules_of(document)
        container[key] = kept


MODULES = Path(__file__).with_name("modules")


def test_a_plan_has_the_findings_of_its_modules() -> None:
    """``plan.json``: what ``terraform show -json`` of Terraform 1.11.4 printed for the folder."""

    def found(path: Path) -> set[tuple[str, str, str]]:
        (configuration,) = read_configurations(path)
        report = preflight(configuration)
        assert report.incomplete == ""
        return {(f.rule, f.address, f.severity) for f in report.findings}

    of_plan = found(MODULES / "plan.json")
    assert len(of_plan) > 10
    assert found(MODULES) == of_plan
