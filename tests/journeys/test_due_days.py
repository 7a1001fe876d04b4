"""When forms are due in the life of a home: history taken in at its beginning, and more time granted by a command."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nianbao.catalog import Project, load_project
from nianbao.sample.planned import Planned
from nianbao.settings import Home
from nianbao.terms.delivery import Decision
from nianbao.terms.filled import Filled
from tests.homes import YEAR, call, collect_into, post, send, take_in_and_build, warehouse

UNIT, FORM, LATE = "QH632200", "GH05", dt.datetime(2022, 3, 1, 9)


def first_report(project: Project, period: str) -> Planned:
    """The unit's workbook of a period with one form."""
    (planned,) = post(project, [UNIT], [period], [FORM])
    return planned


def as_of(planned: Planned, status: str, name: str, more: int = 0) -> Planned:
    """The same workbook sent much later under another name, by declaration a first report or a correction."""
    assert isinstance(planned.content, Filled)
    forms = {code: {part: [dict(row) for row in rows] for part, rows in parts.items()}
             for code, parts in planned.content.forms.items()}  # fmt: skip
    forms[FORM]["main"][0]["warmth_persons"] += more
    content = replace(planned.content, forms=forms, cover={**planned.content.cover, "status": status})
    return replace(planned, content=content, sent_at=LATE, file=name)


def test_T21_history_is_taken_in_whenever_it_arrives(
    project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """It is never late, marked as history, and no second first report replaces it: a correction does."""
    home = Home(tmp_path / "home")
    before = first_report(project, "2020Q4")
    decided = []
    for day, (status, name, more) in enumerate((("初报", "a.xlsx", 0), ("初报", "b.xlsx", 1), ("更正", "c.xlsx", 2))):
        clock(f"2022-03-0{day + 2}T01:00")
        send(project, home.inbox, [as_of(before, status, name, more)])
        decided.append(list(take_in_and_build(project, home).decisions))
    assert decided == [
        [Decision.ACCEPTED_WITH_WARNINGS], [Decision.REJECTED], [Decision.ACCEPTED_WITH_WARNINGS]
    ]  # fmt: skip
    with warehouse(home) as connection:
        assert connection.execute("SELECT number, is_late, is_history FROM core.submission").fetchall() == [
            (3, False, True)
        ]
        owed = connection.execute("SELECT min(period) FROM reference.due").fetchone()
    assert owed is not None and owed[0] >= str(YEAR)


def test_T31_one_line_gives_everybody_more_time(
    project_copy: Path, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """What was sent back as too late is taken when it comes again; list and record say who granted it and why."""
    project, home = load_project(project_copy), Home(tmp_path / "home")
    late = as_of(first_report(project, "2021Q3"), "补报", "late.xlsx")
    clock("2022-03-02T01:00")
    send(project, home.inbox, [late])
    assert set(collect_into(project, home).decisions) == {Decision.REJECTED}
    granted = call(
        "extend", "2021Q3", "--until", "2022-03-31", "--because", "疫情", "--by", "统计审核岗",
        "--project", str(project_copy), home=home,
    )  # fmt: skip
    assert granted.returncode == 0, granted.stderr
    line = (project_copy / "reference" / "extensions.csv").read_text(encoding="utf-8").splitlines()[-1]
    assert line == "*,*,2021Q3,2022-03-02,2022-03-31,疫情,统计审核岗"
    runs = json.loads(call("runs", "--json", home=home).stdout)
    (run,) = [each for each in runs if each["kind"] == "extend"]
    assert (run["actor"], run["because"]) == ("统计审核岗", "疫情")
    with warehouse(home) as connection:
        facts = connection.execute("SELECT * EXCLUDE run_id FROM ledger.extension").fetchall()
    day, until = dt.date(2022, 3, 2), dt.date(2022, 3, 31)
    assert facts == [("*", "*", "2021Q3", day, until, "统计审核岗", "疫情")]
    clock("2022-03-03T01:00")
    project = load_project(project_copy)
    send(project, home.inbox, [as_of(first_report(project, "2021Q3"), "补报", "again.xlsx", 1)])
    assert all(decision.counts for decision in collect_into(project, home).decisions)


def test_T31_what_is_no_unit_is_not_granted(project_copy: Path, tmp_path: Path) -> None:
    """Nothing is written, and the exit code says that there is no such thing."""
    path = project_copy / "reference" / "extensions.csv"
    before = path.read_bytes()
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)
    refused = call(
        "extend", "2021Q3", "--unit", "QH9", "--until", "2099-03-31", "--because", "疫情", "--by", "统计审核岗",
        "--project", str(project_copy), home=home,
    )  # fmt: skip
    assert refused.returncode == 64 and "QH9" in refused.stderr
    assert path.read_bytes() == before
