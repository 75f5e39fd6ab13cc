"""Write what container definitions may contain: ``python -m tests.record_documents``.

The members, types, enumerations and required members are those of botocore's service model of ECS;
``ADDED`` has what only the documentation has. Other documents of the file stay as they are.
"""

import json
from pathlib import Path
from typing import Any

import botocore.session

DATA = Path("harness/preflight/rules/documents.json")
_KINDS = {"string": "text", "integer": "integer", "long": "integer", "boolean": "boolean"}
# Path of members -> more of its specification:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
ADDED: dict[str, dict[str, Any]] = {
    "name": {"pattern": "[A-Za-z0-9_-]{1,255}"},
    "memory": {"min": 6},
    "memoryReservation": {"min": 6},
    "healthCheck.interval": {"min": 5, "max": 300},
    "healthCheck.timeout": {"min": 2, "max": 60},
    "healthCheck.retries": {"min": 1, "max": 10},
    "healthCheck.startPeriod": {"min": 0, "max": 300},
    "environment": {"required": ["name"]},
    "portMappings": {"required": ["containerPort|containerPortRange"]},
    "portMappings.containerPort": {"min": 1, "max": 65535},
    "portMappings.hostPort": {"min": 0, "max": 65535},
    "mountPoints": {"required": ["sourceVolume", "containerPath"]},
    "volumesFrom": {"required": ["sourceContainer"]},
    "restartPolicy.restartAttemptPeriod": {"min": 60, "max": 1800},
    "linuxParameters.swappiness": {"min": 0, "max": 100},
}


def main() -> None:
    """Write the data."""
    model = botocore.session.get_session().get_service_model("ecs")
    data = json.loads(DATA.read_text()) if DATA.exists() else {}
    data["container"] = _specification(model.shape_for("ContainerDefinition"))
    data["source"] = f"botocore {botocore.__version__}"
    for path, more in ADDED.items():
        place = data["container"]
        for step in path.split("."):
            place = place.get("items", place)["members"][step]
        place.get("items", place).update(more)
    DATA.write_text(json.dumps(dict(sorted(data.items())), indent=1) + "\n")


def _specification(shape: Any) -> dict[str, Any]:
    if shape.type_name == "list":
        return {"is": "list", "items": _specification(shape.member)}
    if shape.type_name == "map":
        return {"is": "object", "values": _specification(shape.value)}
    if shape.type_name == "structure":
        members = {name: _specification(inner) for name, inner in shape.members.items()}
        found: dict[str, Any] = {"is": "object", "members": members}
        return found | ({"required": shape.required_members} if shape.required_members else {})
    found = {"is": _KINDS[shape.type_name]}
    return found | ({"enum": shape.enum} if getattr(shape, "enum", None) else {})


if __name__ == "__main__":
    main()
