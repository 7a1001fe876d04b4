"""A thousand personal values through the whole line: collected, explained, published; nothing written shows one."""

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import duckdb
import pypdfium2
import pytest
from click.testing import CliRunner

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.settings import Home
from nianbao.terms.filled import Filled
from nianbao.terms.period import Period
from tests.homes import arrive, clock_at, post, send
from tests.intake.answer.test_personal_data import PLANTED, planted, without_blanks
from tests.intake.faults import Desk, Make
from tests.intake.made import as_json, delivery, ods, xls

PERIOD = "2021Q4"
WHOLE, IN_JSON, IN_CSV, IN_XLS, IN_ODS, LOST, REST = (
    ["QH630100", "QH630200", "QHD01", "QHD02", "QHD03", "QHD04", "QHD05", "QHD06"],
    ["QHI01", "QHI02"], ["QHI03", "QHI04"], ["QHI05", "QHI06"], ["QHD07", "QHD08"], ["QHD10", "QHD11"], ["QHD12"],
)  # fmt: skip
SITES, NOTES = 40, 10
RUN = re.compile(r"[0-9Xx]{11,}")
MAIL = re.compile(r"[A-Za-z0-9_.]+@example\.com")


def fill_inbox(project: Project, home: Home, values: Iterator[str]) -> int:
    """Send workbooks, tables and documents with personal values wherever a clerk can type; returns how many values."""
    sent = 0

    def take(number: int) -> list[str]:
        nonlocal sent
        taken = list(islice(values, number))
        sent += len(taken)
        return taken

    for planned in post(project, WHOLE, [PERIOD]):
        assert isinstance(planned.content, Filled)
        forms = {code: dict(parts) for code, parts in planned.content.forms.items()}
        forms["GH03"]["sites"] = [
            {"site_type": "red_base", "site_date": planned.period.end, "site_name": f"站点{number}（{one}、{two}）"}
            for number, (one, two) in enumerate(zip(take(SITES), take(SITES), strict=True))
        ]
        forms["GH05"]["main"] = [forms["GH05"]["main"][0] | {"warmth_persons": 1}]  # needs a reason: the note gives it
        notes = {"GH05": f"资金集中慰问，联系人{'，'.join(take(NOTES))}", "GH01": "；".join(take(NOTES))}
        cover = planned.content.cover | {"filler": "".join(take(1)), "unit_name": f"{planned.unit.zh} {take(1)[0]}"}
        send(
            project,
            home.inbox,
            [replace(planned, content=replace(planned.content, forms=forms, notes=notes, cover=cover))],
        )
    makers: dict[str, tuple[list[str], Make]] = {
        ".json": (IN_JSON, lambda desk: as_json(delivery(desk, forms={"GH03": records(take(SITES))}))),
        "-GH03.csv": (IN_CSV, lambda desk: table(take(SITES)).encode()),
        ".xls": (IN_XLS, lambda desk: xls(desk, numbers(take(2)))),
        ".ods": (IN_ODS, lambda desk: ods(desk, numbers(take(2)))),
        "-a.csv": (LOST, lambda desk: desk.text(numbers(take(2))).replace(desk.unit.code, take(1)[0]).encode()),
        "-b.json": (REST, lambda desk: as_json(delivery(desk, forms={"GH03": records(take(PLANTED))}))),
    }
    for ending, (units, make) in makers.items():
        for code in units:
            desk = Desk(project, project.units[code], Period.parse(PERIOD), home.path / "scratch.xlsx")
            path = home.inbox / code / f"{code}-{PERIOD}{ending}"
            path.parent.mkdir(parents=True)
            path.write_bytes(make(desk))
            arrive(path, planned.sent_at)
    return sent


def numbers(values: list[str]) -> dict[str, object]:
    """Personal values where numbers are asked."""
    return {"warmth_persons": f"约{values[0]}人", "relief_persons": values[1]}


def records(values: list[str]) -> dict[str, object]:
    """GH03 as a union's own system sends it."""
    sites = [{"GH03-04": "red_base", "GH03-05": f"基地 {text}", "GH03-06": "2021-11-03"} for text in values]
    return {"edition": "2021", "lines": {"GH03-01": 12, "GH03-02": 340, "GH03-03": 56}, "records": sites}


