"""Whatever becomes of units, the figures are those of an independent sum: random trees, random years (T1–T4, T6)."""

from __future__ import annotations

import calendar
import datetime as dt
import os
import random
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.statistics.compile import indicator_models
from nianbao.statistics.tree import read_tree
from nianbao.terms.roster import Roster
from nianbao.terms.unit import Level, Succession, Unit
from nianbao.warehouse.connect import Connection, open_memory
from nianbao.warehouse.models import in_order
from nianbao.warehouse.refresh import NOBODY, Moved, refresh, together
from tests.counting import Sent, count, differing_rows

SEEDS = range(*map(int, os.environ.get("NIANBAO_SEEDS", "100").split("-")))
HEAD = Level("head", "总会", "总会", "head", "heads", "", False, "")
NODE = Level("node", "分会", "各分会", "node", "nodes", "head", True, "head")
HALF_A_YEAR = [f"M{month:02d}" for month in range(1, 7)]
KINDS = {
    "M": [f"2022M{month:02d}" for month in range(1, 13)],
    "Q": [f"{year}Q{quarter}" for year in (2020, 2021, 2022) for quarter in (1, 2, 3, 4)],
    "H": [f"{year}H{half}" for year in range(2019, 2025) for half in (1, 2)],
    "Y": [str(year) for year in range(2018, 2030)],
    "MQH": [f"{year}{kind}" for year in (2021, 2022) for kind in ("M01", "M02", "M03", "Q2", "H1", "H2")],
    "QHY": [f"{year}{kind}" for year in (2020, 2021, 2022) for kind in ("Q1", "Q2", "H2", "")],
    "MY": [*(f"2021{kind}" for kind in (*HALF_A_YEAR, "")), *(f"2022{kind}" for kind in (*HALF_A_YEAR[2:], ""))],
    # In a year from July.
    "YQ": [f"{year}Q{quarter}" for year in (2020, 2021, 2022) for quarter in (1, 2, 3, 4)],
    "YY": [f"{year}Y07" for year in range(2018, 2030)],
    "YMQ": [f"{year}{kind}" for year in (2020, 2021, 2022) for kind in ("M02", "Q2", "H2", "Y07")],
}
FIRST_MONTH = {kind: 7 if kind.startswith("Y") and kind != "Y" else 1 for kind in KINDS}
FORM = """code = "F{kind}"
zh = "表{kind}"
en = "Form {kind}"
table_no = "{kind}"
edition = "1"
periods = {periods}
reporters = ["node"]
since = 2018
due_days = 10
grace_days = 10

[[parts]]
code = "main"
zh = "主表"
en = "main"
layout = "indicator"
"""
FIELD = """
[[parts.fields]]
code = "{code}"
line = {line}
zh = "{code}"
en = "{code}"
type = "int"
unit = "人"
aggregate = "{aggregate}"
required = false
"""
FIELDS = {"stock": "last", "flow": "sum", "most": "max"}
FORMULAS = {
    "stock_rise": "{kind}_stock - {kind}_stock@prev_year",
    "flow_rise": "{kind}_flow - {kind}_flow@prev_year",
    "stock_like": "{kind}_stock@comparable_at_end - {kind}_stock@prev_year@comparable_at_end",
    "flow_like": "{kind}_flow@comparable - {kind}_flow@prev_year@comparable",
    "of_all": "{kind}_flow / {kind}_flow@all",
    "of_parent": "{kind}_flow / {kind}_flow@parent",
}
Row = tuple[str, str, dt.date, dt.date]
"""A version of a unit: its code, its parent, its first and its last day."""
Report = tuple[str, str]
"""A unit and the code of a period."""


