"""An ordinary year has come in over two nights: everything that was sent has ended where it should."""

import csv
import datetime as dt
import hashlib
import html
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from nianbao.catalog import Project
from nianbao.publish.compose import compose
from nianbao.publish.figure_lines import figures_csv
from nianbao.publish.plain import exact_text
from nianbao.runs.build import build_tables
from nianbao.runs.workspace import open_workspace_as_of
from nianbao.settings import Home
from nianbao.statistics.claims import Claims
from nianbao.statistics.figures import read_figures
from nianbao.statistics.reporting import not_reported
from nianbao.terms.delivery import Decision
from nianbao.warehouse.connect import rows_of
from tests.homes import NIGHT_1, PUBLICATIONS, YEAR, release, scratch_files, warehouse

FAULTY, WAITING, CORRECTED, STRAY = "QHI06", "QHI11", "QH630200", "QHD16"


def outcomes(home: Home, where: str) -> list[tuple[Any, ...]]:
    """File name and outcome of the deliveries that answer to a condition, in their order."""
    with warehouse(home) as connection:
        query = f"SELECT file_name, outcome FROM ledger.delivery WHERE {where} ORDER BY delivery_id"
        return connection.execute(query).fetchall()


def decisions(home: Home, unit: str, form: str, period: str = "2021Q4") -> list[str]:
    """What was decided about each submission of a unit, form and period, in the order of their numbers."""
    with warehouse(home) as connection:
        rows = connection.execute(
            "SELECT d.decision FROM ledger.submission AS s INNER JOIN ledger.decision AS d "
            "ON s.submission_id = d.submission_id WHERE (s.unit_code, s.form_code, s.period) = (?, ?, ?) "
            "ORDER BY s.number",
            [unit, form, period],
        ).fetchall()
    return [decision for (decision,) in rows]


def status(home: Home, unit: str, form: str, period: str) -> str:
    """What has become of a form that a unit owes."""
    with warehouse(home) as connection:
        rows = connection.execute(
            "SELECT status FROM core.reporting WHERE (unit_code, form_code, period) = (?, ?, ?)", [unit, form, period]
        ).fetchall()
    ((found,),) = rows
    return str(found)


def receipts(home: Home, name: str) -> list[dict[str, Any]]:
    """The JSON receipts for files of a name."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(home.outbox.rglob(f"{name}.回执.json"))]


def test_every_file_ends_in_one_outcome(year_home: Home) -> None:
    """Each file of the inbox is one delivery with an outcome, and has a receipt for programs and one for people."""
    sent = {path.relative_to(year_home.inbox).as_posix() for path in year_home.inbox.rglob("*") if path.is_file()}
    sent = {source for source in sent if not source.startswith(".")}
    with warehouse(year_home) as connection:
        taken = connection.execute("SELECT source FROM ledger.delivery").fetchall()
    assert sorted(source for (source,) in taken) == sorted(sent)
    for source in sent:
        receipt = json.loads((year_home.outbox / f"{source}.回执.json").read_text("utf-8"))
        assert receipt["sha256"] == hashlib.sha256((year_home.inbox / source).read_bytes()).hexdigest()
        assert receipt["outcome_zh"] in (year_home.outbox / f"{source}.回执.html").read_text("utf-8")


def test_the_archive_holds_the_bytes_that_arrived(year_home: Home) -> None:
    """Every delivery's bytes are kept under their SHA-256, once; beside them only the record lies."""
    kept = [path for path in (year_home.archive / "bytes").rglob("*") if path.is_file()]
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in kept)
    assert sorted(path.name for path in year_home.archive.iterdir()) == ["bytes", "record"]
    with warehouse(year_home) as connection:
        known = connection.execute("SELECT DISTINCT sha256 FROM ledger.delivery").fetchall()
    assert {path.name for path in kept} > {sha256 for (sha256,) in known}
    assert not scratch_files(year_home)


