from harness.preflight.configuration import Reference, Unknown, is_known, references_in, same

LB = Reference("aws_lb.x.arn", address="aws_lb.x", path=("arn",))


def test_known_values_are_compared() -> None:
    assert same(1, 1) is True
    assert same(1, 2) is False


def test_the_same_expression_has_one_value() -> None:
    assert same(Unknown("var.a"), Unknown("var.a")) is True
    assert same(Unknown("var.a"), Unknown("var.b")) is None
    assert same(Unknown("var.a"), "a") is None


def test_volatile_and_nameless_values_are_never_the_same() -> None:
    assert same(Unknown("count.index", volatile=True), Unknown("count.index")) is None
    assert same(Unknown(), Unknown()) is None


def test_knowledge_is_deep() -> None:
    assert is_known({"a": [1, "b"]})
    assert not is_known({"a": [1, Unknown()]})


def test_the_attribute_of_a_reference_comes_after_its_instance() -> None:
    assert LB.attribute == "arn"
    assert Reference(path=(0, "id")).attribute == "id"
    assert Reference().attribute == ""
    assert Reference(path=("*", "id")).splat


def test_references_are_found_wherever_they_are() -> None:
    inside = Unknown("x", ("a", LB), (LB,))
    assert list(references_in({"k": [LB, inside, "text"]})) == [LB, LB]
