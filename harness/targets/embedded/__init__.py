"""The embedded target: an AWS emulator on loopback."""