@dataclass
class World:
    """What became of the units, as plain rows: versions, and successor, day and share by unit."""

    kind: str
    rows: list[Row]
    heirs: dict[str, list[tuple[str, dt.date, Decimal]]]
    reports: dict[Report, dict[str, int]] = field(default_factory=dict)

    def end_of(self, year: int) -> dt.date:
        """The last day of a year."""
        month = FIRST_MONTH[self.kind]
        return dt.date(year + (month == 1), month, 1) - dt.timedelta(days=1)

    def year_of(self, code: str) -> int:
        """The year in which a period ends."""
        ends = span(code)[1]
        return ends.year if ends <= self.end_of(ends.year) else ends.year + 1


def span(code: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of a period."""
    year, kind, number = int(code[:4]), code[4:5], int(code[5:] or 1)
    if kind == "Y":
        return dt.date(year - 1, number, 1), dt.date(year, number, 1) - dt.timedelta(days=1)
    length = {"M": 1, "Q": 3, "H": 6, "": 12}[kind]
    last = length * number
    return dt.date(year, last - length + 1, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def in_time(place: Report) -> tuple[dt.date, int]:
    """Sorts by last days; what speaks of more days is the later word."""
    begins, ends = span(place[1])
    return ends, (ends - begins).days


def make_world(seed: int) -> World:
    """Up to eight units, renamed, moved, merged, split and closed over twelve periods, and what they report."""
    dice = random.Random(seed)
    kind = dice.choice(list(KINDS))
    periods = KINDS[kind]
    first, last = min(span(code)[0] for code in periods), max(span(code)[1] for code in periods)
    start, end = dt.date(2018, 1, 1), dt.date(2100, 1, 1)
    codes = [f"U{number}" for number in range(1, dice.randint(1, 5) + 1)]
    now = {code: (dice.choice(["H", *codes[:place]]), start) for place, code in enumerate(codes)}
    world = World(kind, [("H", "", start, end)], defaultdict(list))
    every = (last - first).days
    days = sorted(dice.sample(range(1, every), dice.randint(0, min(6, every - 1))))
    border = sorted({span(code)[0] for code in periods} - {first})
    for number in days:
        day = dice.choice(border) if dice.random() < 0.3 else first + dt.timedelta(days=number)
        if all(since < day for _, since in now.values()):
            happen(world, now, dice, day)
    world.rows += [(code, parent, since, end) for code, (parent, since) in now.items()]
    for period in periods:
        begins, ends = span(period)
        for code in {row[0] for row in world.rows} - {"H"}:
            stands = any(row[0] == code and row[2] <= ends and begins <= row[3] for row in world.rows)
            if stands and dice.random() < 0.9:
                world.reports[code, period] = {name: dice.randint(0, 99) for name in FIELDS}
    return world


def happen(world: World, now: dict[str, tuple[str, dt.date]], dice: random.Random, day: dt.date) -> None:
    """One thing that becomes of one unit on a day."""
    what, code = dice.choice(["rename", "move", "merge", "split", "give", "join", "close"]), dice.choice(list(now))
    above = {each for each in now if code not in chain(now, each)}
    new = [f"U{len({row[0] for row in world.rows} | set(now)) + place}" for place in range(2)]

    def leave(gone: str) -> str:
        parent, since = now.pop(gone)
        world.rows.append((gone, parent, since, day - dt.timedelta(days=1)))
        return parent

    def enter(code: str, parent: str) -> None:
        now[code] = (parent, day)

    def adopt(gone: str, parent: str) -> None:
        for child in [each for each, (of, _) in now.items() if of == gone]:
            leave(child)
            enter(child, parent)

    if what == "rename":
        enter(code, leave(code))
    elif what == "move":
        leave(code)
        enter(code, dice.choice(["H", *sorted(above)]))
    elif what == "merge" and above:
        heir, parent = dice.choice(sorted(above)), leave(code)
        world.heirs[code].append((heir, day, Decimal(1)))
        adopt(code, heir if heir != parent else parent)
    elif what in ("split", "give") and len({row[0] for row in world.rows} | set(now)) <= 7:
        share = dice.choice([Decimal("0.25"), Decimal("0.5"), Decimal("0.1")])
        keeper = code if what == "give" else new[1]
        world.heirs[code] += [(new[0], day, share), (keeper, day, 1 - share)]
        parent = now[code][0] if what == "give" else leave(code)
        for each in {new[0], keeper} - {code}:
            enter(each, parent)
        if what == "split":
            adopt(code, new[1])
    elif what == "join" and len({row[0] for row in world.rows} | set(now)) <= 7:
        enter(new[0], dice.choice(["H", *now]))
    elif what == "close" and len(now) > 1:
        adopt(code, leave(code))


def chain(now: dict[str, tuple[str, dt.date]], code: str) -> list[str]:
    """A unit and those above it."""
    return [code, *(chain(now, now[code][0]) if now[code][0] in now else [])]


# The independent sum: plain loops over rows, nothing of the engine.


def version(world: World, code: str, day: dt.date) -> Row | None:
    """A unit on a day, or as it was last before; before its time as it will be first."""
    rows = sorted((row for row in world.rows if row[0] == code), key=lambda row: row[2])
    return next((row for row in reversed(rows) if row[2] <= day), rows[0] if rows else None)


def stands(world: World, code: str, day: dt.date) -> bool:
    """Whether a unit exists on a day."""
    return any(row[0] == code and row[2] <= day <= row[3] for row in world.rows)


def heirs(world: World, code: str, since: dt.date, day: dt.date) -> dict[str, Decimal]:
    """Who holds what of a unit later: shares are handed on day by day."""
    held = {code: (Decimal(1), since)}
    for when in sorted({each[1] for found in world.heirs.values() for each in found if since < each[1] <= day}):
        for owner in [each for each in held if any(heir[1] == when for heir in world.heirs.get(each, []))]:
            share, from_day = held.pop(owner)
            for heir, of_day, part in world.heirs[owner]:
                if of_day == when > from_day:
                    before = held.get(heir, (Decimal(0), when))[0]
                    held[heir] = (before + share * part, when)
    return {owner: share for owner, (share, _) in held.items()}


def above(world: World, code: str, day: dt.date) -> list[str]:
    """Who stands above a unit on a day; for a parent that is gone who holds most of it."""
    found: list[str] = []
    seen, row = {code}, version(world, code, day)
    while row and row[1]:
        parent, its = row[1], version(world, row[1], day)
        if its and its[3] < day:
            shares = heirs(world, parent, its[3], day)
            parent = max(shares, key=lambda each: shares[each])
        if parent in seen:
            break
        seen.add(parent)
        found += [parent] * stands(world, parent, day)
        row = version(world, parent, day)
    return found


def reported(world: World, name: str, year: int) -> dict[Report, int]:
    """What counts in a year: every flow, and of a stock the last report of those who stand when the year ends."""
    end = world.end_of(year)
    rows = {place: row[name] for place, row in world.reports.items() if world.year_of(place[1]) == year}
    if name != "stock":
        return rows
    latest: dict[str, str] = {}
    for code, period in sorted(rows, key=in_time):
        if stands(world, code, end):
            latest[code] = period
    return {place: rows[place] for place in latest.items()}


def unlike(world: World, first: dt.date, last: dt.date) -> set[str]:
    """Who came from nobody or left to nobody between two days, and all who are joined to them by successions."""
    lives = {code: [row for row in world.rows if row[0] == code] for code in {row[0] for row in world.rows}}
    handed = [(code, heir, day) for code, found in world.heirs.items() for heir, day, _ in found]
    found = set()
    for code, rows in lives.items():
        born, died = min(row[2] for row in rows), max(row[3] for row in rows)
        if first < born <= last and not any(heir == code and day <= born for _, heir, day in handed):
            found.add(code)
        if first <= died < last and not any(of == code and day > died for of, _, day in handed):
            found.add(code)
    for _ in lives:
        for of, heir, day in handed:
            if first < day <= last and {of, heir} & found:
                found |= {of, heir}
    return found


def like(world: World, name: str, year: int) -> Iterator[tuple[str, str, str, Decimal]]:
    """How a year differs from the one before among those who stood in both; of stocks, at their ends."""
    first = world.end_of(year - 1) if name == "stock" else world.end_of(year - 2) + dt.timedelta(days=1)
    without = unlike(world, first, world.end_of(year))
    sums: list[dict[tuple[str, str], Decimal]] = [defaultdict(Decimal), defaultdict(Decimal)]
    for back in (0, 1):
        for code, values in placed(world, name, year - back, world.end_of(year), without).items():
            places = [("", "all"), *(("place", each) for each in [code, *above(world, code, world.end_of(year))])]
            for place in places:
                sums[back][place] += sum(values)
    if without:
        both = [place for place in sums[0] if place in sums[1]]
        yield from ((f"{name}_like", *place, sums[0][place] - sums[1][place]) for place in both)


def placed(world: World, name: str, year: int, at: dt.date, without: Container[str] = ()) -> dict[str, list[Decimal]]:
    """What was reported in a year, with who answers for it on a day."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    for (code, period), value in reported(world, name, year).items():
        if code in without:
            continue
        day = min(span(period)[1], max(row[3] for row in world.rows if row[0] == code))
        for heir, share in heirs(world, code, day, at).items():
            found[heir].append(Decimal(value) * (1 if name == "most" else share))
    return found


def expected(world: World, year: int) -> Iterator[tuple[str, str, str, Decimal]]:
    """Every value of a year: indicator, line, scope, value."""
    end = world.end_of(year)
    total: dict[tuple[str, str], Decimal] = {}
    for name in FIELDS:
        add = max if name == "most" else sum
        rows = reported(world, name, year)
        by_unit: dict[str, list[int]] = defaultdict(list)
        for (code, _), value in rows.items():
            by_unit[code].append(value)
        yield from ((name, "", code, Decimal(add(values))) for code, values in by_unit.items())
        if rows:
            yield name, "", "all", Decimal(add(rows.values()))
        sides = {}
        for back in (0, 1):
            tree: dict[str, list[Decimal]] = defaultdict(list)
            units = placed(world, name, year - back, end)
            for code, values in units.items():
                for scope in [code, *above(world, code, end)]:
                    tree[scope] += values
            whole = list(reported(world, name, year - back).values())
            sides[back] = (
                {code: add(values) for code, values in units.items()},
                {code: add(values) for code, values in tree.items()},
                {"all": Decimal(add(whole))} if whole else {},
            )
        for line, here, there in ("", sides[0][0], sides[1][0]), ("place", sides[0][1], sides[1][1]), (
            "", sides[0][2], sides[1][2],
        ):  # fmt: skip
            if name != "most":
                yield from (
                    (f"{name}_rise", line, scope, here[scope] - there[scope]) for scope in here if scope in there
                )
        if name != "most":
            yield from like(world, name, year)
        yield from ((name, "place", scope, value) for scope, value in sides[0][1].items())
        total |= {(name, scope): value for scope, value in sides[0][1].items()}
        if name == "flow" and rows and (every := Decimal(sum(rows.values()))):
            shares = {("", code): Decimal(sum(values)) for code, values in by_unit.items()} | {("", "all"): every}
            shares |= {("place", code): value for code, value in sides[0][1].items()}
            yield from (("of_all", line, scope, value / every) for (line, scope), value in shares.items())
            for (line, scope), value in shares.items():
                parent = next(iter(above(world, scope, end)), None) if scope != "all" else None
                if parent and total.get(("flow", parent)):
                    yield "of_parent", line, scope, value / total["flow", parent]


# The engine, from the same rows.


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Project]:
    """A federation for each first month of the year."""
    return {month: write_project(tmp_path_factory.mktemp(f"from{month}"), month) for month in FIRST_MONTH.values()}


