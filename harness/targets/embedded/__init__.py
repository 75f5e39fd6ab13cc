"""The embedded target: an emulator on loopback."""
