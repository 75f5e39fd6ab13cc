"""The container that every task runs: the catalog API."""

from typing import Any

from .config import StackConfig

CONTAINER_NAME = "api"
# The API's variable -> the key in the secret's JSON.
SECRET_VARIABLES = {
    "DB_USERNAME": "username",
    "DB_PASSWORD": "password",
    "DB_HOST": "host",
    "DB_PORT": "port",
    "DB_NAME": "dbname",
}


def container(config: StackConfig, secret_arn: str, log_group_name: str) -> dict[str, Any]:
    """Return the container's definition, with the credentials injected from the secret.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    environment = {
        "CATALOG_REGION": config.region,
        "ENVIRONMENT_SUFFIX": config.environment_suffix,
        "LOG_LEVEL": config.log_level,
        "PORT": str(config.container_port),
    }
    return {
        "name": CONTAINER_NAME,
        "image": config.image,
        "essential": True,
        "portMappings": [
            {
                "containerPort": config.container_port,
                "hostPort": config.container_port,
                "protocol": "tcp",
            }
        ],
        "environment": [{"name": name, "value": value} for name, value in environment.items()],
        "secrets": [
            {"name": name, "valueFrom": f"{secret_arn}:{key}::"}
            for name, key in SECRET_VARIABLES.items()
        ],
        "healthCheck": {
            "command": ["CMD", "python", "-m", "stack.api.healthcheck"],
            "interval": 10,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 15,
        },
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group_name,
                "awslogs-region": config.region,
                "awslogs-stream-prefix": CONTAINER_NAME,
            },
        },
        "readonlyRootFilesystem": True,
        "stopTimeout": 30,
    }
