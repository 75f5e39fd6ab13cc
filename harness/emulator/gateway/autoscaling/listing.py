"""Answers that list records: filtered and in pages.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
"""

from typing import Any

from harness.emulator.gateway.autoscaling.store import Record

__all__ = ["listing"]

_PAGE = 50
# What a record holds for the emulator's own use, or what another operation tells.
_UNTOLD = ("LastOut", "LastIn", "Tags")
_LIST_FILTERS = (("ResourceIds", "ResourceId"), ("PolicyNames", "PolicyName"))
_FILTERS = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def listing(name: str, records: list[Record], parameters: dict[str, Any]) -> dict[str, Any]:
    """Return one page of the records that a request asks for.

    Args:
        name: Name of the list in the answer.
        records: All records of the tenant.
        parameters: The request: filters, ``MaxResults`` and ``NextToken``.
    """
    found = [record for record in records if _matches(record, parameters)]
    start = int(parameters.get("NextToken", 0))
    end = start + int(parameters.get("MaxResults", _PAGE))
    answer: dict[str, Any] = {name: [_told(record) for record in found[start:end]]}
    if end < len(found):
        answer["NextToken"] = str(end)
    return answer


def _matches(record: Record, parameters: dict[str, Any]) -> bool:
    single = all(record[name] == parameters.get(name, record[name]) for name in _FILTERS)
    return single and all(
        record[member] in parameters[name] for name, member in _LIST_FILTERS if parameters.get(name)
    )


def _told(record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in _UNTOLD}
