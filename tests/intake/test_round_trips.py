"""What the template writes, the reader reads back cell for cell, whoever has saved the workbook in between."""

import random
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.intake.blank.workbook import write_workbook
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.intake.text import tidy
from nianbao.terms.filled import Earlier, Filled, HeldBefore
from nianbao.terms.period import Period
from nianbao.terms.submission import Reading
from tests.homes import ROOT
from tests.intake.answers import expected, filled, owing_everything, read_back

PERIOD = Period.parse("2021Q4")
XINING = "QH630100"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


@pytest.fixture(scope="module")
def written(project: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Filled]:
    """A workbook with every form filled in, what counted before beside lines and known records, and its answers."""
    generous = owing_everything(project, project.units[XINING])
    answers = filled(generous, project.units[XINING], PERIOD, random.Random(3))
    path = tmp_path_factory.mktemp("written") / "报表.xlsx"
    told = Earlier(Decimal(77), Decimal("66.5"), Decimal(55))
    lines = {
        (part.form_code, part.code, each.code, tuple(record.get(code) for code in part.known_by)): told
        for part in generous.parts
        for each in part.fields
        for record in answers.forms[part.form_code].get(part.code, ())
    }
    write_workbook(path, generous, project.units[XINING], PERIOD, answers, HeldBefore(values=lines))
    assert set(answers.forms) == set(project.forms)
    return path, answers


def check(reading: Reading, answers: Filled, project: Project) -> None:
    """Hold a reading to the answers that were written."""
    assert reading.cover["unit_code"] == XINING and reading.cover["period"] == PERIOD.code
    assert [frame.form_code for frame in reading.frames] == list(answers.forms)
    for frame in reading.frames:
        form = project.forms[frame.form_code]
        assert read_back(frame) == expected(form, answers.forms[form.code]), form.code
        assert (frame.edition, frame.note) == (form.edition_in(PERIOD), tidy(answers.notes[form.code]))
        assert {fault.code for fault in frame.faults} <= {"FORMULA_TEXT"}, frame.faults


def test_every_form_is_read_back(written: tuple[Path, Filled], project: Project, vocabulary: Vocabulary) -> None:
    """The reader finds in the template's own workbook exactly what was written into it."""
    path, answers = written
    check(read_workbook(path.read_bytes(), vocabulary, path.name), answers, project)


@pytest.mark.libreoffice
@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_every_form_survives_libreoffice(
    ending: str, written: tuple[Path, Filled], project: Project, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    """The reader finds the same after LibreOffice has opened the workbook and saved it in its own way."""
    path, answers = written
    saved = convert(path, ending, tmp_path)
    reading = read_workbook(saved.read_bytes(), vocabulary, saved.name)
    assert not reading.faults
    check(reading, answers, project)


@pytest.mark.libreoffice
def test_a_sheet_exported_as_text_is_read(
    written: tuple[Path, Filled], project: Project, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    """A form that LibreOffice exports as .csv is read under the name that tells whose it is."""
    path, answers = written
    number = 3 + list(answers.forms).index("GH05")
    saved = convert(
        path, "csv", tmp_path, f':"Text - txt - csv (StarCalc)":44,34,76,1,,0,false,true,false,false,false,{number}'
    )
    reading = read_workbook(saved.read_bytes(), vocabulary, f"{XINING}-{PERIOD}-GH05.csv")
    (frame,) = reading.frames
    assert read_back(frame) == expected(project.forms["GH05"], answers.forms["GH05"])


def convert(path: Path, ending: str, folder: Path, options: str = "") -> Path:
    """The workbook as LibreOffice saves it."""
    source = folder / "source" / path.name
    source.parent.mkdir()
    shutil.copyfile(path, source)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    wanted = f"{ending}{options}".replace('"', "")
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", wanted, "--outdir", str(folder / "saved"), str(source)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (saved,) = (folder / "saved").iterdir()
    return saved
