"""A Docker-compatible engine without containers: supported images run as ordinary processes.

Not implemented: memory and CPU limits, file system isolation, ``exec``, ``build``, published
ports (each container has its own loopback address), bind mounts of host folders, health checks of
containers (MiniStack does not pass them on).
"""
