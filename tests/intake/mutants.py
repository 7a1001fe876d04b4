"""Mutants of a workbook that know its structure, and what openpyxl and LibreOffice read of them.

A cell that we accept holds what they read; where they differ from us, there must have been a finding. One difference is
known: openpyxl gives a blank cell with a link the place that the link leads to.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import shutil
import subprocess
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from nianbao.intake.read.formats.route import open_file
from nianbao.intake.read.formats.sheet import Opened, Sheet, Unreadable, address
from nianbao.terms.submission import ReadingFault
from tests.intake.made import entries, zipped

CELL = re.compile(r'<c r="(\w+)"([^>]*?)(?:/>|>(.*?)</c>)')
VALUE = re.compile(r"<v>([^<]*)</v>")
NUMBER = re.compile(rb"<v>\d+(?:\.\d+)?</v>")
_NUMERIC = re.compile(r"-?[\d.]+(e[+-]?\d+)?")
STRING = re.compile(r"<si>.*?</si>", re.DOTALL)
SOFFICE = shutil.which("soffice")
SECONDS, AT_ONCE = 600, 100

Values = Mapping[tuple[str, str], object]
"""What cells hold, by sheet and address; blank ones are left out."""

_CELLS = (
    '<c r="{r}"/>',
    '<c r="{r}"{a}><v>{v}</v><v>7</v></c>',
    '<c r="{r}" t="s"><v>{n}</v></c>',
    '<c r="{r}" t="b"><v>1</v></c>',
    '<c r="{r}" t="s"><v>99999</v></c>',
    '<c r="{r}" t="inlineStr"><is><t>x</t></is></c>',
    '<c r="{r}" t="str"><v>12</v></c>',
    '<c r="{r}" t="e"><v>#N/A</v></c>',
    '<c r="{r}" t="n"><v>1.50</v></c>',
    '<c r="{r}"><v>1E3</v></c>',
    '<c r="{r}" s="{n}"><v>44561</v></c>',
    '<c r="{r}" s="{n}"><v>0.25</v></c>',
    '<c r="{r}"><v><![CDATA[12]]></v></c>',
    '<c r="{r}"><v>1<!-- x -->05</v></c>',
    '<c r="{r}"><v>&#49;05</v></c>',
    "<c\nr='{r}'\n><v\n>105</v\n></c\n>",
    '<c r="{r}"{a}><v>{v}</v></c><!-- <c r="{r}"><v>9</v></c> -->',
    '<c r="{r}"{a}><v>{v}</v></c><?x <c r="{r}"><v>9</v></c>?>',
    '<c r="{r}"><f>1+1</f><v>2</v></c>',
    '<c r="{r}"><f>1+1</f></c>',
    '<c r="{r}"><v>1<b/>2</v></c>',
    "<c><v>3</v></c>",
    '<c r="{r}"{a}><v>{v}</v></c><c r="{r}"><v>9</v></c>',
    '<c r="XFD1"><v>1</v></c>',
    '<c r="{r}"><v> 8 </v></c>',
    '<c r="{r}" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
    '<c r="{r}" t="d"><v>2021-12-31</v></c>',
    '<c r="{r}" t="z"><v>1</v></c>',
    '<c r="{r}"><v>',
    '<c r="{r}"><x:v xmlns:x="urn:x">4</x:v></c>',
    '<c r="{r}"><v/></c>',
    '<c r="{r}" t="str"><v>/&gt; &lt;c r="A1"/&gt;</v></c>',
    '<c r="{r}" t="str"><v>]]&gt;</v></c>',
    '<c r="{r}"><v>0x10</v></c>',
    '<c r="{r}"{a}><v>{n}</v></c>',
    '<c r="{r}" t="b"><v>{n}</v></c>',
    '<c r="{r}" t="e"><v>{n}</v></c>',
    '<c r="{r}" t="str"><f>1+1</f><v>{n}</v></c>',
    '<c r="{r}" t="inlineStr"><is><t>x</t><v>{n}</v></is></c>',
    '<c r="{r}"><extLst><ext><v>{n}</v></ext></extLst></c>',
    '<c r="{r}"><v>{n}</v><extLst><ext><v>7</v></ext></extLst></c>',
    '<c r="{r}" t="str"><v>&#127;</v><extLst><ext><v>{n}</v></ext></extLst></c>',
    '<c r="{r}" t="str"><v>\x7f</v></c>',
)
_ITEMS = (
    "<si/>",
    "<si><t/></si>",
    "<si><t><![CDATA[<v>1</v>]]></t></si>",
    "<si><r><t>甲</t></r><r><t>乙</t></r></si>",
    "<si><t>a<!-- b -->c</t></si>",
    "<si><t>甲</t><rPh sb='0' eb='1'><t>乙</t></rPh></si>",
    "<si><t>&amp;&#65;</t></si>",
    "<?x <si/>?>",
    "<!-- <si><t>x</t></si> -->",
    "",
    "<si><t>a<b/>c</t></si>",
    '<si><t xml:space="preserve">/></t></si>',
)
_STYLES = (
    "<xf/>",
    '<xf numFmtId="14"/>',
    '<xf numFmtId="10"/>',
    "<!-- <xf/> -->",
    "<?x <xf/>?>",
    '<xf numFmtId="999"/>',
)


def mutant(content: bytes, number: int) -> bytes:
    """The mutant of this number: the same on every machine."""
    dice = random.Random(f"mutant-{number}")
    parts = dict(entries(content))
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    for _ in range(dice.choice((1, 1, 2, 4))):
        name, change = dice.choice(
            (
                *((dice.choice(sheets), _change_cell) for _ in range(5)),
                (dice.choice(sheets), _change_sheet),
                ("xl/sharedStrings.xml", _change_item),
                ("xl/styles.xml", _change_style),
                (dice.choice(list(parts)), _damage),
            )
        )
        parts[name] = change(parts[name].decode("utf-8", "replace"), dice).encode()
    names = list(parts)
    if dice.random() < 0.2:
        dice.shuffle(names)
    if dice.random() < 0.02:
        names.append(dice.choice(names))
    return zipped((name, parts[name]) for name in names)


def with_other_numbers(content: bytes, number: int) -> bytes:
    """The same workbook with another number in every cell that has one."""
    dice = random.Random(f"numbers-{number}")
    return zipped(
        (name, NUMBER.sub(lambda _: b"<v>%d</v>" % dice.randrange(1, 40), text) if "/sheet" in name else text)
        for name, text in entries(content)
    )


def undivided(content: bytes) -> bytes:
    """The same workbook with blanks in tags, for which its rows and shared texts are not read one by one."""
    return zipped(
        (name, text.replace(b"<sheetData>", b"<sheetData >").replace(b"<si>", b"<si >", 1))
        for name, text in entries(content)
    )


def _change_cell(text: str, dice: random.Random) -> str:
    filled = [cell for cell in CELL.finditer(text) if cell[3] or dice.random() < 0.1]
    if not filled:
        return text
    cell = dice.choice(filled)
    value = VALUE.search(cell[3] or "")
    said = {"r": cell[1], "a": cell[2], "v": value[1] if value else "5", "n": str(dice.randrange(40))}
    return text[: cell.start()] + dice.choice(_CELLS).format(**said) + text[cell.end() :]


def _change_sheet(text: str, dice: random.Random) -> str:
    rows = re.findall(r"<row .*?</row>", text, re.DOTALL) or ["<row/>"]
    row = dice.choice(rows)
    return dice.choice(
        (
            lambda: text.replace(row, row + row, 1),
            lambda: text.replace(row, f"<!-- {row.replace('--', '')} -->", 1),
            lambda: text.replace(row, "", 1),
            lambda: text.replace(row, re.sub(r' r="[A-Z]*\d+"', "", row), 1),
            lambda: text.replace("</sheetData>", "</sheetData><sheetData/>", 1),
            lambda: re.sub(r"<(/?)(\w)", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=", 1),
            lambda: text.replace('" ', "'\n", 1),
            lambda: text.replace("<mergeCell ", '<mergeCell ref="H:H"/><mergeCell ', 1),
        )
    )()


def _change_item(text: str, dice: random.Random) -> str:
    items = list(STRING.finditer(text))
    if not items:
        return text
    item = dice.choice(items)
    new = dice.choice(_ITEMS)
    return text[: item.start()] + dice.choice((new, new + item[0])) + text[item.end() :]


def _change_style(text: str, dice: random.Random) -> str:
    start, end = text.find("<cellXfs"), text.find("</cellXfs>")
    places = [found.start() for found in re.finditer("<xf ", text) if start < found.start() < end]
    place = dice.choice(places or [len(text)])
    return text[:place] + dice.choice(_STYLES) + text[place:]


def _damage(text: str, dice: random.Random) -> str:
    place = dice.randrange(len(text) + 1)
    return dice.choice(
        (text[:place], text[:place] + dice.choice("<>&'\"/") + text[place:], text[:place] + text[place + 1 :])
    )


def read(content: bytes) -> Opened | ReadingFault:
    """What our reader makes of a file, or for what it refuses it."""
    try:
        return open_file(content, "a.xlsx", {})
    except Unreadable as refused:
        return refused.fault


def ours(content: bytes) -> Values | str:
    """What our reader makes of a file, errors and formulas aside; or the code for which it refuses it."""
    opened = read(content)
    if isinstance(opened, ReadingFault):
        return opened.code
    return {(sheet.name, place): held for sheet in opened.sheets for place, held in _cells(sheet)}


def told(content: bytes) -> frozenset[tuple[str, str]]:
    """The cells of which we say that they are errors or formulas: of these the others say something else."""
    sheets = open_file(content, "a.xlsx", {}).sheets
    return frozenset((sheet.name, place) for sheet in sheets for place in (*sheet.odd, *sheet.formulas))


def _cells(sheet: Sheet) -> Iterator[tuple[str, object]]:
    for row, cells in enumerate(sheet.rows):
        for column, held in enumerate(cells):
            if held != "":
                yield address(row, column), plain(held)


def by_openpyxl(content: bytes) -> Values | None:
    """What openpyxl makes of a file; None where it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except Exception:  # a mutant makes it raise whatever it likes
        return None
    return {
        (sheet.title, cell.coordinate): plain(cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "")
    }