def write_project(folder: Path, month: int) -> Project:
    """Forms of months, quarters, halves, years and several of them, each with a stock, a flow and a greatest value."""
    year = f'[year]\ncode = "own"\nzh = "年度"\nfirst_month = {month}\n'
    (folder / "federation.toml").write_text(year, "utf-8")
    for name in ("forms", "indicators", "reference"):
        (folder / name).mkdir()
    indicators = ['section = "S"\npublication = "p"\n']
    names = '[[indicators]]\nid = "{id}"\nzh = "指标"\nen = "indicator"\nunit = "人"\n{more}\n'
    for kind in (kind for kind in KINDS if FIRST_MONTH[kind] == month):
        suffixes = sorted({code[4:] or "Y" for code in KINDS[kind]})
        fields = (FIELD.format(code=code, line=n, aggregate=how) for n, (code, how) in enumerate(FIELDS.items(), 1))
        text = FORM.format(kind=kind, periods=str(suffixes).replace("'", '"')) + "".join(fields)
        (folder / "forms" / f"F{kind}.toml").write_text(text, "utf-8")
        for code in FIELDS:
            more = f'form = "F{kind}"\nfield = "{code}"'
            indicators.append(names.format(id=f"{kind.lower()}_{code}", more=more))
        for code, formula in FORMULAS.items():
            more = f'formula = "{formula.format(kind=kind.lower())}"'
            indicators.append(names.format(id=f"{kind.lower()}_{code}", more=more))
    (folder / "indicators" / "all.toml").write_text("\n".join(indicators), "utf-8")
    reference = {
        "levels": "unit_level,zh,zh_many,en,en_many,parent,is_counted,approved_by\n"
        "head,总会,总会,head,heads,,no,\nnode,分会,各分会,node,nodes,head,yes,head\n",
        "units": "unit_code,unit_level,zh,short_zh,en,adcode,place_parent,industry_parent,valid_from,valid_to,"
        "name_status,source\nH,head,总会,总会,Head,,,,2018-01-01,,,\n",
        "successions": "unit_code,successor,day,share,source\n",
        "codes": "list,code,zh,en,parent,level,kind,valid_from,valid_to\n",
        "accounts": "chart,account_code,zh,en,side,parent,level,valid_from,valid_to\n",
        "extensions": "unit_code,form_code,period,granted_on,accepted_until,because,granted_by\n",
    }
    for name, text in reference.items():
        (folder / "reference" / f"{name}.csv").write_text(text, "utf-8")
    return load_project(folder)


