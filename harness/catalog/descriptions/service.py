"""The ECS service and its scaling."""

from collections.abc import Mapping

from harness.catalog.descriptions.described import Described

TYPES: Mapping[str, tuple[Described, ...]] = {
    "aws_ecs_cluster": (
        Described(
            "ECS cluster",
            {"arn": "clusterArn", "name": "clusterName", "setting": "settings"},
            key="{name}",
        ),
    ),
    "aws_ecs_cluster_capacity_providers": (Described("ECS cluster", key="{cluster_name}"),),
    "aws_ecs_service": (
        Described(
            "ECS service",
            {
                "id": "serviceArn",
                "cluster": "clusterArn",
                "deployment_circuit_breaker": "deploymentConfiguration.deploymentCircuitBreaker",
                "deployment_maximum_percent": "deploymentConfiguration.maximumPercent",
                "deployment_minimum_healthy_percent": (
                    "deploymentConfiguration.minimumHealthyPercent"
                ),
                "iam_role": "roleArn",
                "load_balancer": "loadBalancers",
                "name": "serviceName",
                "network_configuration": "networkConfiguration.awsvpcConfiguration",
            },
            without=("desired_count", "wait_for_steady_state", "force_new_deployment", "triggers"),
            fixed={"networkConfiguration.awsvpcConfiguration.assignPublicIp": "DISABLED"},
        ),
    ),
    "aws_ecs_task_definition": (
        Described(
            "task definition",
            {"arn": "taskDefinitionArn"},
            key="{arn}",
            without=("arn_without_revision", "skip_destroy", "track_latest"),
        ),
    ),
    "aws_appautoscaling_target": (Described("scalable target", {"arn": "ScalableTargetARN"}),),
    "aws_appautoscaling_policy": (
        Described("scaling policy", {"name": "PolicyName"}, without=("arn", "alarm_arns")),
    ),
}
