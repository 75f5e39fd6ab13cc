from tests.unit.harness.image.conftest import docker, ecr

__all__ = ["docker", "ecr"]