def in_the_roster(base: Project, world: World) -> Project:
    """The project with the units of a world."""
    versions = tuple(
        Unit(code, NODE if parent else HEAD, f"{code}会{since}", code, code, "", parent, "", since,
             None if until.year == 2100 else until, "", "")
        for code, parent, since, until in world.rows
    )  # fmt: skip
    taken = tuple(
        Succession(code, heir, day, share) for code, found in world.heirs.items() for heir, day, share in found
    )
    return replace(base, roster=Roster({"head": HEAD, "node": NODE}, versions, taken))


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """One database for all worlds, one after the other."""
    connection = open_memory()
    yield connection
    connection.close()


@pytest.mark.parametrize("seeds", [SEEDS[start : start + 20] for start in range(0, len(SEEDS), 20)], ids=str)
def test_T2_T4_T6_figures_are_those_of_an_independent_sum(
    bases: dict[int, Project], connection: Connection, seeds: range
) -> None:
    """T2, T4, T6: for everybody, each unit and each unit of the tree, whatever became of whom in whichever periods."""
    for seed in seeds:
        world = make_world(seed)
        form = f"F{world.kind}"
        project = in_the_roster(bases[FIRST_MONTH[world.kind]], world)
        sent = [Sent(form, code, period, {form.lower(): [row]}) for (code, period), row in world.reports.items()]
        count(project, sent, dt.date(2030, 2, 1), connection)
        rows = connection.execute(
            "SELECT indicator_id, '' AS unit_line, scope, year, value FROM indicator.value UNION ALL "
            "SELECT indicator_id, unit_line, scope, year, value FROM indicator.tree WHERE unit_line = 'place'"
        ).fetchall()
        found = {(name.partition("_")[2], line, scope, year): value for name, line, scope, year, value in rows}
        wanted = {
            (name, line, scope, year): round(value, 10)
            for year in range(2018, 2031)
            for name, line, scope, value in expected(world, year)
        }
        assert found == wanted, seed


