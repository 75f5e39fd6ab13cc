"""A suffix that is in use is refused before anything is created."""

from dataclasses import replace
from typing import Any

import pytest

from harness.catalog.names import physical_names
from harness.core.errors import TargetError, UsageError
from harness.deploy.deploy import deploy
from harness.deploy.existing_resources import require_no_existing_resources
from harness.teardown.destroy import destroy
from tests.unit.harness.aws.resources.fake_account import REGION, SUFFIX, SweptTarget, tags, upper
from tests.unit.harness.checks.fake_aws import Answer, RefusalError
from tests.unit.harness.fake_run import CLEAN, FakeRun

GROUP = f"/ecs/catalog-{SUFFIX}"


def require(**answers: Answer) -> None:
    given = {name.replace("__", "."): answer for name, answer in answers.items()}
    names = physical_names(SUFFIX, REGION)
    require_no_existing_resources(SweptTarget(given).as_target, SUFFIX, names)


def vpc(**given: Any) -> dict[str, Any]:
    return {"Vpcs": [{"VpcId": "vpc-1", "Tags": upper(tags(**given))}]}


def log_group(name: str) -> dict[str, Answer]:
    return {
        "logs__DescribeLogGroups": {"logGroups": [{"logGroupName": name, "arn": "arn"}]},
        "logs__ListTagsForResource": {"tags": {}},
    }


def test_an_account_without_such_resources_is_accepted() -> None:
    require()


@pytest.mark.parametrize("given", [{}, {"RunId": "1"}, {"expires_at": None}])
def test_the_tags_of_the_suffix_are_refused_of_whichever_run(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"ec2 VPC vpc-1 \(tag EnvironmentSuffix=pr1\)") as raised:
        require(ec2__DescribeVpcs=vpc(**given))

    assert raised.value.exit_code == 2
    assert "another --environment-suffix" in raised.value.remedy
    assert f"sweep --environment-suffix {SUFFIX}" in raised.value.remedy


def test_the_exact_name_is_refused() -> None:
    with pytest.raises(UsageError, match=rf"logs log group {GROUP} \(named {GROUP}\)"):
        require(**log_group(GROUP))


@pytest.mark.parametrize("name", [f"/aws/lambda/orders-{SUFFIX}", f"{GROUP}-2"])
def test_a_similar_name_is_accepted(name: str) -> None:
    require(**log_group(name))


def test_another_suffix_is_accepted() -> None:
    require(ec2__DescribeVpcs=vpc(suffix="pr12"))


def test_the_published_image_of_the_run_is_accepted() -> None:
    repository = {"repositoryName": f"catalog-api-{SUFFIX}", "repositoryArn": "arn"}

    require(
        ecr__DescribeRepositories={"repositories": [repository]},
        ecr__ListTagsForResource={"tags": upper(tags())},
    )


def test_a_service_that_fails_is_an_error() -> None:
    def refuse(_: object) -> dict[str, Any]:
        raise RefusalError("AccessDenied")

    with pytest.raises(TargetError, match=r"whether pr1 is in use.*AccessDenied"):
        require(iam__ListRoles=refuse)


def test_a_refused_run_has_applied_nothing_and_is_destroyed(fake_run: FakeRun) -> None:
    run = fake_run.run()
    fake_run.existing = UsageError("1 resource(s) of pr1 exist")

    with pytest.raises(UsageError, match="exist"):
        deploy(run)

    assert not fake_run.ledger.get(SUFFIX).applied
    assert "apply" not in fake_run.verbs
    assert destroy(run) == CLEAN


def test_a_second_apply_of_the_same_run_is_not_refused(fake_run: FakeRun) -> None:
    run = replace(fake_run.run(), shared=True)
    deploy(run)
    fake_run.existing = UsageError("1 resource(s) of pr1 exist")

    deploy(run)

    assert fake_run.verbs.count("apply") == 2


def test_a_target_of_the_runs_own_is_empty(
    fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(fake_run.target), "is_per_run", True)
    fake_run.existing = UsageError("1 resource(s) of pr1 exist")

    assert deploy(fake_run.run()).outputs is not None