def table(values: list[str]) -> str:
    """The records of GH03 as delimited text."""
    return "GH03-04,GH03-05,GH03-06\n" + "".join(f"红色教育基地,教育基地{text},2021-11-03\n" for text in values)


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """What a file says: tables of a database, parts of a package, the text of pages, or itself."""
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for schema, name in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                rows = connection.execute(f'SELECT * FROM {schema}."{name}"').fetchall()
                yield f"{path.name}/{schema}.{name}", "\n".join(" ".join(map(str, row)) for row in rows)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            for part in package.namelist():
                yield f"{path.name}/{part}", package.read(part).decode("utf-8", "replace")
    elif path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as pages:
            yield path.name, "\n".join(page.get_textpage().get_text_range() for page in pages)
    else:
        yield path.name, path.read_text("utf-8", "replace")


def shown(text: str, values: set[str]) -> set[str]:
    """The values that can be read in a text, whatever stands between their digits."""
    plain = without_blanks(text)
    found = set(MAIL.findall(plain)) & values
    for run in RUN.findall(plain):
        windows = {run[at : at + size] for size in (11, 15, 16, 17, 18, 19) for at in range(len(run) - size + 1)}
        found |= windows & values
    return found


def own_parts(sent: Path) -> set[str]:
    """The parts of a workbook that its sender wrote."""
    with zipfile.ZipFile(sent) as package:
        return set(package.namelist())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home")


def test_no_planted_value_is_shown_anywhere(project: Project, home: Home) -> None:
    """Outbox, warehouse, analysts' file, releases in every format, what commands print: only the archive has them."""
    chosen = list(planted())
    values = {plain for plain, _ in chosen}
    assert fill_inbox(project, home, (typed for _, typed in chosen)) == PLANTED
    with clock_at("2022-01-16T01:00"):
        printed = [run(home, "nightly"), run(home, "nightly", "--json"), run(home, "status")]
        waiting = json.loads(run(home, "explanations", "--json"))
        assert waiting
        for row in waiting[:2]:
            printed.append(
                run(home, "explanations", "--approve", row["explanation_id"], "--until", "2022-12-31", "--by", "审核岗")
            )
        printed += [
            run(home, "preview", "--unfinished"),
            run(home, "explanations", "--all"),
            run(home, "explanations", "--json"),
        ]
        printed += [run(home, "explain", "warmth_persons", "--year", "2021", "--all")]
        printed += [run(home, "sql", "SELECT * FROM core.gh03_sites", "--csv")]
    written = [("printed", text) for text in printed]
    for path in sorted(home.path.rglob("*")):
        if not path.is_file() or path.is_relative_to(home.archive) or path.is_relative_to(home.inbox):
            continue
        if path.name != "scratch.xlsx" and not path.name.endswith(".审核.xlsx"):
            written += texts_of(path)
    for path in home.outbox.rglob("*.审核.xlsx"):
        sent = home.inbox / path.relative_to(home.outbox).with_name(path.name.removesuffix(".审核.xlsx"))
        # The sender's own cells stay as they are: of a workbook its parts, of any other file the sheets made of it.
        if zipfile.is_zipfile(sent) and sent.suffix == ".xlsx":
            own = own_parts(sent)
            written += [(place, text) for place, text in texts_of(path) if place.partition("/")[2] not in own]
        else:
            written += [(place, text) for place, text in texts_of(path) if "comments" in place]
    places = " ".join(place for place, _ in written)
    for expected in (
        ".html",
        ".docx/",
        ".csv",
        ".回执.json",
        "core.gh03_sites",
        "work_report-2021.xlsx/",
        "manifest.json",
    ):
        assert expected in places, expected
    assert any("站点7（" in text for _, text in written), "the text around a value is kept"
    assert any("资金集中慰问" in text for place, text in written if ".docx/" in place), "an explanation is printed"
    assert {(place, value) for place, text in written for value in shown(text, values)} == set()
    kept = b"".join(path.read_bytes() for path in home.archive.rglob("*") if path.is_file())
    assert len(shown(kept.decode("utf-8", "replace"), values)) > SITES, "what is looked for can be found"