def test_F3_values_on_the_tree_of_any_day(bases: dict[int, Project], connection: Connection) -> None:
    """F3, T4: a year's values with everybody where they stand on another day, before, within or after the year."""
    for seed in SEEDS[:20]:
        world, dice = make_world(seed), random.Random(seed)
        project = in_the_roster(bases[FIRST_MONTH[world.kind]], world)
        form = f"F{world.kind}"
        sent = [Sent(form, code, period, {form.lower(): [row]}) for (code, period), row in world.reports.items()]
        count(project, sent, dt.date(2030, 2, 1), connection)
        year = dice.choice(sorted({world.year_of(period) for _, period in world.reports}))
        day = world.end_of(year) + dt.timedelta(days=dice.randint(-500, 500))
        tree = read_tree(connection, project, year, day=day)
        for name, add in (("stock", sum), ("flow", sum), ("most", max)):
            wanted: dict[str, list[Decimal]] = defaultdict(list)
            for code, values in placed(world, name, year, day).items():
                for scope in [code, *above(world, code, day)]:
                    wanted[scope] += values
            found = {
                scope: each.value for (key, scope), each in tree.values.items() if key == f"{world.kind.lower()}_{name}"
            }
            assert found == {scope: add(values) for scope, values in wanted.items()}, (seed, day)


