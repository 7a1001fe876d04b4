"""Reads the pages of a PDF as what can be measured: lines of letters with place and size, fonts."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nianbao.errors import UsageError
from nianbao.language import _

_MM = 72 / 25.4
_SAME_LINE = 2.0
"""Letters whose feet are no farther apart, in points, stand on one line."""
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_LONGEST = 180
"""Seconds that laying out a report may take."""


@dataclass(frozen=True)
class Letter:
    """A letter with its start, right edge and foot in millimetres from the top left corner, and its size in points."""

    text: str
    left: float
    right: float
    foot: float
    size: float


@dataclass(frozen=True)
class PrintedLine:
    """Letters on one line, from the left."""

    letters: tuple[Letter, ...]

    @property
    def text(self) -> str:
        """What it says, without blanks."""
        return "".join(letter.text for letter in self.letters)

    @property
    def size(self) -> float:
        """The size of most of its letters."""
        sizes = [round(letter.size, 1) for letter in self.letters]
        return max(sizes, key=sizes.count)


@dataclass(frozen=True)
class PrintedPage:
    """A page: its sides in millimetres, its lines from the top, its fonts, and those that it does not carry with it."""

    number: int
    width: float
    height: float
    lines: tuple[PrintedLine, ...]
    missing_fonts: tuple[str, ...]
    fonts: tuple[str, ...] = ()


def read_pages(path: Path) -> tuple[PrintedPage, ...]:
    """The pages of a PDF.

    Raises:
        UsageError: it is no PDF.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as opened:
            return tuple(_page(page, number) for number, page in enumerate(opened, start=1))
    except pypdfium2.PdfiumError as error:
        raise UsageError(_("this is no PDF"), str(path), _("give the issued document")) from error


def lay_out(path: Path) -> tuple[PrintedPage, ...]:
    """The pages of a Word document, as LibreOffice lays them out here.

    Raises:
        UsageError: there is no LibreOffice, or it cannot open the document.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise UsageError(
            _("there is no LibreOffice here"), next_step=_("install libreoffice-writer, or measure the PDF")
        )
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(path)]
        subprocess.run(command, capture_output=True, timeout=_LONGEST, check=False)
        made = Path(folder) / f"{path.stem}.pdf"
        if not made.exists():
            raise UsageError(_("LibreOffice cannot open this"), str(path), _("open it in Word and save it as .docx"))
        return read_pages(made)


def _page(page: Any, number: int) -> PrintedPage:
    width, height = page.get_size()
    letters = sorted(_letters(page, height), key=lambda letter: letter.foot)
    lines: list[list[Letter]] = []
    for letter in letters:
        if lines and letter.foot - lines[-1][-1].foot <= _SAME_LINE / _MM:
            lines[-1].append(letter)
        else:
            lines.append([letter])
    printed = tuple(PrintedLine(tuple(sorted(line, key=lambda each: each.left))) for line in lines)
    fonts = dict(_fonts(page))
    missing = tuple(sorted(name for name, is_embedded in fonts.items() if not is_embedded))
    return PrintedPage(number, width / _MM, height / _MM, printed, missing, tuple(sorted(fonts)))


def _letters(page: Any, height: float) -> Iterator[Letter]:
    """The letters that are seen."""
    from pypdfium2 import raw

    textpage = page.get_textpage()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if code <= 0x20 or code in {0xA0, 0x3000, 0xFFFE}:
            continue
        box = (ctypes.byref(each) for each in (left, right, bottom, top))
        if not raw.FPDFText_GetCharBox(textpage, index, *box):
            continue
        raw.FPDFText_GetCharOrigin(textpage, index, ctypes.byref(x), ctypes.byref(y))
        size = raw.FPDFText_GetFontSize(textpage, index)
        yield Letter(chr(code), x.value / _MM, right.value / _MM, (height - y.value) / _MM, size)


def _fonts(page: Any) -> Iterator[tuple[str, bool]]:
    """The fonts of text by their names, and whether the file carries each with it."""
    from pypdfium2 import raw

    for each in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        font = raw.FPDFTextObj_GetFont(each.raw)
        if font:
            buffer = ctypes.create_string_buffer(256)
            raw.FPDFFont_GetFamilyName(font, buffer, len(buffer))
            name = buffer.value.decode("utf-8", "replace")
            yield _SUBSET.sub("", name), bool(raw.FPDFFont_GetIsEmbedded(font))
