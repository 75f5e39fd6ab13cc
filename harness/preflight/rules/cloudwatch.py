"""Rules on CloudWatch alarms, dashboards and log groups."""

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule

_RETENTION = {
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557),
    *(2922, 3288, 3653),
}
_LOGS_API = "AmazonCloudWatchLogs/latest/APIReference"
_SHORT_PERIODS = (10, 20, 30)
_DAY = 86_400
_WEEK = 604_800
_HOUR = 3_600


@resource_rule(
    "cloudwatch/alarm-period",
    "aws_cloudwatch_metric_alarm",
    errors=(
        "Error: expected period to be divisible by 60, got: {period}",
        "ValidationError: Metrics cannot be checked across more than a day (EvaluationPeriods * "
        "Period must be <= 86400).",
    ),
    remedy="Use a period of 10, 20, 30 or a multiple of 60 seconds; evaluation periods may span "
    "one day at most, or a week if the period is an hour or longer.",
    documentation="AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
)
def alarm_period(alarm: Resource) -> Problems:
    """An alarm's period is not supported by CloudWatch, or its evaluation periods are too long."""
    period = alarm.integer("period")
    count = alarm.integer("evaluation_periods")
    if period is None:
        return
    if period not in _SHORT_PERIODS and (period % 60 or period <= 0):
        yield alarm.problem(f"period is {period} seconds", period=period)
    elif count and count * period > (_WEEK if period >= _HOUR else _DAY):
        text = f"evaluation_periods x period is {count} x {period} seconds"
        yield alarm.problem(text, variant=1)


@resource_rule(
    "cloudwatch/dashboard-body",
    "aws_cloudwatch_dashboard",
    errors=(
        "InvalidParameterInput: The dashboard body is invalid, there are {number} validation "
        "errors: ...",
        'Error: "dashboard_body" contains an invalid JSON: ...',
    ),
    remedy="Use a JSON object with a list named widgets.",
    documentation="AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
)
def dashboard_body(dashboard: Resource) -> Problems:
    """The body of a dashboard is not a JSON object with widgets."""
    try:
        body = dashboard.document("dashboard_body")
    except ValueError as error:
        yield dashboard.problem(f"dashboard_body is not JSON: {error}", variant=1)
        return
    if isinstance(body, dict) and "widgets" in body:
        return
    if isinstance(body, dict | list | str | int):
        yield dashboard.problem("dashboard_body has no list of widgets")


@resource_rule(
    "logs/retention",
    "aws_cloudwatch_log_group",
    errors=(
        "Error: expected retention_in_days to be one of [...], got {days}",
        "InvalidParameterException: 1 validation error detected: Value '{days}' at "
        "'retentionInDays' failed to satisfy constraint: ...",
    ),
    remedy="Use one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, "
    "2192, 2557, 2922, 3288, 3653; 0: no expiration.",
    documentation=f"{_LOGS_API}/API_PutRetentionPolicy.html",
)
def retention(group: Resource) -> Problems:
    """The retention of a log group is not a number of days that CloudWatch Logs accepts."""
    days = group.integer("retention_in_days")
    if days is not None and days not in _RETENTION:
        yield group.problem(f"retention_in_days is {days}", days=days)
