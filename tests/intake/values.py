"""Faults 59 to 76: what stands in a cell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.terms.filled import Row
from nianbao.terms.period import Period
from tests.intake.faults import ACCEPTED, FIXES_STANDARDS, GH05, QUARANTINED, REJECTED, Case, Desk, Make
from tests.intake.sheets import GH03, SITES, below, changed, find
from tests.workbooks import cover_cell, repacked

LEDGER = {"GH03": GH03}
FINE, NOT_FINE = ACCEPTED, REJECTED


def number(text: object, read: object = None, asked: str = "warmth_funds", variant: str = "") -> Case:
    """A number typed like this: read as that, or sent back."""
    make: Make = lambda desk: desk.answering(text, asked)  # noqa: E731
    if read is None:
        return Case(0, make, NOT_FINE, ("C00-7",), variant or str(text))
    return Case(0, make, FINE, (), variant or str(text), reads={asked: read})


def of(fault: int, *cases: Case) -> list[Case]:
    """The cases under the number of their fault, each under a plain name."""
    return [
        Case(fault, each.make, each.outcome, each.codes, str(place), each.ending, each.reads, each.kind)
        for place, each in enumerate(cases, start=1)
    ]


def site(text: object, read: object = None, code: str = "GH03-05") -> Case:
    """The name (or another answer) of the first site typed like this: kept as that, or sent back."""

    def change(sheet: Worksheet) -> None:
        below(sheet, code).value = text

    asked = {"GH03-04": "site_type", "GH03-05": "site_name"}[code]
    others = [str(row[asked]) for row in SITES[1:]]
    if read is None:
        return Case(0, changed(change, "GH03", LEDGER), NOT_FINE, ("C00-7",))
    return Case(0, changed(change, "GH03", LEDGER), FINE, (), reads={f"sites.{asked}": [read, *others]})


def warned(case: Case, code: str) -> Case:
    """The same, with something said about it."""
    return Case(0, case.make, case.outcome, (code,), reads=case.reads)


def in_strings(old: str, new: str) -> Make:
    """Bytes put into the table of strings that no office suite would write there."""

    def make(desk: Desk) -> bytes:
        def change(text: bytes) -> bytes:
            assert old.encode() in text
            return text.replace(old.encode(), new.encode(), 1)

        return repacked(desk.workbook(LEDGER), {"xl/sharedStrings.xml": change})

    return make


def covered(**answers: object) -> Make:
    """The workbook with answers of the cover typed over."""

    def change(book: Workbook) -> None:
        for key, value in answers.items():
            cover_cell(book, key).value = value

    return lambda desk: desk.edited(change)


def in_2021(make: Make) -> Make:
    """A file made from the blank of 2021, whatever the period of its desk: that of the years before asked the same."""
    return lambda desk: make(replace(desk, period=Period.parse("2021Q4")))


def unit_typed_over(book: Workbook) -> None:
    """Write 万元 beside a line while the cover says 元."""
    find(next(sheet for sheet in book.worksheets if sheet.title.startswith("GH05")), "GH05-01").offset(
        0, -1
    ).value = "万元"


def in_ten_thousands(desk: Desk) -> bytes:
    """Money in 万元, and said so."""
    money = {name: value / 10_000 for name, value in GH05.items() if isinstance(value, Decimal)}
    row: Row = {**GH05, **money, "relief_medical": Decimal("2"), "relief_total": Decimal("6")}
    return desk.workbook({"GH05": {"main": [row]}}, money_unit="万元")


def tenths(desk: Desk) -> bytes:
    """Thirty-nine records of 0.1, and their total in the last line of the form."""
    records: list[Row] = [
        {"aspect_code": "A01", "stationed_teams": 1, "practical_funds": Decimal("0.1"), "practical_items": 1}
    ] * 39

    def change(book: Workbook) -> None:
        head = find(book.worksheets[2], "GH04-01")
        book.worksheets[2].cell(head.row + 40, 1).value = "合计"
        book.worksheets[2].cell(head.row + 40, head.column + 2).value = 3.9

    return desk.edited(change, desk.workbook({"GH04": {"main": records}}))


def counties(*codes: str) -> Make:
    """GH01 of a prefecture with these counties, one of them perhaps twice or of another prefecture."""

    def make(desk: Desk) -> bytes:
        own = [unit for unit in desk.project.units.values() if unit.place_parent == desk.unit.code]
        listed = [own[int(code)].code if code.isdigit() else code for code in codes]
        numbers: Row = {"workers_total": 10, "workers_female": 4, "members_total": 8, "members_female": 3}
        rows: list[Row] = [{"county_code": code, **numbers, "grassroots_unions": 1} for code in listed]
        total: Row = {name: int(str(value)) * len(rows) for name, value in numbers.items()}
        groups = [code.code for code in desk.project.codes["new_form_group"].values()]
        main: Row = {**total, "grassroots_unions": len(rows), "eco_rangers_joined": 0, "industry_fed_members": 0}
        ledger: list[Row] = [{"new_form_group": code, "new_form_members": 0} for code in groups]
        forms: dict[str, dict[str, list[Row]]] = {"GH01": {"main": [main], "groups": ledger, "counties": rows}}
        return desk.workbook(forms)

    return make


def legal(code: object, fault: bool = True) -> Case:
    """A check-up of an enterprise of this credit code."""

    def make(desk: Desk) -> bytes:
        county = next(unit.code for unit in desk.project.units.values() if unit.place_parent == desk.unit.code)
        row: Row = {
            "event_type": "checkup",
            "county_code": county,
            "sessions": 1,
            "persons": 20,
            "persons_basis": "person_time",
        }
        content = desk.workbook({"GH10": {"main": [{**row, "enterprise_id": "91630102000000001D"}]}})

        def change(book: Workbook) -> None:
            sheet = next(each for each in book.worksheets if each.title.startswith("GH10"))
            below(sheet, "GH10-02").value = code

        return desk.edited(change, content)

    codes = ("C10-1",) if isinstance(code, str) else ("C00-7", "C10-1")
    return Case(0, make, REJECTED if fault else ACCEPTED, codes if fault else (), kind="prefecture")


def answers(**changes: Any) -> Make:
    """GH05 with some other answers."""
    return lambda desk: desk.workbook({"GH05": {"main": [{**GH05, **changes}]}})


def std(text: str) -> Make:
    """Answer an optional question with a mark that it does not apply, as the office that is asked it."""

    def change(book: Workbook) -> None:
        sheet = next(each for each in book.worksheets if each.title.startswith("GH05"))
        find(sheet, "GH05-10").offset(0, 1).value = text

    return lambda desk: replace(desk, unit=desk.project.units[FIXES_STANDARDS]).edited(change)


WIDE, GROUPED = "２５００００", "２５０，０００．００"
CASES = [
    *of(
        59,
        number(WIDE, "250000"),
        number(GROUPED, "250000.00"),
        number("　250000　", "250000"),
        number("＋５００", 500, "warmth_persons"),
    ),
    *of(
        60,
        number("250,000.00", "250000.00"),
        number("250000.50", "250000.50"),
        number("250 000"),
        number("250.000,00"),
        number("25,00,00"),
        number("2500,000"),
        number("250，000.0", "250000.0"),
        number("250000."),
        number(".5"),
    ),
    *of(
        61,
        *(
            number(text)
            for text in (
                "250_000",
                "0x10",
                "1e3",
                "1E400",
                "inf",
                "-inf",
                "nan",
                "²",
                "٣",
                "①",
                "Ⅲ",
                "½",
                "250000元整",
                "约300",
                "300多",
                "1+1",
                "#",
            )
        ),
    ),
    *of(
        62,
        *(number(text, asked="warmth_persons") for text in ("-", "—", "--", "/", "无", "…", " ", "\u200b")),
        Case(0, lambda desk: desk.answering("无", "relief_persons"), REJECTED, ("C00-7",)),
        Case(0, std("—"), ACCEPTED, ()),
    ),
    *of(
        63,
        number("(5)", asked="warmth_persons"),
        number("5%", asked="warmth_persons"),
        number("５％", asked="warmth_persons"),
        number("−5", asked="warmth_persons"),
        number("–5", asked="warmth_persons"),
        number("－5", asked="warmth_persons"),
    ),
    *of(64, *(number(text, asked="warmth_persons") for text in ("三", "五百", "壹万贰仟", "一百二十人", "廿"))),
    Case(65, lambda desk: desk.edited(unit_typed_over), REJECTED, ("MONEY_UNIT_CONFLICT",), "typed-over"),
    Case(65, in_ten_thousands, ACCEPTED, (), "declared", reads={"warmth_funds": "250000"}),
    Case(65, covered(money_unit="千元"), QUARANTINED, ("BAD_COVER",), "unknown"),
    Case(65, covered(money_unit=None), QUARANTINED, ("BAD_COVER",), "undeclared"),
    *of(66, *(number(text, asked="warmth_persons") for text in ("１２人", "500人", "500 人", "500（人）", "5百人"))),
    Case(66, lambda desk: desk.answering("5万元", "warmth_funds"), REJECTED, ("C00-7",), "money"),
    Case(67, tenths, ACCEPTED, (), reads={"practical_funds": ["0.1"] * 39}),
    Case(68, lambda desk: desk.answering(10**20, "warmth_persons"), REJECTED, ("C00-7",), "overflow"),
    Case(
        68,
        lambda desk: desk.answering("123456789012345678901234567890", "warmth_funds"),
        REJECTED,
        ("C00-7",),
        "digits",
    ),
    Case(68, lambda desk: desk.answering(-3, "warmth_persons"), REJECTED, ("C00-7",), "negative"),
    Case(68, lambda desk: desk.answering(500.5, "warmth_persons"), REJECTED, ("C00-7",), "fraction"),
    Case(68, lambda desk: desk.answering(0.001, "disaster_funds"), REJECTED, ("C00-7",), "fine"),
    *of(
        69,
        number(" 250000\u00a0", "250000"),
        number("\u3000250000", "250000"),
        number("250\u200b000", "250000"),
        number("\ufeff250000", "250000"),
        site("红色\u200b基地 ", "红色基地"),
        site("职工红色教育基地\t", "red_base", "GH03-04"),
        site("\u3000职工书屋\u00a0", "职工书屋"),
    ),
    *of(
        70,
        site("职⼯红色教育基地", "red_base", "GH03-04"),
        site("職工紅色教育基地", None, "GH03-04"),
        site("中国（西宁）书屋", "中国（西宁）书屋"),
        site("⼈民书屋", "⼈民书屋"),
        site("二〇二一书屋", "二〇二一书屋"),
    ),
    *of(
        71,
        site("𠮷㐀职工书屋😀", "𠮷㐀职工书屋😀"),
        warned(site("书屋\u202e屋书", "书屋屋书"), "CONTROL_CHAR"),
        site("甲\n乙书屋", "甲 乙书屋"),
        Case(0, in_strings("柴达木职工书屋", "柴达木_x001F_书屋"), ACCEPTED, ("CONTROL_CHAR",)),
        Case(0, in_strings("柴达木职工书屋", "柴达木\x1f书屋"), QUARANTINED, ("XML_MALFORMED",)),
    ),
    *of(
        72,
        legal("91630102000000001D", fault=False),
        legal("91630102000000001E"),
        legal("91630102000000010D"),
        legal("9163010200000O001D"),
        legal(916301020000000123),
    ),
    Case(73, counties("0", "1", "0"), REJECTED, ("DUPLICATE_ROW",), "row", kind="prefecture"),
    Case(73, counties("0", "1"), ACCEPTED, (), "fine", kind="prefecture"),
    Case(73, counties("0", "QH630102"), REJECTED, ("C00-7",), "of-another", kind="prefecture"),
    Case(74, covered(unit_code="QH999999"), QUARANTINED, ("UNKNOWN_UNIT",), "unknown"),
    Case(74, covered(unit_code="西宁市总工会"), QUARANTINED, ("UNKNOWN_UNIT",), "name"),
    Case(74, covered(unit_code=None), QUARANTINED, ("NO_COVER",), "blank"),
    Case(75, covered(period="2031Q4"), QUARANTINED, ("PERIOD_NOT_OVER",), "future"),
    Case(75, lambda desk: covered(period=desk.period.zh)(desk), ACCEPTED, (), "words"),
    Case(75, covered(period="第四季度"), QUARANTINED, ("BAD_PERIOD",), "no-year"),
    Case(75, covered(period="2021Q5"), QUARANTINED, ("BAD_PERIOD",), "fifth"),
    Case(75, covered(period="2021M02"), QUARANTINED, ("BAD_PERIOD",), "no-months"),
    Case(75, in_2021(covered(period="2019Q2")), ACCEPTED, ("C00-6",), "history"),
    Case(76, answers(relief_total=Decimal("60001")), REJECTED, ("C05-1",), "parts"),
]
