"""Runs the AWS provider with a faster monotonic clock; see docs/decisions/0011-provider-clock.md.

The waits of the provider before and between its requests are fixed, and on an emulator they prove
nothing. With a faster clock they take a fraction of the time; the program, its requests, the plan
and the wall clock are the same.
"""

from harness.terraform.provider_clock.clock import ProviderClock, usable_clock
from harness.terraform.provider_clock.installation import (
    install_launcher,
    normal_speed_reason,
    with_shared_provider,
)
from harness.terraform.provider_clock.timeouts import longer_timeouts

__all__ = [
    "ProviderClock",
    "install_launcher",
    "longer_timeouts",
    "normal_speed_reason",
    "usable_clock",
    "with_shared_provider",
]
