"""Personal numbers in free text: masked wherever we write, kept only in the archive."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.runs.build import build_tables
from nianbao.runs.workspace import open_workspace
from nianbao.terms.personal import is_bank_card, is_credit_code, is_id_card, mask
from tests.homes import clock_at, warehouse
from tests.intake.answer.conftest import DEAR, NOW, Desk

PLANTED = 1_000
KEPT = (
    *("2021.10.01-2021.10.31", "0971-8239211", "青工统05表2021第17号", "1,380,012,345.67", "GH05-01"),
    *("QH630100-2021Q4-GH05-1", "91630000226582222T", "12630000015000123A的", "第13812页", "3-4-5-6", ""),
)


def id_card(chance: random.Random) -> str:
    """An ID card number with its check digit."""
    digits = f"63{chance.randrange(1, 30):02d}{chance.randrange(1, 30):02d}{chance.randrange(1950, 2010)}"
    digits += f"{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}{chance.randrange(1000):03d}"
    return next(digits + check for check in "0123456789X" if is_id_card(digits + check))


def mobile(chance: random.Random) -> str:
    """A mobile number."""
    return f"1{chance.choice('3456789')}{chance.randrange(10**9):09d}"


def bank_card(chance: random.Random) -> str:
    """A bank card number of 16 to 19 digits with its check digit."""
    body = "62" + "".join(chance.choice("0123456789") for _ in range(chance.randrange(13, 17)))
    return next(body + check for check in "0123456789" if is_bank_card(body + check))


def mail(chance: random.Random) -> str:
    """A mail address."""
    return f"{''.join(chance.choice('abcdefgh.') for _ in range(8))}x{chance.randrange(1000)}@example.com"


KINDS = (id_card, mobile, bank_card, mail)
WIDE = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}
NARROW = {wide: narrow for narrow, wide in WIDE.items()} | dict.fromkeys(map(ord, " -　"), "")


def as_it_is(text: str) -> str:
    """Nothing changed."""
    return text


def in_fours(text: str) -> str:
    """A long number in groups of four, as on a bank card."""
    fours = " ".join(text[start : start + 4] for start in range(0, len(text), 4))
    return fours if text.isdigit() and len(text) > 11 else text


def with_dashes(text: str) -> str:
    """A mobile number as it is dictated."""
    return f"{text[:3]}-{text[3:7]}-{text[7:]}" if len(text) == 11 else text


def full_width(text: str) -> str:
    """Digits as an input method for Chinese types them."""
    return text.translate(WIDE)


DISGUISES = (as_it_is, in_fours, with_dashes, full_width)


def planted() -> Iterator[tuple[str, str]]:
    """A thousand personal numbers, each as it is and as somebody types it."""
    chance = random.Random(7)
    for number in range(PLANTED):
        plain = KINDS[number % len(KINDS)](chance)
        yield plain, chance.choice(DISGUISES)(plain) if number % 4 != 3 else plain


def without_blanks(text: str) -> str:
    """A text as somebody reads numbers in it: half width, without blanks and dashes."""
    return text.translate(
        {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | dict.fromkeys(map(ord, " -　"), None)
    )


def test_every_planted_number_is_masked() -> None:
    """Whatever stands around it and however it is grouped, nothing of the kind can be read afterwards."""
    for plain, typed in planted():
        for text in (
            typed,
            f"联系人{typed}。",
            f"（{typed}，另见附件）",
            f"证号:{typed} 已核对",
            f"甲{typed}乙{typed}",
        ):
            assert plain not in without_blanks(mask(text)), (plain, text, mask(text))


@pytest.mark.parametrize("text", KEPT)
def test_what_is_not_personal_stays(text: str) -> None:
    """Days, amounts, codes of forms, landlines and valid credit codes are left as they are."""
    assert mask(text) == text


def test_credit_codes_are_known_by_their_check_digit() -> None:
    """A unified social credit code is kept, one digit off it is not one."""
    assert is_credit_code("91350100M000100Y43")
    assert not is_credit_code("91350100M000100Y44")
    assert mask("统一社会信用代码91350100M000100Y43") == "统一社会信用代码91350100M000100Y43"


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    """A masked text is masked already, and never longer lines of it are lost."""
    assert mask(mask(text)) == mask(text)
    assert mask(text).count("\n") == text.count("\n")


@given(st.text(alphabet="甲乙丙，。、（）abc \n", max_size=60))
def test_text_without_numbers_is_left_alone(text: str) -> None:
    """Words stay words."""
    assert mask(text) == text


def everything_written(desk: Desk, sent: Path) -> Iterator[tuple[str, str]]:
    """Every text of the warehouse and the outbox but the sender's own parts: where it is, and what it says."""
    with warehouse(desk.home) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'warehouse'"
        ).fetchall()
        for schema, table in tables:
            for row in connection.execute(f'SELECT * FROM {schema}."{table}"').fetchall():
                yield f"{schema}.{table}", " ".join(map(str, row))
    with zipfile.ZipFile(sent) as archive:
        own = set(archive.namelist())
    for path in desk.home.outbox.rglob("*"):
        if path.is_file() and path.suffix != ".xlsx":
            yield path.name, path.read_text("utf-8")
        elif path.is_file():
            with zipfile.ZipFile(path) as archive:
                for name in set(archive.namelist()) - own:
                    yield f"{path.name}/{name}", archive.read(name).decode()


def test_a_thousand_planted_numbers_are_found_in_no_output(desk: Desk) -> None:
    """In names, notes and number cells: warehouse, receipts, comments and findings hold none of them."""
    numbers = list(planted())
    texts = [typed for _, typed in numbers]
    planned = desk.planned(forms=DEAR)
    filled: Any = planned.content
    site = {"site_type": "red_base", "site_date": planned.period.end}
    names = [f"站点{start} {texts[start]}、{texts[start + 1]}" for start in range(0, 900, 2)]
    forms = {code: dict(parts) for code, parts in filled.forms.items()}
    forms["GH03"]["sites"] = [site | {"site_name": name} for name in names]
    forms["GH06"]["main"] = [forms["GH06"]["main"][0] | {"posts": texts[998], "employers": f"约{texts[999]}人"}]
    notes = {"GH05": "；".join(texts[900:950]), "GH01": "；".join(texts[950:998])}
    answer = desk.send(replace(planned, content=replace(filled, forms=forms, notes=notes)))
    sent = desk.home.inbox / answer.relative_to(desk.home.outbox)
    with clock_at(NOW), open_workspace(desk.project.path, desk.home, "build") as workspace:
        build_tables(workspace)
    written = [(place, without_blanks(text)) for place, text in everything_written(desk, sent)]
    places = {place for place, text in written if "站点898" in text}
    assert {"raw.cell", "raw.gh03_sites", "core.gh03_sites"} <= places, "the text around a number is kept"
    assert any("comments" in place for place, _ in written)
    assert [(plain, place) for place, text in written for plain, _ in numbers if plain in text] == []


def test_the_archive_keeps_the_bytes_that_came(desk: Desk, tmp_path: Path) -> None:
    """What the sender sent is kept as it was sent."""
    planned = desk.planned()
    filled: Any = planned.content
    answer = desk.send(replace(planned, content=replace(filled, notes={"GH05": "电话13812345678"})))
    sent = (desk.home.inbox / answer.relative_to(desk.home.outbox)).read_bytes()
    assert sent in [path.read_bytes() for path in desk.home.archive.rglob("*") if path.is_file()]
