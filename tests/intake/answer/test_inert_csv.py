"""CSV at the command line: opened in a spreadsheet, no text of others is a formula."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from nianbao.cli.show import say_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")']
)
def test_a_text_like_a_formula_gets_an_apostrophe(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The text stands behind an apostrophe, whole."""
    say_csv(["name"], [[text]])
    written = io.StringIO(capsys.readouterr().out, newline="")
    assert list(csv.reader(written)) == [["name"], ["'" + text.replace("\r", "\n")]]


def test_numbers_stay_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Negative numbers and ordinary texts are left as they are."""
    say_csv(["a", "b", "c", "d"], [[-3, Decimal("-1.50"), "-7.5", "甲-乙"]])
    assert capsys.readouterr().out == "a,b,c,d\n-3,-1.50,-7.5,甲-乙\n"
