"""The commands of README and docs/, run as they stand (``tox -e commands``)."""
