"""The AWS API of the embedded cloud: MiniStack with responses corrected to match AWS."""

from harness.emulator.gateway.environment import READY_PATH, gateway_environment

__all__ = ["READY_PATH", "gateway_environment"]
