import sys

from stack import bindings


def test_every_binding_is_there() -> None:
    assert all(hasattr(bindings, name) for name in bindings.__all__)


def test_only_the_bindings_in_use_are_imported() -> None:
    package = "cdktf_cdktf_provider_aws."
    imported = {name.split(".")[1] for name in sys.modules if name.startswith(package)}
    assert imported - {"_jsii"} <= set(bindings.__all__)