def test_what_is_built_for_those_who_moved_is_what_a_whole_build_makes(
    bases: dict[int, Project], connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some units reported other values, or none, every table that is built in part equals its whole query."""
    monkeypatch.setattr("nianbao.warehouse.refresh._PARTS", 0)
    in_part = 0
    for seed in SEEDS[:15]:
        world, dice = make_world(seed), random.Random(seed)
        project = in_the_roster(bases[FIRST_MONTH[world.kind]], world)
        form = f"F{world.kind}"
        sent = [Sent(form, code, period, {form.lower(): [row]}) for (code, period), row in world.reports.items()]
        count(project, sent, dt.date(2030, 2, 1), connection)
        units = dice.sample(sorted({code for code, _ in world.reports}), 1)
        gone = dice.choice([period for code, period in sorted(world.reports) if code in units])
        for table in ("submission", form.lower()):
            connection.execute(f"DELETE FROM core.{table} WHERE unit_code IN $1 AND period = $2", [units, gone])
        connection.execute(
            f"UPDATE core.{form.lower()} SET flow = flow + 7, stock = stock - 1 WHERE unit_code IN $1", [units]
        )
        moved: dict[str, Moved] = {"core.submission": frozenset(units), f"core.{form.lower()}": frozenset(units)}
        models = [model for model in indicator_models(project) if not model.name.startswith("mart.")]
        given = {read for model in models for read in model.reads} - {model.name for model in models}
        for model in in_order(models, given):
            whose = together(moved.get(name, NOBODY) for name in model.reads)
            moved[model.name] = (
                NOBODY
                if whose == NOBODY
                else refresh(connection, model, whose, is_compared=True, of_all=len(world.reports))
            )
            in_part += bool(model.reach and moved[model.name])
            assert differing_rows(connection, model) == [], (seed, model.name)
    assert in_part > 60
