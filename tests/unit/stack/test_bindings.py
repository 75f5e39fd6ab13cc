import sys
from types import ModuleType

from stack import bindings

MODULES = {name for name, value in vars(bindings).items() if isinstance(value, ModuleType)}


def test_the_bindings_are_modules_of_the_provider() -> None:
    assert len(MODULES) > 40


def test_only_the_bindings_in_use_are_imported() -> None:
    package = "cdktf_cdktf_provider_aws."
    imported = {name.split(".")[1] for name in sys.modules if name.startswith(package)}
    assert imported - {"_jsii"} <= MODULES
