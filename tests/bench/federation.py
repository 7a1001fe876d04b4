"""A federation of as many units as wanted: the sample's workbooks under other names, rewritten at the level of XML.

Writing thousands of workbooks would take longer than all that is measured; here only one part of each, the texts that
its sheets share, is written anew, and all others are copied as they are, compressed.
"""

import csv
import datetime as dt
import os
import shutil
import struct
import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

from nianbao.catalog import Project
from nianbao.clock import ZONE
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.sample.make import SampleDelivery, make_sample
from nianbao.terms.form import FieldType
from nianbao.terms.unit import Unit

YEAR = 2021
QUARTERS = ("2021Q1", "2021Q2", "2021Q3", "2021Q4")
TEXTS = "xl/sharedStrings.xml"
DECLARED = ("forms", "reference", "expectations", "sql", "indicators", "reports")
FOLDER = 500
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_UTF8 = 0x800


@dataclass(frozen=True)
class Member:
    """One part of a workbook as it lies in the archive, compressed."""

    name: str
    method: int
    crc: int
    size: int
    data: bytes


@dataclass(frozen=True)
class Model:
    """A workbook of the sample, to be sent by others: its parts, its shared texts, and which of them are its own."""

    unit: Unit
    sent_at: dt.datetime
    members: tuple[Member, ...]
    texts: str
    own: frozenset[str]

    def sent_by(self, number: int) -> bytes:
        """The workbook as another unit sends it, with its code, its name and names of its own for what it reports."""
        texts = self.texts.replace(_text(self.unit.code), _text(code_of(number)))
        texts = texts.replace(_text(self.unit.zh), _text(f"{self.unit.zh}第{number}"))
        for each in self.own:
            texts = texts.replace(_text(each), _text(f"{each}X{number}"))
        return pack([_compressed(each, texts) if each.name == TEXTS else each for each in self.members])


@dataclass(frozen=True)
class Federation:
    """A project whose roster has so many more units, and the workbooks that they send."""

    project: Path
    size: int
    models: dict[str, tuple[Model, ...]]

    def send(self, quarter: str, inbox: Path, numbers: Sequence[int]) -> int:
        """Write the workbooks of some units for a quarter into an inbox, in folders of a few hundred."""
        models = self.models[quarter]
        for number in numbers:
            model = models[number % len(models)]
            path = inbox / quarter / f"{number // FOLDER:04d}" / f"{code_of(number)}-{quarter}.xlsx"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(model.sent_by(number))
            stamp = model.sent_at.timestamp()
            os.utime(path, (stamp, stamp))
        return len(numbers)

    def beginning(self, day: dt.date) -> "Federation":
        """The same units in a federation that begins on a day: nobody owes what ended before."""
        project = self.project.with_name(f"{self.project.name}-{day:%Y%m%d}")
        shutil.copytree(self.project, project)
        declared = project / "federation.toml"
        text = declared.read_text(encoding="utf-8")
        before = f"first_day = {tomllib.loads(text)['first_day']}"
        declared.write_text(text.replace(before, f"first_day = {day}"), encoding="utf-8")
        return replace(self, project=project)


def code_of(number: int) -> str:
    """The code of a unit by its number."""
    return f"QHX{number:06d}"


def found(project: Project, size: int, folder: Path) -> Federation:
    """A federation of `size` units beside the project's, modelled on those that sent every quarter in time."""
    sent = make_sample(project, YEAR, folder / "models", sent_by=dt.date(2022, 1, 14))
    in_time: dict[str, dict[str, SampleDelivery]] = {}
    for each in sent:
        if each.story == "on time" and each.path.suffix == ".xlsx":
            in_time.setdefault(each.unit_code, {})[each.period] = each
    vocabulary = load_vocabulary(project.path)
    # Those that owe what others of their level owe: nothing is asked of them by name, and no unit stands below them.
    named = {name for form in project.forms.values() for part in form.parts for name in part.reporters}
    named |= {unit.place_parent for unit in project.units.values()}
    units = [
        code
        for code, quarters in sorted(in_time.items())
        if set(QUARTERS) <= quarters.keys() and project.units[code].is_counted and code not in named
    ]
    models = {
        quarter: tuple(_model(in_time[code][quarter], project.units[code], vocabulary) for code in units)
        for quarter in QUARTERS
    }
    _declare(project, folder / "project", [units[number % len(units)] for number in range(size)])
    return Federation(folder / "project", size, models)


def _declare(project: Project, target: Path, likes: Sequence[str]) -> None:
    """The declared folders, with a line of the roster for every unit: that of the unit it is like."""
    for folder in DECLARED:
        shutil.copytree(project.path / folder, target / folder)
    shutil.copy2(project.path / "federation.toml", target)
    roster = target / "reference" / "units.csv"
    with roster.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_code = {row["unit_code"]: row for row in rows}
    with roster.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        for number, like in enumerate(likes):
            row = by_code[like]
            named = {"zh": f"{row['zh']}第{number}", "short_zh": f"{row['short_zh']}{number}"}
            writer.writerow(row | named | {"unit_code": code_of(number), "en": f"{row['en']} {number}"})


def _model(sent: SampleDelivery, unit: Unit, vocabulary: Vocabulary) -> Model:
    content = sent.path.read_bytes()
    with zipfile.ZipFile(sent.path) as archive:
        texts = archive.read(TEXTS).decode()
        members = tuple(_member(content, info) for info in archive.infolist())
    moment = dt.datetime.combine(sent.sent_on, dt.time(10), ZONE)
    return Model(unit, moment, members, texts, frozenset(_own_texts(content, vocabulary)))


def _own_texts(content: bytes, vocabulary: Vocabulary) -> Iterator[str]:
    """What a unit names itself, contests and projects and winners: the same name twice is a finding."""
    types = {(part.form_code, part.code, field.code): field.type for part, field in vocabulary.fields.values()}
    for frame in read_workbook(content, vocabulary).frames:
        for cell in frame.cells:
            if (
                types.get((frame.form_code, cell.part, cell.field)) is FieldType.TEXT
                and cell.text
                and len(cell.text) > 1
            ):
                yield cell.text


def _member(content: bytes, info: zipfile.ZipInfo) -> Member:
    header = _LOCAL.unpack_from(content, info.header_offset)
    start = info.header_offset + _LOCAL.size + header[-2] + header[-1]
    data = content[start : start + info.compress_size]
    return Member(info.filename, info.compress_type, info.CRC, info.file_size, data)


def _compressed(member: Member, texts: str) -> Member:
    plain = texts.encode()
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = packer.compress(plain) + packer.flush()
    return Member(member.name, zipfile.ZIP_DEFLATED, zlib.crc32(plain), len(plain), data)


def pack(members: Sequence[Member]) -> bytes:
    """A ZIP archive of parts that are compressed already; zipfile cannot take them so."""
    body, directory, offset = [], [], 0
    for each in members:
        name = each.name.encode()
        sizes = (each.crc, len(each.data), each.size, len(name))
        header = _LOCAL.pack(b"PK\3\4", 20, _UTF8, each.method, 0, 33, *sizes, 0) + name
        directory.append(
            _CENTRAL.pack(b"PK\1\2", 20, 20, _UTF8, each.method, 0, 33, *sizes, 0, 0, 0, 0, 0, offset) + name
        )
        body.append(header + each.data)
        offset += len(header) + len(each.data)
    listed = b"".join(directory)
    end = _END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(listed), offset, 0)
    return b"".join(body) + listed + end


def _text(text: str) -> str:
    return f"<t>{escape(text)}</t>"
