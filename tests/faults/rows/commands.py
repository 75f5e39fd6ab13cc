"""Two runs, and every command, against a run that is in use."""

from collections.abc import Callable, Iterator

from tests.faults.row import NETWORK, Row
from tests.faults.scene import SUFFIX, Scene

FAMILY = "Commands against a run in use"
NAMED = f"--environment-suffix={SUFFIX}"
IN_USE = 2


def rows() -> Iterator[Row]:
    for command, status, told in (
        (("check", NAMED), IN_USE, "is in use by process"),
        (("destroy", NAMED), IN_USE, "is in use by process"),
        (("destroy", NAMED, "--force"), IN_USE, "on a terminal"),
        (("destroy", "--all"), IN_USE, "is in use by process"),
        (("sweep", "--yes"), 0, ""),
        (("sweep", "--yes", NAMED), IN_USE, "is in use by process"),
        (("run", NAMED), IN_USE, "is in use by process"),
        (("list",), 0, SUFFIX),
    ):
        name = "catalog-harness " + " ".join(command).replace(NAMED, "SUFFIX")
        yield _row(name, against("harness", command, status, told))
    suffix = NAMED.replace("--", "--catalog-")
    for options in (("--catalog-reuse-stack",), ("--catalog-reuse-stack", "-n1"), ()):
        yield _row(
            " ".join(("pytest", *options)),
            against("pytest", (suffix, *options, "test_it.py"), None, "is in use by process"),
            # pytest takes seconds to start; the network alone is deployed and destroyed meanwhile.
            tiers=("network", "secret", "database"),
        )
    yield _row("another run with another suffix", beside)


def _row(fault: str, inject: Callable[[Scene], None], tiers: tuple[str, ...] = NETWORK) -> Row:
    return Row(
        FAMILY,
        fault,
        "apply",
        inject=inject,
        command=("run", NAMED),
        tiers=tiers,
        bystander=False,
    )


def against(
    module: str, command: tuple[str, ...], status: int | None, told: str
) -> Callable[[Scene], None]:
    """Run another command in the middle of the apply; the run must not notice it."""

    def inject(scene: Scene) -> None:
        scene.cli.await_resource("aws_vpc")
        other = scene.another()
        other.module = module
        (other.folder / "test_it.py").write_text("def test_it(catalog_outputs): pass\n")
        name, *options = command
        other.start(name, *options)
        code, output = scene.finish(other)
        scene.expect(code == status or (status is None and code != 0), f"{name}: status {code}")
        scene.expect(told in output, f"{name}: {output[-400:]}")
        scene.expect("Traceback" not in output, f"{name}: a traceback")
        scene.expect(scene.cli.process.poll() is None, f"the run ended before {name}")

    return inject


def beside(scene: Scene) -> None:
    other = scene.another()
    other.start("run", "--environment-suffix=other", tiers=("secret",))
    code, output = scene.finish(other)
    scene.expect(code == 0, f"the other run: status {code}: {output[-400:]}")
    other.await_end_of_processes()