def test_nothing_of_a_rejected_submission_is_loaded(year_home: Home) -> None:
    """The raw tables hold the rows and cells of accepted submissions only, and of every one of them."""
    with warehouse(year_home) as connection:
        decided = connection.execute("SELECT submission_id, decision FROM ledger.decision").fetchall()
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' AND schema_name = 'raw'"
        ).fetchall()
        union = " UNION ".join(f"SELECT submission_id FROM raw.{table}" for (table,) in tables)
        loaded = {submission_id for (submission_id,) in connection.execute(union).fetchall()}
    counted = {submission_id for submission_id, decision in decided if Decision(decision).is_loaded}
    refused = {submission_id for submission_id, decision in decided} - counted
    assert len(refused) == 5
    assert not loaded & refused
    assert loaded <= counted


def test_a_faulty_form_is_rejected_and_the_rest_of_its_workbook_is_not(year_home: Home) -> None:
    """A fault costs the form it is in; the unit learns the cell and what to do, and its second workbook counts."""
    first, second = outcomes(year_home, f"unit_code = '{FAULTY}' AND period = '2021Q4'")
    assert (first[1], second[1]) == ("partly", "accepted")
    for form in ("GH01", "GH03", "GH05", "GH06"):
        rejected, accepted = decisions(year_home, FAULTY, form)
        assert rejected == "rejected" and accepted.startswith("accepted"), form
    assert decisions(year_home, FAULTY, "GH04") == ["accepted"]
    (receipt,) = receipts(year_home, first[0])
    said = [(each["code"], each["sheet"][:4], each["cell"] is not None) for each in receipt["findings"]]
    assert said == [("C01-1", "GH01", True), ("C00-7", "GH03", True), ("C05-1", "GH05", True), ("C00-7", "GH06", True)]
    assert "约300" in receipt["findings"][3]["sentence"]


def test_an_unexplained_form_waits_until_it_is_explained(year_home: Home) -> None:
    """A form with an unusual number and no 说明 does not count; with the 说明 it does, and the reason is kept."""
    assert decisions(year_home, WAITING, "GH02", "2021H2") == ["awaiting_explanation", "accepted_with_warnings"]
    with warehouse(year_home) as connection:
        (kept,) = rows_of(
            connection, "SELECT * FROM ledger.explanation WHERE submission_id = ?", [f"{WAITING}-2021H2-GH02-2"]
        )
    assert "联合基层工会" in kept["explanation"]


def test_a_late_form_counts_and_is_called_late(year_home: Home) -> None:
    """What comes within the days of grace is loaded with a warning, and the record says that it was late."""
    assert decisions(year_home, "QHD09", "GH01") == ["accepted_with_warnings"]
    assert status(year_home, "QHD09", "GH01", "2021Q4") == "late"
    assert status(year_home, "QHD09", "GH01", "2021Q3") == "on_time"


