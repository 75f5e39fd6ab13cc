"""The services with one or two kinds: listing."""

from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import (
    ARN,
    deleted,
    distribution,
    listed,
    scaling,
    tags,
    upper,
)
from tests.unit.harness.checks.fake_aws import Answer

TAGS = tags()
SCALED = "service/catalog-pr1/catalog-api-pr1"
POLICY = ARN.format(
    "autoscaling", f"scalingPolicy:1:resource/ecs/{SCALED}:policyName/catalog-cpu-pr1"
)


class TestLogs:
    def test_tags_are_read_by_the_arn_that_is_not_that_of_the_streams(self) -> None:
        arn = ARN.format("logs", "log-group:/ecs/catalog-pr1")
        answers: dict[str, Answer] = {
            "logs.DescribeLogGroups": {
                "logGroups": [{"logGroupName": "/ecs/catalog-pr1", "arn": f"{arn}:*"}]
            },
            "logs.ListTagsForResource": lambda request: {
                "tags": TAGS if request["resourceArn"] == arn else {}
            },
        }

        assert listed(answers) == [Resource(Kind.LOG_GROUP, "/ecs/catalog-pr1", tags=TAGS)]


class TestCloudFront:
    def test_distributions_are_named_by_their_origins(self) -> None:
        answers: dict[str, Answer] = {
            "cloudfront.ListDistributions": distribution("", "another-origin"),
            "cloudfront.ListTagsForResource": {"Tags": {"Items": upper(TAGS)}},
        }

        assert listed(answers) == [Resource(Kind.DISTRIBUTION, "E1", "another-origin", TAGS)]


class TestCloudWatch:
    def test_alarms_of_both_types_have_tags_and_dashboards_have_none(self) -> None:
        alarm = {"AlarmName": "catalog-alb-5xx-pr1", "AlarmArn": "arn:aws:cloudwatch:x"}
        composite = {"AlarmName": "any", "AlarmArn": "arn:aws:cloudwatch:y"}
        answers: dict[str, Answer] = {
            "cloudwatch.DescribeAlarms": lambda request: {
                "MetricAlarms": [alarm],
                "CompositeAlarms": [composite] if "CompositeAlarm" in request["AlarmTypes"] else [],
            },
            "cloudwatch.ListTagsForResource": {"Tags": upper(TAGS)},
            "cloudwatch.ListDashboards": {"DashboardEntries": [{"DashboardName": "catalog-pr1"}]},
        }

        assert listed(answers) == [
            Resource(Kind.ALARM, "catalog-alb-5xx-pr1", tags=TAGS),
            Resource(Kind.ALARM, "any", tags=TAGS),
            Resource(Kind.DASHBOARD, "catalog-pr1"),
        ]

    def test_an_alarm_of_auto_scaling_is_within_its_scalable_target(self) -> None:
        name = f"TargetTracking-{SCALED}-AlarmHigh-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
        answers: dict[str, Answer] = {
            "cloudwatch.DescribeAlarms": {"MetricAlarms": [{"AlarmName": name, "AlarmArn": "arn"}]},
            "cloudwatch.ListTagsForResource": {"Tags": []},
        }

        assert listed(answers) == [Resource(Kind.ALARM, name, SCALED, within=SCALED)]


class TestApplicationAutoScaling:
    def test_a_policy_is_within_its_scalable_target(self) -> None:
        target = scaling(
            MinCapacity=2,
            MaxCapacity=10,
            RoleARN=ARN.format("iam", "role/x"),
            ScalableTargetARN=ARN.format("application-autoscaling", "x"),
        )
        policy = scaling(
            PolicyARN=POLICY, PolicyName="catalog-cpu-pr1", PolicyType="TargetTrackingScaling"
        )
        answers: dict[str, Answer] = {
            "application-autoscaling.DescribeScalableTargets": {"ScalableTargets": [target]},
            "application-autoscaling.DescribeScalingPolicies": {"ScalingPolicies": [policy]},
            "application-autoscaling.ListTagsForResource": {"Tags": TAGS},
        }

        assert listed(answers) == [
            Resource(Kind.SCALING_POLICY, POLICY, SCALED, within=SCALED),
            Resource(Kind.SCALABLE_TARGET, SCALED, tags=TAGS),
        ]

    def test_a_policy_is_deleted_by_its_name(self) -> None:
        _, aws = deleted(
            Resource(Kind.SCALING_POLICY, POLICY, SCALED, within=SCALED),
            {"application-autoscaling.DeleteScalingPolicy": {}},
        )

        [request] = aws.parameters_of("application-autoscaling.DeleteScalingPolicy")
        assert (request["PolicyName"], request["ResourceId"]) == ("catalog-cpu-pr1", SCALED)


class TestEcr:
    def test_repositories_are_listed_with_their_tags(self) -> None:
        repository = {"repositoryName": "catalog-api", "repositoryArn": "arn"}
        answers: dict[str, Answer] = {
            "ecr.DescribeRepositories": {"repositories": [repository]},
            "ecr.ListTagsForResource": {"tags": upper(TAGS)},
        }

        assert listed(answers) == [Resource(Kind.REPOSITORY, "catalog-api", tags=TAGS)]
