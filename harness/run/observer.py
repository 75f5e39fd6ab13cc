"""Observer of a run: notified of phases, resources and check results."""

from harness.run.evidence import CheckResult


class Observer:
    """Is told what a run does, as it happens; this one ignores everything.

    The events come from several threads at once. An observer returns quickly and never
    raises: a run does not fail because somebody looks on.
    """

    def phase_started(self, name: str) -> None:
        """A phase of the run has started; phases may overlap."""

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:
        """A phase has ended after so many seconds, with or without success."""

    def resources_planned(self, count: int) -> None:
        """Terraform is about to create, change or delete ``count`` resources."""

    def resource_started(self, address: str, action: str) -> None:
        """An operation ("create", "update", "delete", "read") on a resource has started."""

    def resource_finished(self, address: str, action: str, seconds: float) -> None:
        """An operation on a resource has succeeded after so many seconds."""

    def check_finished(self, result: CheckResult) -> None:
        """A check has ended."""

    def note(self, text: str) -> None:
        """Something that the user should know has turned up."""
