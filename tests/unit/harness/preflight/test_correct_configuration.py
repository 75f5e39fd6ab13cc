from harness.preflight import TerraformVersion, configuration_of, preflight
from tests.unit.harness.preflight.sample_configuration import FakeTarget, catalog


def test_the_correct_configuration_has_no_finding() -> None:
    report = preflight(
        configuration_of(catalog().document),
        target=FakeTarget(),
        terraform=TerraformVersion.parse("1.11.4"),
    )
    assert report.findings == ()
    assert report.notes == ()
