"""What a project without this stack uses of a cloud: plain RDS, and tasks with its own program."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from harness.core.wait import wait_until
from harness.emulator.cloud import embedded_cloud
from harness.emulator.cloud_info import CA_FILE
from harness.emulator.container_engine.process_image import process_images
from harness.targets.embedded import EmbeddedTarget

REGION = "eu-north-1"
PASSWORD = "of-a-test-only"
PROGRAM = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{os.environ['GREETING']} {self.path}".encode())
address, port = sys.argv[1:]
http.server.HTTPServer((address, int(port)), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedTarget]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "server.py").write_text(PROGRAM)
    (folder / "pyproject.toml").write_text(
        '[tool.catalog-harness.process-images."team/app"]\n'
        'command = "python3 server.py {host} {port}"\nport = 9123\nready = "/up"\n'
    )
    images = process_images([], folder)
    with embedded_cloud(region=REGION, process_images=images) as cloud:
        yield EmbeddedTarget(region=REGION, attachment={"cloud": cloud.directory})


def test_a_task_of_another_project_runs_its_program(target: EmbeddedTarget) -> None:
    ecs = target.session().client("ecs")
    ecs.create_cluster(clusterName="other")
    container: Any = {
        "name": "app",
        "image": "team/app:1.4",
        "portMappings": [{"containerPort": 9123}],
        "environment": [{"name": "GREETING", "value": "hello"}],
    }
    ecs.register_task_definition(
        family="app",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )

    started = ecs.run_task(
        cluster="other",
        taskDefinition="app",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    )

    def address() -> str:
        arn = started["tasks"][0]["taskArn"]
        (task,) = ecs.describe_tasks(cluster="other", tasks=[arn])["tasks"]
        details = [each for part in task["attachments"] for each in part["details"]]
        return {each["name"]: each["value"] for each in details}.get("privateIPv4Address", "")

    found = wait_until(address, what="a running task", ready=bool, timeout=60)
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"http://{found}:9123/up", timeout=10).text == "hello /up"


def test_an_unknown_image_is_refused_with_the_option_that_runs_it(target: EmbeddedTarget) -> None:
    assert target.image_problem("team/app:1.4", "X86_64") == ""
    assert "--process-image 'team/other=COMMAND'" in target.image_problem("team/other:1", "X86_64")


def test_a_plain_instance_is_reached_with_verify_full_as_the_cloud_prints(
    target: EmbeddedTarget,
) -> None:
    rds = target.session().client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="plain",
        Engine="postgres",
        EngineVersion="16.8",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        MasterUsername="app",
        MasterUserPassword=PASSWORD,
        DBName="shop",
    )
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="plain", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    (found,) = rds.describe_db_instances(DBInstanceIdentifier="plain")["DBInstances"]
    login: dict[str, Any] = {
        "user": "app",
        "password": PASSWORD,
        "dbname": "shop",
        "sslmode": "verify-full",
    }
    login |= {"hostaddr": found["Endpoint"]["Address"], "connect_timeout": "10"}
    login |= {"sslrootcert": str(Path(target.cloud.directory) / CA_FILE)}

    with psycopg.connect(host="localhost", **login) as connection:
        query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert connection.execute(query).fetchone() == (True,)
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        psycopg.connect(host="elsewhere.example", **login)
