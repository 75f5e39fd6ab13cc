"""A suffix that is in use is refused before anything is created."""

from dataclasses import replace
from typing import Any

import pytest

from harness.aws.resources.resource import Kind, Resource
from harness.catalog.names import physical_names
from harness.core.errors import TargetError, UsageError
from harness.deploy.deploy import attach, deploy
from harness.deploy.existing_resources import (
    require_existing_resources,
    require_no_existing_resources,
)
from harness.run.ledger import RunStatus
from harness.run.run import Run
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


class TestLostState:
    @pytest.fixture
    def run(self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> Run:
        """A deployed run on an emulator that is managed elsewhere."""
        run = fake_run.run()
        deploy(run)
        fake_run.target.may_lose_state = True
        return run

    @pytest.mark.parametrize(("is_there", "verbs"), [(True, ["destroy"]), (False, [])])
    def test_terraform_destroys_only_what_the_emulator_still_has(
        self,
        fake_run: FakeRun,
        run: Run,
        monkeypatch: pytest.MonkeyPatch,
        is_there: bool,
        verbs: list[str],
    ) -> None:
        found = {Resource(Kind.VPC, "vpc-1"): "by tag"} if is_there else {}
        monkeypatch.setattr("harness.teardown.destroy.existing_resources", lambda *_: found)
        before = len(fake_run.verbs)

        assert destroy(run) == CLEAN

        assert fake_run.verbs[before:] == verbs
        assert fake_run.status is RunStatus.DESTROYED
        lost = [note for note in run.timeline.notes if "it has lost its state" in note]
        assert bool(lost) != is_there

    def test_a_service_that_fails_proves_no_loss(
        self, fake_run: FakeRun, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise TargetError("s3 failed")

        monkeypatch.setattr("harness.teardown.destroy.existing_resources", fail)

        destroy(run)

        assert fake_run.verbs[-1] == "destroy"

    def test_attaching_to_it_is_an_error_with_the_way_out(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("harness.deploy.existing_resources.existing_resources", lambda *_: {})

        with pytest.raises(TargetError, match="it has lost its state") as raised:
            attach(run)

        assert f"destroy --environment-suffix {SUFFIX}" in raised.value.remedy

    @pytest.mark.parametrize("may_lose_state", [True, False])
    def test_what_is_there_is_attached_to(self, may_lose_state: bool) -> None:
        target = SweptTarget({"ec2.DescribeVpcs": vpc()} if may_lose_state else {}).as_target
        target.may_lose_state = may_lose_state  # type: ignore[misc]

        require_existing_resources(target, SUFFIX, physical_names(SUFFIX, REGION))
