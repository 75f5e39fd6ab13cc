"""IAM: simulations of policies with context, and on several resources."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch
from harness.emulator.gateway.query import encode_result

_DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny"}


class PolicySimulation(Patch):
    """Evaluates each action on each resource with the context of the request."""

    ministack = "SimulatePrincipalPolicy ignores ContextEntries and all resources but the first"
    aws = "each action is evaluated on each resource, with the given context keys"
    documentation = (
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html"
    )
    service = "iam"
    operations = frozenset({"SimulatePrincipalPolicy"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Simulate; a principal that does not exist is refused."""
        given = call.parameters
        policies = _policies(given["PolicySourceArn"], call.caller.account)
        if policies is None:
            return call.error("NoSuchEntity", f"{given['PolicySourceArn']} cannot be found")
        results = list(_results(given, policies, call.caller.account))
        return encode_result(call.model, {"EvaluationResults": results, "IsTruncated": False})


def _policies(arn: str, account: str) -> Any:
    import ministack.core.iam_evaluator as evaluator  # noqa: PLC0415
    from ministack.services import iam  # noqa: PLC0415

    name = arn.rpartition("/")[2]
    stored, gather = (
        (iam._roles, evaluator._gather_role_policies)
        if ":role/" in arn
        else (iam._users, evaluator._gather_user_policies)
    )
    if stored.get_scoped(account, None, name) is None:
        return None
    return gather(name, account)


def _results(given: Mapping[str, Any], policies: Any, account: str) -> Iterator[dict[str, Any]]:
    from ministack.core.iam_evaluator import EvalContext, evaluate  # noqa: PLC0415

    context = {
        entry["ContextKeyName"].lower(): entry["ContextKeyValues"][0]
        for entry in given.get("ContextEntries", ())
    }
    for action in given["ActionNames"]:
        for resource in given.get("ResourceArns", ["*"]):
            decision = evaluate(
                EvalContext(
                    principal_arn=given["PolicySourceArn"],
                    principal_type="User",
                    principal_account=account,
                    action=action,
                    resource_arn=resource,
                    region=context.get("aws:requestedregion", ""),
                    service_context=context,
                ),
                policies,
            ).decision
            yield {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": _DECISIONS.get(decision, "implicitDeny"),
            }
