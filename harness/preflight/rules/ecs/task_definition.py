"""Rules on the size and network mode of ECS task definitions."""

import re
from collections.abc import Mapping

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ecs.model import is_fargate

_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_TASK = "aws_ecs_task_definition"
_PARAMETERS = f"{_GUIDE}/task_definition_parameters.html"
_GIB = 1024

# CPU units -> memory in MiB: minimum, maximum, step.
_FARGATE_SIZES: Mapping[int, tuple[int, int, int]] = {
    512: (1 * _GIB, 4 * _GIB, _GIB),
    1024: (2 * _GIB, 8 * _GIB, _GIB),
    2048: (4 * _GIB, 16 * _GIB, _GIB),
    4096: (8 * _GIB, 30 * _GIB, _GIB),
    8192: (16 * _GIB, 60 * _GIB, 4 * _GIB),
    16384: (32 * _GIB, 120 * _GIB, 8 * _GIB),
}

_SMALLEST = (256, (512, 1 * _GIB, 2 * _GIB))
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(v?cpu|gb)?", re.IGNORECASE)


@resource_rule(
    "ecs/fargate-cpu-memory",
    Family.DEPLOY,
    _TASK,
    errors=(
        "ClientException: No Fargate configuration exists for given values: {cpu} CPU, {memory} "
        "memory. See the Amazon ECS documentation for the valid values.",
        "ClientException: Fargate requires that 'cpu' be defined at the task level.",
        "ClientException: Fargate requires that 'memory' be defined at the task level.",
    ),
    remedy="Use a combination that Fargate supports, such as cpu 256 and memory 512, 1024 or 2048.",
    documentation=f"{_GUIDE}/fargate-tasks-services.html",
)
def fargate_cpu_memory(task: Resource) -> Problems:
    """A Fargate task has a combination of CPU and memory that Fargate does not support."""
    if not is_fargate(task):
        return
    if task.absent("cpu") or task.absent("memory"):
        variant = 1 if task.absent("cpu") else 2
        yield task.problem("Fargate requires cpu and memory", variant=variant)
        return
    cpu, memory = _units(task.text("cpu")), _units(task.text("memory"))
    if cpu is not None and memory is not None and not _is_fargate_size(cpu, memory):
        yield task.problem(f"cpu {cpu} with memory {memory} MiB", cpu=cpu, memory=memory)


def _units(text: str | None) -> int | None:
    match = _AMOUNT.fullmatch((text or "").strip())
    if match is None:
        return None
    return int(float(match[1]) * (_GIB if match[2] else 1))


def _is_fargate_size(cpu: int, memory: int) -> bool:
    if cpu == _SMALLEST[0]:
        return memory in _SMALLEST[1]
    low, high, step = _FARGATE_SIZES.get(cpu, (1, 0, 1))
    return low <= memory <= high and (memory - low) % step == 0


@resource_rule(
    "ecs/fargate-network-mode",
    Family.DEPLOY,
    _TASK,
    errors="ClientException: Fargate only supports network mode 'awsvpc'.",
    remedy='Set network_mode = "awsvpc".',
    documentation=_PARAMETERS,
)
def fargate_network_mode(task: Resource) -> Problems:
    """A Fargate task has a network mode other than ``awsvpc``."""
    mode = task.text("network_mode", "bridge")
    if is_fargate(task) and mode not in (None, "awsvpc"):
        yield task.problem(f"network mode {mode}")