def _agree(held: object, other: object) -> bool:
    """Whether two programs hold the same; of a day that a cell without any format says LibreOffice keeps the number."""
    if isinstance(held, dt.datetime) and isinstance(other, str):
        return other == format((held - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1), ".15g")
    return held == other


def by_libreoffice(contents: Sequence[bytes], folder: Path) -> list[Values | None]:
    """What LibreOffice makes of files, many in one call; None for each that it cannot open.

    A file that ends or hangs the program costs itself: the others are asked again without it.
    """
    before, after = folder / "before", folder / "after"
    before.mkdir(parents=True)
    paths = [before / f"{number}.xlsx" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    waiting = paths
    while waiting:
        asked, later = waiting[:AT_ONCE], waiting[AT_ONCE:]
        was_ended = not _convert(asked, after, folder / "profile")
        done = [place for place, path in enumerate(asked) if (after / path.name).exists()]
        # What follows the last file that came out was not looked at; the first of it is the one that was fatal.
        stopped_at = (done[-1] + 1 if done else 0) if was_ended else len(asked)
        waiting = asked[stopped_at + 1 :] + later
    made = [after / path.name for path in paths]
    return [by_openpyxl(path.read_bytes()) if path.exists() else None for path in made]


def _convert(paths: Sequence[Path], target: Path, profile: Path) -> bool:
    """Let LibreOffice write files anew; whether it came to its end."""
    command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    try:
        ended = subprocess.run(
            [*command, "--outdir", str(target), *map(str, paths)], check=False, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def plain(held: object) -> object:
    """A value as it is compared: numbers to 15 digits, days as moments, texts without blanks around them."""
    if isinstance(held, bool):
        return held
    if isinstance(held, int | float):
        return format(float(held), ".15g")
    if held == dt.time():  # what openpyxl makes of a nought that is shown as a day
        return dt.datetime(1899, 12, 31)
    if isinstance(held, dt.datetime):
        return held.replace(microsecond=0)
    if isinstance(held, dt.date):
        return dt.datetime.combine(held, dt.time())
    return held.strip() if isinstance(held, str) else held


def differences(mine: Values, others: Sequence[Values], left_out: frozenset[tuple[str, str]]) -> Iterator[str]:
    """The cells that hold something else for every one of the others that could open the file."""
    sheets = {sheet for sheet, _ in mine}
    for key in sorted({*mine, *(key for other in others for key in other if key[0] in sheets)} - left_out):
        is_link = key not in mine and all("!" in str(other.get(key)) for other in others)
        if others and not is_link and not any(_agree(mine.get(key), other.get(key)) for other in others):
            yield f"{key}: {mine.get(key)!r}, others {[other.get(key) for other in others]!r}"


@dataclass
class Comparison:
    """What became of mutants: how many of each kind, each difference from both others, where the others disagree.

    `disputed` counts cells of which openpyxl and LibreOffice make different things, by what they and we make of them;
    `examples` has one of each.
    """

    found: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    disputed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, other: Comparison) -> None:
        """Add another comparison to this one."""
        self.found += other.found
        self.wrong += other.wrong
        self.disputed += other.disputed
        self.examples = other.examples | self.examples

    def table(self) -> str:
        """Where the others disagree, the most frequent first."""
        return "\n".join(
            f"{count:6}  {kind}   e.g. {self.examples[kind]}" for kind, count in self.disputed.most_common()
        )


def compare(
    workbook: bytes, numbers: Sequence[int], folder: Path, with_libreoffice: Callable[[int], bool]
) -> Comparison:
    """Hold our reading of mutants to that of the others."""
    result = Comparison()
    accepted: dict[int, tuple[bytes, Values]] = {}
    for number in numbers:
        content = mutant(workbook, number)
        mine = ours(content)
        result.found[mine if isinstance(mine, str) else "accepted"] += 1
        if not isinstance(mine, str):
            accepted[number] = content, mine
    asked = [number for number in accepted if SOFFICE and with_libreoffice(number)]
    office = (
        dict(zip(asked, by_libreoffice([accepted[each][0] for each in asked], folder), strict=True)) if asked else {}
    )
    for number, (content, mine) in accepted.items():
        theirs = {"openpyxl": by_openpyxl(content), "LibreOffice": office.get(number)}
        result.found.update(name for name, values in theirs.items() if values is not None)
        others = [values for values in theirs.values() if values is not None]
        result.found["nobody else opens it"] += not others
        apart = told(content)
        result.wrong += [f"{number}: {each}" for each in [*differences(mine, others, apart)][:3]]
        if len(others) == 2:
            result.found["both"] += 1
            _note_disputes(result, number, mine, others, apart)
    return result


def _note_disputes(
    result: Comparison, number: int, mine: Values, others: Sequence[Values], apart: frozenset[tuple[str, str]]
) -> None:
    sheets = {sheet for sheet, _ in mine}
    keys = {*mine, *(key for other in others for key in other if key[0] in sheets)} - apart
    for key in sorted(keys):
        openpyxl_, office = (other.get(key) for other in others)
        if openpyxl_ != office:
            held = mine.get(key)
            side = "openpyxl" if _agree(held, openpyxl_) else "LibreOffice" if _agree(held, office) else "neither"
            kind = f"openpyxl {_kind(openpyxl_)}, LibreOffice {_kind(office)}: as {side}"
            result.disputed[kind] += 1
            result.examples.setdefault(kind, f"{number} {key}: {openpyxl_!r}, {office!r}")


def _kind(held: object) -> str:
    """What sort of value a cell holds, numbers being texts of their digits here."""
    if held is None:
        return "blank"
    if isinstance(held, str):
        return "number" if _NUMERIC.fullmatch(held) else "text"
    return type(held).__name__
