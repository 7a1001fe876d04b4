"""What a blank workbook knows from the home: earlier values, and how many rows a ledger needed."""

from decimal import Decimal
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from nianbao.cli.main import main
from tests.federation import Federation, a01, a02
from tests.homes import clock_at


def test_S17_R24_a_blank_knows_what_counts(tmp_path: Path) -> None:
    """S17, R24: 上期, 上年同期 and the year so far are what counts; a ledger has half as many rows again as then."""
    federation = Federation(tmp_path)
    trainings = [(f"第{number}期培训", "2021-08-02", 20) for number in range(30)]
    federation.send("A1", "2021Q3", {"A01": a01(100, 5, 6), "A02": a02(*trainings)}, "2021-10-05T09:00:00")
    federation.night("2021-10-06T01:00:00")
    for period, members, funds, at in (("2022Q1", 110, 7, "2022-04-05"), ("2022Q2", 120, 8, "2022-07-05")):
        federation.send("A1", period, {"A01": a01(members, funds, 3)}, f"{at}T09:00:00")
        federation.night(f"{at}T23:00:00")
    with clock_at("2022-09-30T10:00:00"):
        arguments = ["template", "--unit", "A1", "--period", "2022Q3", "--out", str(tmp_path / "out")]
        project, home = ["--project", str(federation.folder)], ["--home", str(federation.home.path)]
        result = CliRunner().invoke(main, [*arguments, *project, *home])
    assert result.exit_code == 0, result.output
    (path,) = (tmp_path / "out").glob("*.xlsx")
    lines, ledger = openpyxl.load_workbook(path).worksheets[2:4]
    rows = {row[3].value: [cell.value for cell in row[5:8]] for row in lines.iter_rows() if len(row) > 7}
    assert rows["A01-01"] == [120, 100, None]
    assert rows["A01-02"] == [8, 5, 15]
    assert max(int(row[0].value) for row in ledger.iter_rows() if isinstance(row[0].value, int)) == Decimal("1.5") * 30
