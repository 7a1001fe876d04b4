"""What the reader must know of a project: the fields by their code, and the codes by their labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nianbao.catalog.forms import read_forms
from nianbao.catalog.reference import Codes, read_codes
from nianbao.catalog.roster import read_roster
from nianbao.intake.text import clean
from nianbao.terms import workbook_words
from nianbao.terms.codes import Code
from nianbao.terms.form import Field, Form, Part
from nianbao.terms.roster import Roster
from nianbao.terms.unit import Unit


@dataclass(frozen=True)
class Vocabulary:
    """Look-ups for one project: forms, the field under each 代码, and for each list its labels and codes."""

    forms: dict[str, Form]
    fields: dict[tuple[str, int], tuple[Part, Field]]
    labels: dict[str, dict[str, str]]

    def code_of(self, codes: str, text: str) -> str | None:
        """The code that a label or a code of a list stands for, None when the list does not have it."""
        cleaned = clean(text)
        known = self.labels.get(codes, {})
        return known.get(cleaned) or known.get(cleaned.split(" ", 1)[0])


def load_vocabulary(project: Path) -> Vocabulary:
    """Read what the reader needs from the declared folders of a project."""
    reference = project / "reference"
    roster = read_roster(reference)
    codes = read_codes(reference / "codes.csv", reference / "accounts.csv")
    return vocabulary_of(read_forms(project / "forms", roster, frozenset(codes)), roster, codes)


def vocabulary_of(forms: dict[str, Form], roster: Roster, codes: Codes) -> Vocabulary:
    """The look-ups for forms, units and code lists that are already read; units go by every name that they ever had.

    Where a name passed on, it is read as the unit that has it last.
    """
    labels = {name: _labels(name, members) for name, members in codes.items()}
    versions = sorted(roster.versions, key=lambda unit: unit.valid_from)
    labels["units"] = _unit_labels(versions)
    for level in roster.levels:
        labels[level] = _unit_labels([unit for unit in versions if unit.level.code == level])
    fields = {
        (form.code, field.line): (part, field)
        for form in forms.values()
        for part in form.parts
        for field in part.fields
    }
    return Vocabulary(forms, fields, labels)


def _labels(name: str, members: dict[str, Code]) -> dict[str, str]:
    labels = {}
    for code in members.values():
        for label in (code.code, code.zh, workbook_words.option_label(name, code.code, code.zh)):
            labels[clean(label)] = code.code
    return labels


def _unit_labels(units: list[Unit]) -> dict[str, str]:
    return {clean(label): unit.code for unit in units for label in (unit.short_zh, unit.zh, unit.code) if label}
