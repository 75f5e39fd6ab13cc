"""Reports and documentation in a real browser (``tox -e browser``)."""
