"""Rules on CloudWatch alarms."""

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule

_SHORT_PERIODS = (10, 20, 30)
_DAY = 86_400
_WEEK = 604_800
_HOUR = 3_600


@resource_rule("cloudwatch/alarm-period", "aws_cloudwatch_metric_alarm")
def alarm_period(alarm: Resource) -> Problems:
    """An alarm's period is not supported by CloudWatch, or its evaluation periods are too long."""
    period = alarm.integer("period")
    count = alarm.integer("evaluation_periods")
    if period is None:
        return
    if period not in _SHORT_PERIODS and (period % 60 or period <= 0):
        yield alarm.problem(f"period is {period} seconds", period=period)
    elif count and count * period > (_WEEK if period >= _HOUR else _DAY):
        yield alarm.problem(f"evaluation_periods x period is {count} x {period} seconds", variant=1)
