"""Records the runs whose reports are opened in a browser: ``python -m tests.browser.record``.

Each is a real run on the embedded cloud.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.targets.factory import attach_target
from tests.browser.recorded import FOLDER, shortened_report
from tests.integration.cli_process import CliProcess

_MAY_LIST = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [_MAY_LIST]})


def passed(cli: CliProcess) -> None:
    cli.start("run", desired_count=2)


def failed(cli: CliProcess) -> None:
    """The load balancer is changed by hand between ``deploy`` and ``check``."""
    cli.start("deploy", desired_count=2)
    assert cli.wait() == 0, cli.output
    elbv2 = _client(cli, "elbv2")
    (group,) = elbv2.describe_target_groups()["TargetGroups"]
    (balancer,) = elbv2.describe_load_balancers()["LoadBalancers"]
    elbv2.modify_target_group(TargetGroupArn=group["TargetGroupArn"], HealthCheckPath="/nowhere")
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "17"}],
    )
    # Not all of them: each that needs a healthy target waits for two minutes.
    services = ("alb", "network", "iam", "logs", "log-bucket", "database-secret", "tags")
    only = [word for service in services for word in ("--only", f"{service}/*")]
    cli.start("check", *only, "--report-dir", str(cli.folder / "reports"))


def image(cli: CliProcess) -> None:
    """The image does not exist, and preflight is switched off."""
    cli.start("run", "--skip-preflight", "--image", "none/such:1", desired_count=2)


def interrupted(cli: CliProcess) -> None:
    """Ctrl-C in the middle of the apply."""
    cli.start("run", desired_count=2)
    cli.await_resource("aws_lb")
    cli.press_ctrl_c()


def leaking(cli: CliProcess) -> None:
    """Something creates policies for the run that Terraform does not have in its state.

    They lack the tags of the project, so that no sweep deletes them.
    """
    cli.start("run", desired_count=2)
    cli.await_resource("aws_ecs_cluster")
    iam = _client(cli, "iam")
    suffix = cli.record["environment_suffix"]
    values = {"EnvironmentSuffix": suffix, "RunId": cli.record["run_id"]}
    tags = [{"Key": key, "Value": value} for key, value in values.items()]
    for name in ("exports", "imports"):
        iam.create_policy(PolicyName=f"catalog-{name}-{suffix}", PolicyDocument=_POLICY, Tags=tags)


RUNS: dict[str, tuple[Callable[[CliProcess], None], int]] = {
    "passed": (passed, 0),
    "failed": (failed, 1),
    "image": (image, 1),
    "interrupted": (interrupted, 130),
    "leaking": (leaking, 1),
}


def main(names: list[str]) -> None:
    """Record the named runs; all without a name."""
    for name in names or RUNS:
        start, status = RUNS[name]
        with tempfile.TemporaryDirectory(prefix="record-") as folder:
            cli = CliProcess(Path(folder))
            try:
                start(cli)
                assert cli.wait() == status, cli.output
                recording = shortened_report(Path(folder) / "reports" / "report.json")
            finally:
                cli.close()
        (FOLDER / f"{name}.json").write_text(recording.replace(folder, "/home/me"))


def _client(cli: CliProcess, service: str) -> Any:
    record = cli.record
    target = attach_target(record["target"], record["region"], record["attachment"])
    return target.session().client(service)  # type: ignore[call-overload]


if __name__ == "__main__":
    main(sys.argv[1:])
