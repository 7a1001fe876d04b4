"""A Word document as paragraphs, every character with the run it stands in; comments go onto exactly the number."""

from __future__ import annotations

import copy
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.run import Run

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.publish.plain import universal
from nianbao.review.draft.reading import GOES_ON, DraftCell, Paragraph, Tag

AUTHOR, INITIALS = "nianbao", "NB"
LARGEST = 300 * 2**20
"""No report unpacks to more bytes than this."""

_OLD = b"\xd0\xcf\x11\xe0"
_MAIN_PART = "word/document.xml"
_KEY = re.compile(r"[a-z0-9_]+-\d{4}")
_BOOKMARK = re.compile(r"n_([a-z0-9_]+)_(\d{4})_\d+")
_UNREAD_STYLE = re.compile(r"(?i)toc|contents|目录|TableNote|表注")
"""Pages are no figures, nor are those who have not reported."""
_HEADING_STYLE = re.compile(r"(?i)heading|title|标题")
_UNIT_LINE = re.compile(r"^[（(]?(?:计量|金额)?单位[：:]\s*(?P<unit>[^）)\s]+)")
_UNIT_IN_HEAD = re.compile(r"[（(](?P<unit>[^（()）]+)[）)]\s*$")
_UNIT_IN_CAPTION = re.compile(r"[（(](?:计量|金额)?(?:单位[：:])?(?P<unit>[^（()）]+)[）)]\s*$")
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
_UNIT_HEAD = re.compile(r"(?:计量|金额)?单位")
_UNIT = re.compile(r"[万亿]?(?:元(?:/人)?|人次|[人名个家件条项期场次届批年省%])")
_SHARE_HEAD = re.compile(r"占.*|.*(?:比重|占比|比例|率)")
_YEAR_HEAD = re.compile(r"年[度份]?")
_SKIPPED = {qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}


@dataclass(frozen=True)
class _Character:
    """A character of a paragraph: the text element it stands in, and where; a break or tab stands in none."""

    character: str
    element: BaseOxmlElement | None
    place: int


