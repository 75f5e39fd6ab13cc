"""The names that users import from ``harness`` itself."""

import harness


def test_every_public_name_can_be_imported() -> None:
    names = dir(harness)

    assert len(names) > 30
    for name in names:
        assert getattr(harness, name) is not None
