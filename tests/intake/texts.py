"""Faults 3 and 77 to 90: delimited text and JSON."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from typing import Any

from tests.intake.faults import ACCEPTED, QUARANTINED, REJECTED, Case, Desk, Make
from tests.intake.made import as_json, delivery

CSV, JSON = ".csv", ".json"
READ = {"warmth_persons": 500, "relief_medical": "20000.5"}
DEEP = 200_000


def text(change: Callable[[str], str] = str, encoding: str = "utf-8", mark: bytes = b"") -> Make:
    """The text of a .csv changed, in an encoding."""
    return lambda desk: mark + change(desk.text()).encode(encoding)


def swapped(old: str, new: str) -> Callable[[str], str]:
    """A change that puts one piece of text in place of another."""

    def change(whole: str) -> str:
        assert old in whole, old
        return whole.replace(old, new, 1)

    return change


def mixed(desk: Desk) -> bytes:
    """A file in UTF-8 with a table that was pasted in from another encoding."""
    head, table = desk.text().split("\n\n", 1)
    return head.encode() + b"\n\n" + table.encode("gb18030")


def mixed_the_other_way(desk: Desk) -> bytes:
    """A file in GB18030 with a cover in UTF-8."""
    head, table = desk.text().split("\n\n", 1)
    return (
        head.replace("填报单位代码", "填报单位代码").encode("gb18030")
        + "\n备注,青海省总工会\n\n".encode()
        + table.encode("gb18030")
    )


def in_big5(desk: Desk) -> bytes:
    """A file in Big5, of which every byte is one of GB18030 too."""
    return desk.text().encode("big5", "replace")


def counted(rows: int) -> Callable[[str], str]:
    """A change that declares how many lines follow."""
    return lambda whole: f"行数,{rows}\n{whole}"


def said(change: Callable[[dict[str, Any]], Any]) -> Make:
    """A JSON delivery with a change."""

    def make(desk: Desk) -> bytes:
        document = json.loads(json.dumps(delivery(desk)))
        change(document)
        return as_json(document)

    return make


def line(code: str, value: object) -> Make:
    """A JSON delivery with one line typed otherwise."""
    return said(lambda document: document["forms"]["GH05"]["lines"].update({code: value}))


def literally(old: str, new: str) -> Make:
    """A JSON delivery with a piece of its text put otherwise."""
    return lambda desk: swapped(old, new)(as_json(delivery(desk)).decode()).encode("utf-8", "surrogatepass")


def ledger(desk: Desk) -> bytes:
    """Lines and records of one form as JSON."""
    sites = [
        {"GH03-04": "red_base", "GH03-05": "青藏铁路职工教育基地", "GH03-06": "2021-11-03"},
        {"GH03-04": "省级职工书屋示范点", "GH03-05": "西宁东站职工书屋", "GH03-06": "2021-12-20"},
    ]
    form = {
        "edition": "2021",
        "note": "样例",
        "lines": {"GH03-01": 12, "GH03-02": 340, "GH03-03": 56},
        "records": sites,
    }
    return as_json(delivery(desk, forms={"GH03": form}))


def exported(desk: Desk) -> bytes:
    """A sheet of the template as an office suite exports it: every line as wide as the widest, no cover."""
    rows = [row + [""] * (5 - len(row)) for row in map(list, desk.rows()[6:])]
    return "".join(",".join(map(str, row)) + "\r\n" for row in rows).encode("utf-8-sig")


def cover_only_by_name(desk: Desk) -> bytes:
    """The table alone; the name of the file says whose it is."""
    return "".join(",".join(map(str, row)) + "\n" for row in desk.rows()[6:]).encode()


def without_codes(desk: Desk) -> bytes:
    """The table without its codes; the name of the file says which form it is."""
    rows = [[row[0], row[2]] for row in desk.rows()[6:]]
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def sites_csv(first: str) -> Make:
    """A ledger as .csv, with this name of its first site."""

    def make(desk: Desk) -> bytes:
        cover = desk.text().split("\n\n", 1)[0]
        main = "代码,数值\nGH03-01,12\nGH03-02,340\nGH03-03,56\n"
        return f"{cover}\n\n{main}\nGH03-04,GH03-05,GH03-06\nred_base,{first},2021-11-03\n".encode()

    return make


TITLE = "慰问职工人数,GH05-02,500"
CASES = [
    Case(3, text(lambda whole: whole[:-3]), QUARANTINED, ("LAST_LINE_CUT",), "record", CSV),
    Case(3, text(lambda whole: whole[:-1]), ACCEPTED, ("NO_LAST_LINE_END",), "line-end", CSV, READ),
    Case(3, lambda desk: desk.text().encode()[:-30], QUARANTINED, ("ENCODING",), "character", CSV),
    Case(77, text(mark=codecs.BOM_UTF8), ACCEPTED, (), "utf-8", CSV, READ),
    Case(77, text(encoding="utf-16-le", mark=codecs.BOM_UTF16_LE), ACCEPTED, (), "utf-16-le", CSV, READ),
    Case(77, text(encoding="utf-16-be", mark=codecs.BOM_UTF16_BE), ACCEPTED, (), "utf-16-be", CSV, READ),
    Case(77, text(encoding="utf-32-le", mark=codecs.BOM_UTF32_LE), QUARANTINED, ("ENCODING",), "utf-32", CSV),
    Case(77, text(encoding="utf-16-le"), QUARANTINED, ("ENCODING",), "no-mark", CSV),
    Case(
        77,
        lambda desk: text(encoding="utf-16-le", mark=codecs.BOM_UTF16_LE)(desk)[:-1],
        QUARANTINED,
        ("ENCODING",),
        "half",
        CSV,
    ),
    Case(77, text(), ACCEPTED, (), "plain", CSV, READ),
    Case(78, text(encoding="gb18030"), ACCEPTED, (), "gb18030", CSV, READ),
    Case(78, text(encoding="gbk"), ACCEPTED, (), "gbk", CSV, READ),
    Case(
        78,
        lambda desk: sites_csv("𠮷书屋")(desk).decode().encode("gb18030"),
        ACCEPTED,
        (),
        "four-bytes",
        CSV,
        {"sites.site_name": "𠮷书屋"},
    ),
    Case(79, in_big5, QUARANTINED, ("ENCODING",), "big5", CSV),
    Case(
        79,
        lambda desk: desk.text().encode("gb18030").replace(b"\n", b"\n\x80\n", 3),
        QUARANTINED,
        ("ENCODING",),
        "neither",
        CSV,
    ),
    Case(79, text(swapped("慰问职工人数", "慰问\ufffd\ufffd人数")), QUARANTINED, ("ENCODING",), "damaged-before", CSV),
    Case(80, mixed, QUARANTINED, ("ENCODING",), "utf-8-first", CSV),
    Case(80, mixed_the_other_way, QUARANTINED, ("ENCODING",), "gb18030-first", CSV),
    Case(81, text(swapped("慰问职工人数", "慰問職工人數"), "gb18030"), ACCEPTED, (), "", CSV, READ),
    Case(82, text(lambda whole: whole.replace("\n", "\r")), ACCEPTED, (), "cr", CSV, READ),
    Case(82, text(lambda whole: whole.replace("\n", "\r\n")), ACCEPTED, (), "crlf", CSV, READ),
    Case(82, text(lambda whole: whole.replace("\n", "\r\n", 5)), ACCEPTED, (), "both", CSV, READ),
    Case(83, text(swapped("慰问职工", "慰问\0职工")), QUARANTINED, ("NUL_BYTE",), "", CSV),
    Case(84, text(swapped(TITLE, '"慰问职工人数,GH05-02,500')), QUARANTINED, ("QUOTE",), "open", CSV),
    Case(84, text(swapped(TITLE, '慰问"职工"人数,GH05-02,500')), QUARANTINED, ("QUOTE",), "inside", CSV),
    Case(84, text(swapped(TITLE, '"慰问"职工人数,GH05-02,500')), QUARANTINED, ("QUOTE",), "early", CSV),
    Case(84, text(swapped(TITLE, f'"{"长" * 1_000_000}",GH05-02,500')), QUARANTINED, ("FIELD_TOO_LONG",), "long", CSV),
    Case(84, text(swapped(TITLE, '"慰问 ""职工""\n人数","GH05-02","500"')), ACCEPTED, (), "right", CSV, READ),
    Case(85, text(swapped("GH05-01,250000", "GH05-01,250,000")), REJECTED, ("RAGGED_LINE", "C05-3"), "comma", CSV),
    Case(85, text(swapped(TITLE, "慰问职工人数,GH05-02")), REJECTED, ("RAGGED_LINE", "C00-7"), "short", CSV),
    Case(85, text(swapped("GH05-01,250000", 'GH05-01,"250,000"')), ACCEPTED, (), "quoted", CSV, READ),
    Case(86, text(lambda whole: whole.replace(",", ";")), QUARANTINED, ("DELIMITER",), "semicolon", CSV),
    Case(86, text(lambda whole: whole.replace(",", "\t")), QUARANTINED, ("DELIMITER",), "tab", CSV),
    Case(86, text(lambda whole: whole.replace(",", "，")), QUARANTINED, ("DELIMITER",), "wide", CSV),
    Case(86, text(lambda whole: whole.replace(",", "\t")), ACCEPTED, (), "declared", ".tsv", READ),
    Case(86, text(), QUARANTINED, ("DELIMITER",), "comma", ".tsv"),
    Case(87, text(counted(17)), ACCEPTED, (), "right", CSV, READ),
    Case(87, text(counted(18)), QUARANTINED, ("COUNT_MISMATCH",), "wrong", CSV),
    Case(87, text(lambda whole: counted(17)(whole)[:-1]), ACCEPTED, (), "no-last-line-end", CSV, READ),
    Case(88, literally('"GH05-02": "500"', '"GH05-02": NaN'), QUARANTINED, ("JSON_NUMBER",), "nan", JSON),
    Case(88, literally('"GH05-02": "500"', '"GH05-02": Infinity'), QUARANTINED, ("JSON_NUMBER",), "infinity", JSON),
    Case(
        88,
        literally('"GH05-02": "500"', '"GH05-02": "500", "GH05-02": "501"'),
        QUARANTINED,
        ("JSON_DUPLICATE_KEY",),
        "twins",
        JSON,
    ),
    Case(88, literally('"GH05-02": "500"', '"GH05-02": 12345678901234567890123'), REJECTED, ("C00-7",), "digits", JSON),
    Case(88, literally('"GH05-02": "500"', '"GH05-02": 1e999999999'), REJECTED, ("C00-7",), "exponent", JSON),
    Case(88, literally('"GH05-02": "500"', '"GH05-02": 5e2'), ACCEPTED, (), "small-exponent", JSON, READ),
    Case(88, lambda desk: b"[" * DEEP + b"]" * DEEP, QUARANTINED, ("JSON_TOO_DEEP",), "deep", JSON),
    Case(88, lambda desk: as_json(delivery(desk)) + b" " * (11 << 20), QUARANTINED, ("TOO_LARGE",), "large", JSON),
    Case(88, literally('"GH05-02": "500"', '"GH05-02": "\\ud800"'), QUARANTINED, ("JSON_TEXT",), "surrogate", JSON),
    Case(
        88,
        lambda desk: as_json(delivery(desk)).replace("本期".encode(), b"\xed\xa0\x80"),
        QUARANTINED,
        ("ENCODING",),
        "bytes",
        JSON,
    ),
    Case(88, lambda desk: as_json(delivery(desk))[:-20], QUARANTINED, ("JSON_SYNTAX",), "cut", JSON),
    Case(
        88,
        lambda desk: json.dumps(delivery(desk), ensure_ascii=False).encode("gb18030"),
        QUARANTINED,
        ("ENCODING",),
        "gb18030",
        JSON,
    ),
    Case(89, lambda desk: as_json(delivery(desk)), ACCEPTED, (), "plain", JSON, READ),
    Case(
        89,
        ledger,
        ACCEPTED,
        (),
        "ledger",
        JSON,
        {"sites.site_type": ["red_base", "room_provincial"], "media_items": 56},
    ),
    Case(89, line("GH05-02", 500), ACCEPTED, (), "number", JSON, READ),
    Case(89, line("GH05-02", None), REJECTED, ("C00-7",), "null", JSON),
    Case(89, line("GH05-02", True), REJECTED, ("C00-7",), "bool", JSON),
    Case(89, line("GH05-02", [500]), QUARANTINED, ("JSON_SCHEMA",), "list", JSON),
    Case(89, line("GH05-99", 5), QUARANTINED, ("JSON_SCHEMA",), "unknown-code", JSON),
    Case(89, line("GH03-01", 5), QUARANTINED, ("JSON_SCHEMA",), "other-form", JSON),
    Case(89, said(lambda document: document.update(extra=1)), QUARANTINED, ("JSON_SCHEMA",), "unknown-key", JSON),
    Case(89, said(lambda document: document.pop("period")), QUARANTINED, ("JSON_SCHEMA",), "no-period", JSON),
    Case(89, said(lambda document: document.update(nianbao=2)), QUARANTINED, ("JSON_SCHEMA",), "version", JSON),
    Case(89, said(lambda document: document.update(forms=[])), QUARANTINED, ("JSON_SCHEMA",), "forms", JSON),
    Case(89, said(lambda document: document.update(forms={})), QUARANTINED, ("NO_FORM",), "no-forms", JSON),
    Case(89, lambda desk: as_json([delivery(desk)]), QUARANTINED, ("JSON_SCHEMA",), "array", JSON),
    Case(90, sites_csv("=1+1"), ACCEPTED, ("FORMULA_TEXT",), "", CSV, {"sites.site_name": "=1+1"}),
    Case(90, text(swapped(TITLE, "慰问职工人数,GH05-02,=250+250")), REJECTED, ("C00-7",), "number", CSV),
    Case(90, sites_csv("@SUM(A1)"), ACCEPTED, ("FORMULA_TEXT",), "at", CSV, {"sites.site_name": "@SUM(A1)"}),
    Case(91, cover_only_by_name, ACCEPTED, (), "by-name", CSV, READ, name="{unit}-{period}-GH05"),
    Case(91, without_codes, ACCEPTED, (), "by-name-and-header", CSV, READ, name="{unit}-{period}-GH05"),
    Case(91, exported, ACCEPTED, (), "exported", CSV, READ, name="{unit}-{period}-GH05（终稿）"),
    Case(91, cover_only_by_name, QUARANTINED, ("NO_COVER",), "nameless", CSV, name="报表"),
]
