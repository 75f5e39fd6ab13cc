"""Run a task with the image team/greeter, and send a request to it."""

import time
import urllib.request
from typing import Any

import boto3

container: Any = {
    "name": "greeter",
    "image": "team/greeter:1.4",
    "portMappings": [{"containerPort": 9123}],
}
ecs = boto3.client("ecs")
ecs.create_cluster(clusterName="demo")
ecs.register_task_definition(
    family="greeter",
    networkMode="awsvpc",
    requiresCompatibilities=["FARGATE"],
    cpu="256",
    memory="512",
    containerDefinitions=[container],
)
started = ecs.run_task(
    cluster="demo",
    taskDefinition="greeter",
    launchType="FARGATE",
    networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
)
task = started["tasks"][0]
while task["lastStatus"] != "RUNNING":
    time.sleep(0.5)
    (task,) = ecs.describe_tasks(cluster="demo", tasks=[task["taskArn"]])["tasks"]
    assert task["lastStatus"] != "STOPPED", task["stoppedReason"]
details = {each["name"]: each["value"] for each in task["attachments"][0]["details"]}
print(urllib.request.urlopen(f"http://{details['privateIPv4Address']}:9123/").read().decode())