def run(home: Home, *arguments: str) -> str:
    """What a command prints."""
    done = CliRunner().invoke(main, [*arguments, "--home", str(home.path)])
    assert done.exit_code in (0, 1), (arguments, done.output)
    return done.output


ID_CARD, PHONE, CARD = "11010519491231002X", "13912345678", "6222021234567890128"
ALIKE = "13998765478"
"""Another telephone, which is the same once it is masked."""

NAMED = {
    "accepted": ("QHD01", f"{PHONE}填报-2021Q4.xlsx"),
    "in its folder": ("QHD02", f"{ID_CARD}/报表.xlsx"),
    "quarantined": ("QHD03", "卡号6222_0212_3456_7890_128.xlsx"),
    "in an archive": ("QHD04", f"身份证{ID_CARD}.zip"),
    "unfinished": ("QHD05", f"{PHONE}.xlsx.part"),
    "another spelling": ("QHD01", f"{PHONE}填报-2021Q4.XLSX"),
    "alike when masked": ("QHD06", f"{ALIKE}填报-2021Q4.xlsx"),
}  # fmt: skip


def test_O11_no_personal_number_of_a_file_s_name_is_shown(project: Project, home: Home) -> None:
    """O11: no command, page, release, receipt or published table tells a number in the name of a file."""
    for planned in post(project, ["QHD01", "QHD02"], [PERIOD]):
        _unit, name = next(each for each in NAMED.values() if each[0] == planned.unit.code)
        send(project, home.inbox, [replace(planned, file=name)])
    junk = {
        NAMED[key][1]: key.encode() for key in ("quarantined", "unfinished", "another spelling", "alike when masked")
    }
    for name, content in junk.items():
        (home.inbox / name).write_bytes(content)
        arrive(home.inbox / name, planned.sent_at)
    with zipfile.ZipFile(home.inbox / NAMED["in an archive"][1], "w") as package:
        package.writestr(f"{PHONE}.xlsx", b"no workbook either")
    arrive(home.inbox / NAMED["in an archive"][1], planned.sent_at)
    with clock_at("2022-01-16T01:00"):
        commands = [
            ["nightly"], ["nightly", "--json"], ["status", "--all"], ["status", "--json"], ["status", "--csv"],
            ["runs", "--json"], ["runs", "--metrics"], ["held", "--json"], ["explanations", "--json"],
            ["preview", "--unfinished"],
            ["explain", "warmth_persons", "--year", "2021", "--all"],
            ["explain", "warmth_persons", "--year", "2021", "--json"],
            ["feeds", "QHD01-2021Q4-GH05-1", "--json"], ["remind"], ["quality", "--period", "2021Q4"], ["receipts"],
        ]  # fmt: skip
        printed = [(" ".join(command), run(home, *command)) for command in commands]
    written = list(printed)
    for path in sorted(home.path.rglob("*")):
        private = (home.archive, home.inbox, home.warehouse, home.path / "warehouse.last.duckdb", home.looks)
        if path.is_file() and not any(path == each or path.is_relative_to(each) for each in private):
            written += texts_of(path)
    values = {ID_CARD, PHONE, CARD, ALIKE}
    told = {(place, value) for place, text in written for value in shown(hidden(text), values)}
    assert told == set()
    assert any(f"{PHONE[:3]}******{PHONE[-2:]}填报" in text for place, text in written if place.startswith("explain"))
    kept = {path: path.read_bytes() for path in home.outbox.rglob("*.html")}
    assert {path.name.partition("填报")[0] for path in kept} >= {PHONE, ALIKE}, "each sender has an answer of its own"
    shutil.rmtree(home.outbox)
    run(home, "receipts")
    assert {path: path.read_bytes() for path in home.outbox.rglob("*.html")} == kept


def hidden(text: str) -> str:
    """A text without the names under which its sender finds the answers: they are the sender's own."""
    return re.sub(r'_|(href="|"marked_workbook": ?")[^"]*"', "", text)