class WordFile:
    """An opened Word document."""

    def __init__(self, path: Path) -> None:
        self._word = _open(path)
        self._characters: list[list[_Character]] = []
        self.paragraphs: list[Paragraph] = []
        self._read()

    def comment(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Put a comment on the characters from one place to another: (paragraph, character), the last included."""
        first = self._run_of(*start, is_start=True)
        last = self._run_of(*end, is_start=False)  # in this order: the first run may be divided again at its end
        written = self._word.add_comment([Run(first, None), Run(last, None)], text, AUTHOR, INITIALS)  # type: ignore[arg-type]
        written._comment_elm.date = universal(clock.now())

    def save(self, path: Path) -> None:
        """Write the document with its comments."""
        self._word.save(str(path))

    def _read(self) -> None:
        """Take in the body paragraph by paragraph, tables cell by cell."""
        tables = _Tables()
        for element in self._word.element.body.iter(qn("w:p")):
            if any(parent.tag in _SKIPPED for parent in element.iterancestors()):
                continue
            characters = list(_characters(element))
            text = "".join(each.character for each in characters)
            cell = tables.cell_of(element)
            if not text.strip() or _UNREAD_STYLE.match(_style_of(element)):
                continue
            if cell is None:
                tables.say(text)
            is_heading = cell is None and bool(_HEADING_STYLE.search(_style_of(element)))
            self._characters.append(characters)
            self.paragraphs.append(Paragraph(text, tuple(_tags(characters, _bookmarked(element))), cell, is_heading))

    def _run_of(self, paragraph: int, place: int, *, is_start: bool) -> BaseOxmlElement:
        """The run that begins, or ends, with a character; a run that goes on is divided there."""
        characters = self._characters[paragraph]
        place = next(at for at in range(place, -1, -1) if characters[at].element is not None)
        character = characters[place]
        element = character.element
        assert element is not None
        run = _run_around(element)
        at = character.place if is_start else character.place + 1
        if is_start and not at and _is_first(run, element):
            return run
        rest = _divide(run, element, at)
        if rest is not None:
            self._characters[paragraph] = [
                _Character(each.character, rest[1], each.place - at)
                if each.element is element and each.place >= at
                else each
                for each in characters
            ]
        return rest[0] if is_start and rest is not None else run


def _open(path: Path) -> WordDocument:
    """The document of a file.

    Raises:
        UsageError: it is of an older Word or of WPS, it is locked with a password, or no Word document at all.
    """
    head = path.read_bytes()[:4]
    if head == _OLD:
        raise UsageError(
            _("an old Word or WPS file, or one locked with a password, cannot be read"),
            str(path),
            _("open it in Word or WPS, save it as .docx without a password, and proof that"),
        )
    try:
        with zipfile.ZipFile(path) as package:
            is_word = _MAIN_PART in package.namelist()
            size = sum(entry.file_size for entry in package.infolist())
    except zipfile.BadZipFile:
        is_word, size = False, 0
    if not is_word:
        raise UsageError(
            _("this is no Word document (.docx)"), str(path), _("save it as .docx, or proof its text with --text")
        )
    if size > LARGEST:
        raise UsageError(_("the document is larger than any report"), str(path), _("proof its text with --text"))
    return docx.Document(str(path))


def _characters(paragraph: BaseOxmlElement) -> Iterator[_Character]:
    """The visible characters of a paragraph, deleted ones and those of text boxes left out."""
    for element in paragraph.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr")):
        ancestors = []
        for parent in element.iterancestors():
            if parent.tag == qn("w:p"):
                break
            ancestors.append(parent.tag)
        if parent is not paragraph or qn("w:r") not in ancestors or _SKIPPED & set(ancestors):
            continue
        if element.tag == qn("w:t"):
            for place, character in enumerate(element.text or ""):
                yield _Character(character, element, place)
        else:
            yield _Character(" ", None, 0)


def _tags(characters: Sequence[_Character], bookmarked: Mapping[int, tuple[int, str]]) -> Iterator[Tag]:
    """The stretches of a paragraph that stand in content controls tagged with figures, or in bookmarks of figures."""
    keys = [_key_around(each.element) or bookmarked.get(id(each.element)) for each in characters]
    start = 0
    for place in range(1, len(keys) + 1):
        if place == len(keys) or keys[place] != keys[start]:
            control = keys[start]
            if control:
                yield Tag(start, place, control[1])
            start = place


def _key_around(element: BaseOxmlElement | None) -> tuple[int, str] | None:
    """The content control around a text element with its key."""
    if element is not None:
        for control in element.iterancestors(qn("w:sdt")):
            for tag in control.iterfind(f"{qn('w:sdtPr')}/{qn('w:tag')}"):
                if _KEY.fullmatch(tag.get(qn("w:val"), "")):
                    return id(control), tag.get(qn("w:val"))
    return None


def _bookmarked(paragraph: BaseOxmlElement) -> dict[int, tuple[int, str]]:
    """The text elements of a paragraph in the bookmark of a figure, which is left where a tag was dropped."""
    opened: dict[str, tuple[int, str]] = {}
    found = {}
    for each in paragraph.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"), qn("w:t")):
        if each.tag == qn("w:bookmarkStart"):
            if named := _BOOKMARK.fullmatch(each.get(qn("w:name"), "")):
                opened[each.get(qn("w:id"))] = id(each), f"{named[1]}-{named[2]}"
        elif each.tag == qn("w:bookmarkEnd"):
            opened.pop(each.get(qn("w:id")), None)
        elif opened:
            found[id(each)] = next(reversed(opened.values()))
    return found


def _style_of(paragraph: BaseOxmlElement) -> str:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if style is None else style.get(qn("w:val"), "")


def _run_around(element: BaseOxmlElement) -> BaseOxmlElement:
    run: BaseOxmlElement = next(element.iterancestors(qn("w:r")))
    return run


def _is_first(run: BaseOxmlElement, element: BaseOxmlElement) -> bool:
    """Whether an element is the first of its run, but for the run's properties."""
    return next(child for child in run if child.tag != qn("w:rPr")) is element


def _divide(run: BaseOxmlElement, element: BaseOxmlElement, at: int) -> tuple[BaseOxmlElement, BaseOxmlElement] | None:
    """Divide a run inside one of its texts: what comes after, if anything, goes into a new run that looks the same."""
    text = element.text or ""
    following = list(element.itersiblings())
    if at >= len(text) and not following:
        return None
    rest = OxmlElement("w:r")
    properties = run.find(qn("w:rPr"))
    if properties is not None:
        rest.append(copy.deepcopy(properties))
    tail = OxmlElement("w:t")
    tail.text, element.text = text[at:], text[:at]
    for each in (tail, element):
        each.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    rest.append(tail)
    rest.extend(following)
    run.addnext(rest)
    return rest, tail


class _Tables:
    """Follows the tables of a body: what stands over them, their heads, the labels of their rows."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._captions: dict[BaseOxmlElement, tuple[str, str]] = {}

    def say(self, text: str) -> None:
        """Remember a paragraph outside of tables: it may be the caption of the next one."""
        self._said = [*self._said[-2:], text.strip()]

    def cell_of(self, paragraph: BaseOxmlElement) -> DraftCell | None:
        """What stands around a paragraph in a table; None outside of one, and empty in its head."""
        cell = next(paragraph.iterancestors(qn("w:tc")), None)
        if cell is None:
            return None
        row = next(cell.iterancestors(qn("w:tr")))
        table = next(row.iterancestors(qn("w:tbl")))
        if table not in self._captions:
            self._captions[table] = self._caption()
        caption, unit_over = self._captions[table]
        head_row = table.find(qn("w:tr"))
        cells = _columns(row)
        column = next(number for number, each in cells.items() if each is cell)
        heads = {number: _text(each) for number, each in _columns(head_row).items()}
        head = heads.get(column, "")
        if row is head_row or not column:
            return DraftCell("", "", caption, "")
        by_head = {heads.get(number, ""): _text(each) for number, each in cells.items()}
        in_head = _UNIT_IN_HEAD.search(head)
        units = (text for name, text in by_head.items() if _UNIT_HEAD.fullmatch(name) and name != heads.get(min(cells)))
        in_row = next(units, "")  # the first column (单位) is of who reports
        label = _text(cells[min(cells)])
        in_label = _UNIT_IN_HEAD.search(label)
        found = (
            in_head["unit"] if in_head else in_row or (in_label["unit"] if in_label else _of_column(head, unit_over))
        )
        year = next((text for name, text in by_head.items() if _YEAR_HEAD.fullmatch(name) and text.isdigit()), "")
        name = head[: in_head.start()] if in_head else head
        unit = found if _are_units(found) or found == in_row else ""
        is_in_any_scale = not in_head and bool(in_row)
        before = (_UNIT_IN_HEAD.sub("", heads[number]) for number in sorted(heads, reverse=True) if 0 < number < column)
        of = next((each.strip() for each in before if not GOES_ON.fullmatch(each.strip())), "")
        return DraftCell(label, name.strip(), caption, unit, int(year) if year else None, is_in_any_scale, of)

    def _caption(self) -> tuple[str, str]:
        """The nearest line over a table that is no unit of measure, and the unit of measure."""
        unit = next((match["unit"] for said in self._said[-1:] if (match := _UNIT_LINE.match(said))), "")
        lines = [said for said in self._said if not _UNIT_LINE.match(said)]
        caption = lines[-1] if lines and len(lines[-1]) <= 60 else ""
        in_caption = _UNIT_IN_CAPTION.search(caption)
        if not unit and in_caption and _are_units(_only(in_caption["unit"])):
            unit = in_caption["unit"]
        return re.sub(r"^表\s*\d+[\s　]*", "", caption), unit


def _of_column(head: str, said: str) -> str:
    """Of the units that stand over a table that of a column: a part of a whole is in per cent, whatever else is not."""
    is_part = head.endswith(("%", "％")) or _SHARE_HEAD.fullmatch(_BRACKETS.sub("", head))
    return "%" if is_part else _only(said)


def _only(said: str) -> str:
    """The units of measure beside per cent (万元、%)."""
    return "、".join(each for each in re.split("[、，,；;和]", said) if each not in ("%", "％")) or said


def _are_units(said: str) -> bool:
    """Whether all that is said are units of measure."""
    return all(_UNIT.fullmatch(each) for each in said.split("、"))


def _columns(row: BaseOxmlElement) -> dict[int, BaseOxmlElement]:
    """The cells of a row by the column in which each begins."""
    cells, column = {}, 0
    for cell in row.iterfind(qn("w:tc")):
        cells[column] = cell
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        column += int(span.get(qn("w:val"), "1")) if span is not None else 1
    return cells


def _text(cell: BaseOxmlElement) -> str:
    return "".join(each.text or "" for each in cell.iter(qn("w:t"))).strip()
