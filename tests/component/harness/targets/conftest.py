from tests.unit.harness.targets.conftest import aws_config_file

__all__ = ["aws_config_file"]
