"""Security groups: the rule that every new group has can be revoked the way Terraform does it."""

from harness.emulator.gateway.exchange import Response
from harness.emulator.gateway.repairs.base import Call, Proceed, Repair

__all__ = ["RevokedEgress"]

_EVERY_PROTOCOL = "-1"


class RevokedEgress(Repair):
    """RevokeSecurityGroupEgress of "every protocol" with ports, which then mean nothing.

    Terraform revokes the rule with ports 0 to 0 as it creates a group; without this repair
    every group keeps a rule that lets everything out.
    """

    ministack = "RevokeSecurityGroupEgress finds no rule for protocol -1 when ports are given"
    aws = "RevokeSecurityGroupEgress ignores the ports of protocol -1, which is all of them"
    documentation = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html"
    service = "ec2"
    operations = frozenset({"RevokeSecurityGroupEgress"})

    async def answer(self, call: Call, proceed: Proceed) -> Response:
        """Leave out the ports of each permission for every protocol."""
        form = call.form
        permissions = [
            name.removesuffix("IpProtocol")
            for name, value in form.items()
            if name.endswith(".IpProtocol") and value == _EVERY_PROTOCOL
        ]
        ports = {f"{one}{end}" for one in permissions for end in ("FromPort", "ToPort")}
        kept = {name: value for name, value in form.items() if name not in ports}
        return await proceed(call.with_form(kept))
