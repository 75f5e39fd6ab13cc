"""The AWS API of the embedded cloud: MiniStack with responses corrected to match AWS."""

from harness.emulator.gateway.environment import DATABASE_CA_PATH, READY_PATH, gateway_environment

__all__ = ["DATABASE_CA_PATH", "READY_PATH", "gateway_environment"]
