"""The pictures of the documentation from a demo of 2021: make demo; PYTHONPATH=. .venv/bin/python docs/pictures.py.

Needs Chromium, LibreOffice and poppler, as the tests do; look at what it made before it is committed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from nianbao.review.layout.printed import read_pages
from tests.browser import Browser, browser, shot

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
REPORT = Path("releases", "2021", "work_report", "r2")
NUMBER = "warmth_funds-2021"
FOLDER, WORKBOOK = "省交通运输", "省交通运输工会-2021Q4.xlsx"
"""A workbook of the sample that is sent back."""
SHEETS = (
    ("cover", Path("inbox", FOLDER, WORKBOOK), "本册报表", "青工统12表", 660),
    ("form", Path("inbox", FOLDER, WORKBOOK), "GH05-01", "没有发生的填0", 1000),
    ("answer", Path("outbox", FOLDER, f"{WORKBOOK}.审核.xlsx"), "审核结果", "文字和科学计数法", 1100),
    ("marked", Path("outbox", FOLDER, f"{WORKBOOK}.审核.xlsx"), "GH05-01", "没有发生的填0", 1000),
)
"""Name of the picture, workbook, what a page says by which it is known, what its last line says, pixels across."""
MARGIN = 6
"""Millimetres over the first line, under the last one, and left out at both sides."""


def main(home: Path) -> None:
    """All of them, from the home of a demo of 2021."""
    with browser() as page:
        picture_pages(page, home)
    with tempfile.TemporaryDirectory() as folder:
        for name, workbook, known_by, last, pixels in SHEETS:
            picture_sheet(printed(home / workbook, Path(folder)), known_by, last, pixels, PICTURES / name)


def picture_pages(page: Browser, home: Path) -> None:
    """The report with the panel of a number, the page of the number, and a receipt."""
    page.size(1240, 860)
    page.open((home / REPORT / "index.html").as_uri())
    page.js(f"document.querySelector('main a.figure[href*=\"{NUMBER}\"]').click()")
    page.settle(lambda: page.js("document.getElementById('trace')?.open"))
    page.js("document.querySelector('a.figure.open').scrollIntoView({ block: 'center', behavior: 'instant' })")
    shot(page, PICTURES / "report.png")
    page.open((home / REPORT / "figures" / f"{NUMBER}.html").as_uri())
    shot(page, PICTURES / "figure.png")
    page.size(640, 860)
    page.open((home / "outbox" / FOLDER / f"{WORKBOOK}.回执.html").as_uri())
    shot(page, PICTURES / "receipt.png", whole=True)


def picture_sheet(paper: Path, known_by: str, last: str, pixels: int, to: Path) -> None:
    """A page, from its first line to one that says something."""
    page = next(page for page in read_pages(paper) if any(known_by in line.text for line in page.lines))
    feet = [line.letters[0].foot for line in page.lines if last in line.text]
    top = min(line.letters[0].foot for line in page.lines if len(line.text) > 2 and line.letters[0].foot > MARGIN)
    scale = pixels / (page.width - 2 * MARGIN)
    area = {"-x": MARGIN, "-y": top - MARGIN, "-W": page.width - 2 * MARGIN, "-H": max(feet) - top + 2 * MARGIN}
    options = [each for name, at in area.items() for each in (name, str(round(at * scale)))]
    number = ["-f", str(page.number), "-l", str(page.number), "-r", str(scale * 25.4)]
    subprocess.run(["pdftoppm", "-png", "-singlefile", *number, *options, str(paper), str(to)], check=True)


def printed(workbook: Path, folder: Path) -> Path:
    """A workbook as LibreOffice prints it."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / f"{workbook.stem}.pdf"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "var" / "demo")
