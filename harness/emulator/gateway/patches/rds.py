"""RDS: the instance class of Aurora Serverless v2 can be ordered."""

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch

_SERVERLESS = "db.serverless"
# A provisioned class that MiniStack offers for every engine version.
_PROVISIONED = "db.r5.large"


class ServerlessInstanceClass(Patch):
    """Requests a provisioned class instead of the serverless one, and renames it."""

    ministack = "DescribeOrderableDBInstanceOptions never offers db.serverless"
    aws = "offers db.serverless for the Aurora versions that support Serverless v2"
    documentation = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "aurora-serverless-v2.how-it-works.html"
    )
    service = "rds"
    operations = frozenset({"DescribeOrderableDBInstanceOptions"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Replace the class in the request and in the response."""
        form = call.form
        if form.get("DBInstanceClass") != _SERVERLESS or "aurora" not in form.get("Engine", ""):
            return await call_next(call)
        response = await call_next(call.with_form({**form, "DBInstanceClass": _PROVISIONED}))
        body = response.body.replace(_PROVISIONED.encode(), _SERVERLESS.encode())
        return response.with_body(body)
