"""RDS: the instance class of Aurora Serverless v2 is among those that can be ordered."""

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch

_SERVERLESS = "db.serverless"
# A provisioned class that MiniStack offers for every engine version it knows.
_KNOWN = "db.r5.large"


class ServerlessInstanceClass(Patch):
    """Asks for a class that MiniStack knows in place of the serverless one."""

    ministack = "DescribeOrderableDBInstanceOptions never offers db.serverless"
    aws = "offers db.serverless for the Aurora versions that have Serverless v2"
    documentation = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "aurora-serverless-v2.how-it-works.html"
    )
    service = "rds"
    operations = frozenset({"DescribeOrderableDBInstanceOptions"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Put the serverless class back into the answer."""
        form = call.form
        if form.get("DBInstanceClass") != _SERVERLESS or "aurora" not in form.get("Engine", ""):
            return await call_next(call)
        response = await call_next(call.with_form({**form, "DBInstanceClass": _KNOWN}))
        return response.with_body(response.body.replace(_KNOWN.encode(), _SERVERLESS.encode()))
