from harness.core.workflow_command import annotation


def test_nothing_in_a_text_or_property_can_end_it() -> None:
    line = annotation("error", "a: 100 %\r\nb, c", file="a:b,c\n%", line=3)
    assert line == "::error file=a%3Ab%2Cc%0A%25,line=3::a: 100 %25%0D%0Ab, c"