def test_a_missing_form_is_missed(year_home: Home) -> None:
    """A sheet that never came is missing, with its unit, in the status and in the coverage of its figures."""
    assert status(year_home, "QHD14", "GH06", "2021Q3") == "missing"
    with warehouse(year_home) as connection:
        absent = not_reported(connection, dt.date(2022, 3, 1), [YEAR], "QHD14")
    assert [(row["form_code"], row["period"], row["status"]) for row in absent] == [("GH06", "2021Q3", "missing")]
    with (release(year_home, "work_report", 1) / "figures.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["indicator_id"]: row for row in csv.DictReader(file) if row["year"] == str(YEAR)}
    assert int(rows["warmth_funds"]["reported"]) == int(rows["warmth_funds"]["asked"]) == 53
    assert int(rows["posts_online"]["reported"]) == int(rows["posts_online"]["asked"]) - 1


def test_the_same_file_under_another_name_is_a_duplicate(year_home: Home) -> None:
    """It is recorded, names the file it repeats, and makes no submission."""
    ((name, _),) = outcomes(year_home, "outcome = 'duplicate'")
    (receipt,) = receipts(year_home, name)
    assert receipt["duplicate_of"] != name and receipt["duplicate_of"].endswith(".xlsx")
    assert receipt["submissions"] == receipt["findings"] == []


def test_what_is_not_a_workbook_is_put_aside(year_home: Home) -> None:
    """A text that calls itself .xlsx is quarantined and answered in words."""
    ((name, _),) = outcomes(year_home, "outcome = 'quarantined'")
    (receipt,) = receipts(year_home, name)
    assert [finding["code"] for finding in receipt["findings"]] == ["FORMAT_MISMATCH"]
    assert "另存为xlsx" in receipt["findings"][0]["sentence"]


def test_a_correction_takes_the_place_of_what_it_corrects(year_home: Home) -> None:
    """Both submissions are kept with their cells, and only the later one counts."""
    ids = [f"{CORRECTED}-2021Q4-GH05-{number}" for number in (1, 2)]
    with warehouse(year_home) as connection:
        kept = connection.execute(
            "SELECT submission_id, warmth_funds_yuan, warmth_persons FROM raw.gh05 "
            "WHERE submission_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY submission_id",
            [ids],
        ).fetchall()
        counts = connection.execute(
            "SELECT submission_id, warmth_funds_yuan, warmth_persons FROM core.gh05 WHERE unit_code = ? AND period = ?",
            [CORRECTED, "2021Q4"],
        ).fetchall()
    assert [row[0] for row in kept] == ids
    assert kept[1][1] - kept[0][1] == 86000 and kept[1][2] - kept[0][2] == 52
    assert counts == [kept[1]]


@pytest.fixture(scope="module")
def night_1(project: Project, year_home: Home) -> dict[str, str]:
    """The figures of every publication as they were known on a day between the nights."""
    with open_workspace_as_of(year_home, dt.date(2022, 1, 20)) as workspace:
        build_tables(workspace)
        claims = Claims(read_figures(workspace.connection, project), {})
    return {
        code: figures_csv(compose(publication, claims, YEAR, "draft", dt.datetime(2022, 1, 20), ()).figures)
        for code, publication in project.publications.items()
    }


def test_the_past_can_be_asked_for(year_home: Home, night_1: dict[str, str]) -> None:
    """As of a day after the first night the figures are those of the first night, not those of the second."""
    first = {code: (year_home.path / NIGHT_1 / f"{code}.csv").read_text("utf-8") for code in PUBLICATIONS}
    second = {code: (release(year_home, code, 1) / "figures.csv").read_text("utf-8") for code in PUBLICATIONS}
    assert night_1 == first
    assert first != second


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_the_pages_tell_what_figures_csv_tells(year_home: Home, publication: str) -> None:
    """Every printed figure stands on the report and, with its exact value, on a page of its own."""
    folder = release(year_home, publication, 1)
    report = lxml.html.document_fromstring((folder / "index.html").read_bytes())
    links = {str(link.text_content()) for link in report.iter("a")}
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {path.stem for path in (folder / "figures").iterdir()} == {f"{r['indicator_id']}-{r['year']}" for r in rows}
    for row in rows:
        page = html.unescape((folder / "figures" / f"{row['indicator_id']}-{row['year']}.html").read_text("utf-8"))
        assert row["printed"] in links or row["printed"] == "—", row
        value = Decimal(row["value"]) if row["value"] else None
        assert row["zh"] in page and exact_text(value, row["unit"]) in page, row


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_a_release_vouches_for_its_files(year_home: Home, publication: str) -> None:
    """The manifest names every file of the release with its hash, and every submission with the file it came in."""
    folder = release(year_home, publication, 1)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"manifest.json"}
    assert present == manifest["files"].keys()
    assert {Path(name).suffix for name in present} >= {".html", ".pdf", ".docx", ".xlsx", ".csv", ".duckdb"}
    for name, entry in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"], name
    with warehouse(year_home) as connection:
        in_force = connection.execute(
            "SELECT s.submission_id, d.sha256 FROM core.submission AS s INNER JOIN ledger.delivery AS d "
            "ON s.delivery_id = d.delivery_id"
        ).fetchall()
    assert manifest["submissions"] == dict(in_force)
    assert manifest["as_of"] == "2022-01-26T01:00:00"


def test_S12_the_periods_of_a_figure_add_up_to_it(project: Project, year_home: Home) -> None:
    """What a chart shows by quarter is the printed figure, parted: nothing is left out or counted twice."""
    with warehouse(year_home) as connection:
        figures = read_figures(connection, project)
    parted = {key: sum(periods.values()) for key, periods in figures.by_period.items()}
    assert ("warmth_funds", YEAR) in parted
    assert list(figures.by_period["warmth_funds", YEAR]) == [f"{YEAR}Q{n}" for n in (1, 2, 3, 4)]
    assert parted == {key: figures.get(*key).value for key in parted}
