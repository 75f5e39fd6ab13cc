"""The embedded cloud: MiniStack with a container engine that needs no containers."""
