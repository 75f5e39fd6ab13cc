"""The load balancer in front of the tasks."""

from .bindings import lb, lb_listener, lb_target_group
from .config import StackConfig
from .network import Network
from .part import ConfiguredStack, Part
from .security_groups import HTTP_PORT, Firewall
from .storage import ACCESS_LOG_PREFIX, Storage

HEALTH_CHECK_PATH = "/healthz"
DEREGISTRATION_DELAY_SECONDS = 15


class LoadBalancer(Part):
    """An Application Load Balancer with one HTTP listener and a target group of IP addresses.

    Attributes:
        listener: The listener; a service cannot use the target group before it exists.
    """

    def __init__(
        self, stack: ConfiguredStack, network: Network, firewall: Firewall, storage: Storage
    ) -> None:
        super().__init__(stack, "load_balancer")
        config = stack.config
        balancer = lb.Lb(
            self,
            "alb",
            name=config.alb_name,
            load_balancer_type="application",
            internal=False,
            subnets=network.public_subnet_ids,
            security_groups=[firewall.alb_security_group_id],
            drop_invalid_header_fields=True,
            enable_deletion_protection=False,
            access_logs=lb.LbAccessLogs(
                bucket=storage.log_bucket_name, prefix=ACCESS_LOG_PREFIX, enabled=True
            ),
            # Without its route, and the gateway behind it: "VPC has no internet gateway".
            depends_on=[storage.log_bucket_policy, network.internet_route],
        )
        self.arn_suffix = balancer.arn_suffix
        self.dns_name = balancer.dns_name
        group = self._target_group(config, network.vpc_id)
        self.target_group_arn = group.arn
        self.target_group_arn_suffix = group.arn_suffix
        self.listener = lb_listener.LbListener(
            self,
            "http",
            load_balancer_arn=balancer.arn,
            port=HTTP_PORT,
            protocol="HTTP",
            default_action=[
                lb_listener.LbListenerDefaultAction(type="forward", target_group_arn=group.arn)
            ],
        )
        self.dimensions = [{"LoadBalancer": balancer.arn_suffix, "TargetGroup": group.arn_suffix}]
        self._declare(
            alb_arn=balancer.arn,
            alb_dns_name=balancer.dns_name,
            listener_arn=self.listener.arn,
            target_group_arn=group.arn,
        )

    def _target_group(self, config: StackConfig, vpc_id: str) -> lb_target_group.LbTargetGroup:
        return lb_target_group.LbTargetGroup(
            self,
            "targets",
            name=config.target_group_name,
            vpc_id=vpc_id,
            target_type="ip",
            port=config.container_port,
            protocol="HTTP",
            deregistration_delay=str(DEREGISTRATION_DELAY_SECONDS),
            health_check=lb_target_group.LbTargetGroupHealthCheck(
                enabled=True,
                path=HEALTH_CHECK_PATH,
                protocol="HTTP",
                port="traffic-port",
                matcher="200",
                interval=10,
                timeout=5,
                healthy_threshold=2,
                unhealthy_threshold=3,
            ),
        )
