# The public API: one name per line, and what it is (in parentheses: its fixture in pytest).
from .aws.capability import Capability as Capability  # a service or data plane of a target
from .catalog import CATALOG as CATALOG  # the definition of the catalog stack
from .catalog import CatalogOutputs as CatalogOutputs  # its Terraform outputs (`catalog_outputs`)
from .catalog import StackConfig as StackConfig  # its configuration (`catalog_stack_config`)
from .checks.alarms import Alarms as Alarms  # checks of alarms and dashboard (`catalog_alarms`)
from .checks.alb import Alb as Alb  # checks of the load balancer (`catalog_alb`)
from .checks.aurora import Aurora as Aurora  # checks of the database (`catalog_aurora`)
from .checks.autoscaling import AutoScaling as AutoScaling  # of scaling (`catalog_autoscaling`)
from .checks.cloudfront import CloudFront as CloudFront  # of CloudFront (`catalog_cloudfront`)
from .checks.database_secret import DatabaseSecret as DatabaseSecret  # (`catalog_database_secret`)
from .checks.ecs import Ecs as Ecs  # checks of service and tasks (`catalog_ecs`)
from .checks.framework.check import ServiceChecks as ServiceChecks  # base of the check classes
from .checks.framework.check import check as check  # makes a check of a method
from .checks.framework.check import expect as expect  # fails a check unless a condition holds
from .checks.framework.check import expect_equal as expect_equal  # the same for equality
from .checks.framework.context import CheckContext as CheckContext  # what a check observes
from .checks.iam import Iam as Iam  # checks of the roles (`catalog_iam`)
from .checks.log_bucket import LogBucket as LogBucket  # of the bucket (`catalog_log_bucket`)
from .checks.logs import Logs as Logs  # checks of the log group (`catalog_logs`)
from .checks.network import Network as Network  # checks of the VPC (`catalog_network`)
from .checks.security_groups import SecurityGroups as SecurityGroups  # (`catalog_security_groups`)
from .checks.tags import Tags as Tags  # checks of the default tags (`catalog_tags`)
from .core.errors import CheckFailedError as CheckFailedError  # a check observed something else
from .core.errors import HarnessError as HarnessError  # base of all errors of the harness
from .core.errors import NotProvableError as NotProvableError  # the target cannot prove it
from .core.errors import UsageError as UsageError  # an option or setting cannot be used
from .core.wait import wait_until as wait_until  # waits for a named condition with a deadline
from .deploy.deploy import Deployment as Deployment  # a deployed stack (`catalog_deployment`)
from .pipeline.lifetime import deployed as deployed  # deploys for the time of a context
from .pipeline.prove import prove as prove  # runs the checks on a deployment
from .run.evidence import CheckResult as CheckResult  # the result of a check
from .run.evidence import Plane as Plane  # how it was proved: data plane or control plane
from .run.evidence import Status as Status  # passed, failed or not provable
from .run.stack_definition import StackDefinition as StackDefinition  # defines another stack
from .targets.base import Target as Target  # where a stack is deployed (`catalog_target`)
