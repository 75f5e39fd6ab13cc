"""What a task can be, and how many of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stack.rules.finding import Finding, listed

if TYPE_CHECKING:
    from stack.config import StackConfig

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
FARGATE_MEMORY: dict[int, range | tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def task(config: "StackConfig") -> Iterator[Finding]:
    """What a task runs, in a size that Fargate has."""
    if not config.image.strip() or config.image != "".join(config.image.split()):
        yield "image", "must be a container image such as 'registry.example/catalog-api:1.0'"
    if not 1 <= config.container_port <= 65535:  # noqa: PLR2004 - the largest port
        yield "container_port", "must be 1 to 65535"
    if config.log_level not in LOG_LEVELS:
        yield "log_level", f"must be one of {listed(LOG_LEVELS)}"
    if config.task_cpu not in FARGATE_MEMORY:
        yield "task_cpu", f"must be one of {listed(FARGATE_MEMORY)} (Fargate)"
    elif config.task_memory not in FARGATE_MEMORY[config.task_cpu]:
        sizes = listed(FARGATE_MEMORY[config.task_cpu])
        yield "task_memory", f"must be one of {sizes} with task_cpu {config.task_cpu} (Fargate)"


def capacity(config: "StackConfig") -> Iterator[Finding]:
    """How many tasks, and when that changes."""
    if config.min_capacity < 1:
        yield "min_capacity", "must be at least 1"
    if config.max_capacity < config.min_capacity:
        yield "max_capacity", f"must be at least min_capacity, which is {config.min_capacity}"
    if not config.min_capacity <= config.desired_count <= config.max_capacity:
        bounds = f"{config.min_capacity} to {config.max_capacity}"
        yield "desired_count", f"must be {bounds}, as min_capacity and max_capacity say"
    if not 1 <= config.cpu_target_percent <= 100:  # noqa: PLR2004 - percent
        yield "cpu_target_percent", "must be 1 to 100"
    if config.request_count_target < 1:
        yield "request_count_target", "must be at least 1"
    if config.service_timeout_seconds < 1:
        yield "service_timeout_seconds", "must be at least 1"
