"""Numbers on the terminal."""

from decimal import Decimal

import pytest

from nianbao.cli.show import number_zh


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("101.5975081351", "101.6"), ("-12397428.4567891", "-12,397,428.46"), ("0.0034567891", "0.00346"),
        ("390269589.12", "390,269,589.12"), ("12.3456", "12.3456"), ("2564900.00000000", "2,564,900"), ("0", "0"),
    ],
)  # fmt: skip
def test_S18_a_number_is_told_as_people_read_it(value: str, said: str) -> None:
    """S18: a quotient is rounded, what was reported is whole, thousands stand apart."""
    assert number_zh(Decimal(value)) == said
