from typing import Any

import pytest

from harness.checks.framework.description import Comparison, contains, flattened, named


def differences(expected: Any, observed: Any, **comparison: Any) -> list[str]:
    return list(Comparison("thing", **comparison).differences(expected, observed))


@pytest.mark.parametrize(
    ("expected", "observed"),
    [
        ({"health_check_path": "/"}, {"HealthCheckPath": "/"}),
        ({"block": [{"size": 1}]}, {"Block": {"Size": 1}}),
        ({"ids": ["a", "b"]}, {"Ids": ["b", "a"]}),
        ({"ids": ["a", "b"]}, {"Ids": {"Quantity": 2, "Items": ["b", "a"]}}),
        ({"on": False, "size": 0, "text": "", "list": [], "nothing": None}, {}),
        ({}, {"On": False, "Quantity": 0, "Items": [], "Text": ""}),
        ({"policy": '{"Action": ["a"]}'}, {"Policy": {"Action": "a"}}),
        (
            {"items": [{"name": "a", "value": 1}, {"name": "b", "value": 2}]},
            {"items": [{"name": "b", "value": 2}, {"name": "a", "value": 1}]},
        ),
        (
            {"rules": [{"port": 1}, {"port": 2}]},
            {"Rules": [{"Port": 2}, {"Port": 1}]},
        ),
        ({"threshold": 5}, {"Threshold": 5.0}),
    ],
)
def test_the_same_in_other_words_is_no_difference(expected: Any, observed: Any) -> None:
    assert differences(expected, observed) == []


@pytest.mark.parametrize(
    ("expected", "observed", "difference"),
    [
        ({"Port": 5432}, {"Port": "5432"}, "Port: expected 5432, seen: '5432'"),
        ({"On": True}, {"On": 1}, "On: expected True, seen: 1"),
        ({}, {"Website": {"Index": "a"}}, "Website.Index: expected nothing, seen: 'a'"),
        ({"Size": 1}, {}, "Size: expected 1, seen: nothing"),
        ({"command": ["a", "b"]}, {"command": ["b", "a"]}, "command: expected ['a', 'b']"),
        ({"ids": ["a"]}, {"ids": ["a", "b"]}, "ids: expected 'a', seen: ['a', 'b']"),
        (
            {"Statement": [{"Effect": "Allow"}]},
            {"Statement": [{"Effect": "Allow"}, {"Effect": "Deny"}]},
            "statement[1] is not configured",
        ),
        (
            {"Statement": {"Action": "a"}},
            {"Statement": {"Action": "a", "Condition": {"Bool": {"x": "true"}}}},
            "Statement.Condition.Bool.x: expected nothing, seen: 'true'",
        ),
        (
            {"env": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]},
            {"env": [{"name": "a", "value": "1"}, {"name": "c", "value": "2"}]},
            "env[b] is missing",
        ),
    ],
)
def test_anything_else_is_one(expected: Any, observed: Any, difference: str) -> None:
    assert difference in " | ".join(differences(expected, observed))


def test_what_is_left_out_is_left_out_with_all_below_it() -> None:
    left_out = {"State": "of its creation", "Items.Id": "assigned by AWS"}
    observed = {
        "State": {"Code": "active"},
        "Items": named([{"Id": 1, "Port": 2}], lambda item: "10.0.0.0/16"),
        "Statement": 1,
    }

    found = differences({}, observed, left_out=left_out)

    assert found == [
        "items[10.0.0.0/16] is not configured",
        "Statement: expected nothing, seen: 1",
    ]


def test_a_fixed_value_is_expected_and_the_configuration_takes_precedence() -> None:
    assert differences({}, {"Status": "failed"}, fixed={"Status": "available"}) == [
        "Status: expected 'available', seen: 'failed'"
    ]
    assert differences({"Status": "x"}, {"Status": "x"}, fixed={"Status": "available"}) == []


def test_a_default_may_be_returned_or_not() -> None:
    defaults = {"Payer": "BucketOwner"}

    assert differences({}, {"Payer": "BucketOwner"}, defaults=defaults) == []
    assert differences({}, {}, defaults=defaults) == []
    assert differences({}, {"Payer": "Requester"}, defaults=defaults) != []


def test_text_that_only_looks_like_json_is_text() -> None:
    assert flattened({"Comment": "{not JSON"}) == {"Comment": "{not JSON"}


@pytest.mark.parametrize(
    "place",
    [
        {"environment": [{"name": "DATABASE_URL", "value": 'postgres://u:p%22w@db"'}]},
        {"command": ["--password", 'p"w']},
        {"dockerLabels": {'p"w': "x"}},
        {"value": '{"password": "p\\"w"}'},
        {"value": "cCJ3"},
    ],
    ids=["quoted in a URL", "in a command", "as a key", "in JSON", "in base64"],
)
def test_a_text_is_found_wherever_and_however_it_is_written(place: Any) -> None:
    assert contains(place, 'p"w')
    assert not contains(place, "another")
