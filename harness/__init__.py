"""Deploys a cdktf stack to an emulator or to AWS, proves that it works, and destroys it.

The public API is what ``harness/__init__.pyi`` names; modules below are internal. A name is
imported on its first use (https://scientific-python.org/specs/spec-0001/).
"""

from typing import Any


def __getattr__(name: str) -> Any:
    # On first use, because the pytest plugin imports this package at every start of pytest.
    import lazy_loader  # noqa: PLC0415

    load, listing, public = lazy_loader.attach_stub(__name__, __file__)
    globals().update(__getattr__=load, __dir__=listing, __all__=public)
    return public if name == "__all__" else load(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__")})
