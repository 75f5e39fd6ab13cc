"""Load balancer, distribution, alarms and dashboard."""

from collections.abc import Mapping

from harness.catalog.descriptions.described import ATTRIBUTES, Described

TYPES: Mapping[str, tuple[Described, ...]] = {
    "aws_lb": (
        Described(
            "load balancer",
            {
                "arn": "LoadBalancerArn",
                "dns_name": "DNSName",
                "load_balancer_type": "Type",
                "name": "LoadBalancerName",
                "subnets": "AvailabilityZones",
                "zone_id": "CanonicalHostedZoneId",
                "access_logs": f"{ATTRIBUTES}access_logs.s3",
                "connection_logs": f"{ATTRIBUTES}connection_logs.s3",
                "client_keep_alive": f"{ATTRIBUTES}client_keep_alive.seconds",
                "desync_mitigation_mode": f"{ATTRIBUTES}routing.http.desync_mitigation_mode",
                "drop_invalid_header_fields": (
                    f"{ATTRIBUTES}routing.http.drop_invalid_header_fields.enabled"
                ),
                "enable_http2": f"{ATTRIBUTES}routing.http2.enabled",
                "idle_timeout": f"{ATTRIBUTES}idle_timeout.timeout_seconds",
                "xff_header_processing_mode": (
                    f"{ATTRIBUTES}routing.http.xff_header_processing.mode"
                ),
            },
            without=("subnet_mapping", "enable_cross_zone_load_balancing"),
            fixed={"Scheme": "internet-facing"},
        ),
    ),
    "aws_lb_listener": (
        Described(
            "listener",
            {
                "arn": "ListenerArn",
                "default_action": ("DefaultActions", "Rules[default].Actions"),
                "routing_http_response_server_enabled": (
                    f"{ATTRIBUTES}routing.http.response.server.enabled"
                ),
            },
            fixed={"Rules[default].Priority": "default", "Rules[default].IsDefault": True},
        ),
    ),
    "aws_lb_target_group": (
        Described(
            "target group",
            {
                "arn": "TargetGroupArn",
                "name": "TargetGroupName",
                "health_check.enabled": "HealthCheckEnabled",
                "health_check.healthy_threshold": "HealthyThresholdCount",
                "health_check.interval": "HealthCheckIntervalSeconds",
                "health_check.matcher": "Matcher.HttpCode",
                "health_check.path": "HealthCheckPath",
                "health_check.port": "HealthCheckPort",
                "health_check.protocol": "HealthCheckProtocol",
                "health_check.timeout": "HealthCheckTimeoutSeconds",
                "health_check.unhealthy_threshold": "UnhealthyThresholdCount",
                "deregistration_delay": f"{ATTRIBUTES}deregistration_delay.timeout_seconds",
                "load_balancing_algorithm_type": f"{ATTRIBUTES}load_balancing.algorithm.type",
                "load_balancing_anomaly_mitigation": (
                    f"{ATTRIBUTES}load_balancing.algorithm.anomaly_mitigation"
                ),
                "load_balancing_cross_zone_enabled": (
                    f"{ATTRIBUTES}load_balancing.cross_zone.enabled"
                ),
                "stickiness.type": f"{ATTRIBUTES}stickiness.type",
                "stickiness.enabled": f"{ATTRIBUTES}stickiness.enabled",
                "stickiness.cookie_duration": (
                    f"{ATTRIBUTES}stickiness.lb_cookie.duration_seconds"
                ),
                "slow_start": f"{ATTRIBUTES}slow_start.duration_seconds",
                **{
                    f"target_group_health.{action}.minimum_healthy_targets_{unit}": (
                        f"{ATTRIBUTES}target_group_health.{action}.minimum_healthy_targets.{unit}"
                    )
                    for action in ("dns_failover", "unhealthy_state_routing")
                    for unit in ("count", "percentage")
                },
            },
            without=(
                *("load_balancer_arns", "target_failover", "target_health_state"),
                *("lambda_multi_value_headers_enabled", "proxy_protocol_v2"),
            ),
        ),
    ),
    "aws_cloudfront_distribution": (
        Described(
            "distribution",
            {
                "id": "Id",
                "default_cache_behavior.allowed_methods": (
                    "DefaultCacheBehavior.AllowedMethods.Items"
                ),
                "default_cache_behavior.cached_methods": (
                    "DefaultCacheBehavior.AllowedMethods.CachedMethods"
                ),
                "origin": "Origins",
                "origin.origin_id": "Origins.Id",
            },
            without=(
                *("etag", "last_modified_time", "retain_on_delete", "trusted_signers"),
                *("trusted_key_groups", "wait_for_deployment", "in_progress_validation_batches"),
            ),
        ),
    ),
    "aws_cloudwatch_metric_alarm": (Described("alarm", {"arn": "AlarmArn"}),),
    "aws_cloudwatch_dashboard": (Described("dashboard", without=("dashboard_arn",)),),
}
