"""The AWS API of the embedded cloud: MiniStack in a process of its own, its untruths repaired."""

from harness.emulator.gateway.environment import READY_PATH, gateway_environment

__all__ = ["READY_PATH", "gateway_environment"]
