"""``tox -e bench``: the harness and the other ways to test a deployed stack, on one emulator."""
