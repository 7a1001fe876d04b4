"""check: Great Expectations over the run's submissions, and the sentences for what it finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nianbao.catalog import Project
from nianbao.errors import RuleError
from nianbao.intake.envelope import Candidate, Opened
from nianbao.intake.number import NOT_APPLICABLE
from nianbao.terms import layout
from nianbao.terms.check import Offender, Rule
from nianbao.terms.finding import Finding
from nianbao.terms.form import Part
from nianbao.terms.period import Period
from nianbao.terms.submission import ReadingFault
from nianbao.warehouse.connect import Connection

if TYPE_CHECKING:
    from nianbao.catalog.checks import ReadingRule

ALL_FORMS = "*"
NOT_NULL = "expect_column_values_to_not_be_null"
EMPTY_FORM, LINE_MISSING = "EMPTY_FORM", "LINE_MISSING"
_NOT_ON_SHEET = (LINE_MISSING, "PART_MISSING", "HEADER_MISSING", "HEADER_CHANGED", "HEADER_TWICE", "FIELD_AMBIGUOUS")
_NAMED = 8


def check(connection: Connection, project: Project, parts: list[Part], opened: Iterable[Opened]) -> list[Finding]:
    """Every finding about the staged submissions, reading faults included.

    Raises:
        RuleError: a rule could not be evaluated; that is our fault, and nothing is decided without it.
    """
    candidates = {candidate.submission_id: candidate for item in opened for candidate in item.candidates}
    deliveries = {item.delivery.delivery_id: item for item in opened}
    findings = [
        _finding_of_offender(offender, candidates[offender.submission_id], project)
        for offender in _offenders(connection, project, parts)
        if offender.submission_id in candidates and not _is_echo(offender, candidates[offender.submission_id], project)
    ]
    for candidate in candidates.values():
        findings += (_finding_of_fault(fault, candidate.row, project) for fault in _grouped(candidate.faults))
    for item in deliveries.values():
        row = {"delivery_id": item.delivery.delivery_id, "file_name": item.delivery.file_name}
        findings += (_finding_of_fault(fault, row, project) for fault in item.faults)
    return _once(findings)


def _offenders(connection: Connection, project: Project, parts: list[Part]) -> Iterator[Offender]:
    """The offenders of every rule, one batch per table; rules across tables run with their form's first table."""
    from nianbao.warehouse.expectations import validate  # Great Expectations takes seconds to import

    first_tables: dict[str, str] = {}
    for part in parts:
        first_tables.setdefault(part.form_code, part.table)
    batches: dict[str, list[Rule]] = {}
    for rule in project.rules:
        table = "submission" if rule.form == ALL_FORMS else rule.table
        if rule.is_sql and rule.form != ALL_FORMS:
            table = first_tables.get(rule.form, "")
        batches.setdefault(table, []).append(rule)
    for table in ("submission", *(part.table for part in parts)):
        if batches.get(table):
            yield from validate(connection, "stage", table, batches[table])


def _finding_of_offender(offender: Offender, candidate: Candidate, project: Project) -> Finding:
    rule, row = offender.rule, dict(offender.row)
    part_code = str(row.get("part") or rule.part or candidate.parts[0].code)
    named = row.get("field")
    field_code = str(named) if named else _field_of_column(project, rule)
    cell = candidate.cell_at(part_code, offender.row_no, field_code)
    field = _field(project, str(candidate.row["form_code"]), part_code, field_code)
    said = {
        **row,
        "zh": field.zh if field else "",
        "line": layout.field_code(str(candidate.row["form_code"]), field.line) if field else "",
        "sheet": candidate.row["sheet"],
        "cell": cell.cell if cell else "",
        "value": row.get("value"),
        "expected": row.get("expected"),
        "text": cell.text if cell else "",
    }
    return Finding(
        code=rule.code,
        severity=rule.severity,
        form_code=str(candidate.row["form_code"]),
        part=part_code,
        field=field_code,
        row_no=offender.row_no,
        sheet=str(candidate.row["sheet"]),
        cell=cell.cell if cell else None,
        value=_said(row.get("value")) or (cell.text if cell else None),
        expected=_said(row.get("expected")),
        sentence=_sentence(rule.name, rule.says, said, candidate.row, project),
        submission_id=candidate.submission_id,
        delivery_id=str(candidate.row["delivery_id"]),
        because=rule.because,
    )


def _finding_of_fault(fault: ReadingFault, row: Mapping[str, Any], project: Project) -> Finding:
    rule: ReadingRule | None = project.reading_rules.get(fault.code)
    if rule is None:
        raise RuleError(f"expectations/reading.yaml has no sentence for {fault.code}; add it")
    said = {"sheet": fault.sheet, "cell": fault.cell, "value": fault.value, "expected": fault.expected}
    return Finding(
        code=fault.code,
        severity=rule.severity,
        form_code=fault.form_code,
        part=None,
        field=None,
        row_no=None,
        sheet=fault.sheet,
        cell=fault.cell,
        value=fault.value,
        expected=fault.expected,
        sentence=_sentence(fault.code, rule.says, said, row, project),
        submission_id=row.get("submission_id"),
        delivery_id=str(row["delivery_id"]),
        because=rule.because,
    )


def _sentence(rule_name: str, says: str, said: Mapping[str, Any], row: Mapping[str, Any], project: Project) -> str:
    period = Period.parse(str(row["period"])) if row.get("period") else None
    unit = project.roster.named(str(row.get("unit_code")), period)
    form = project.forms.get(str(row.get("form_code")))
    words = {
        "file": row.get("file_name"),
        "unit": unit.zh if unit else "",
        "period": period.zh if period else "",
        "form": f"{form.code} {form.zh}" if form else "",
        "due_on": row.get("due_on"),
        "accepted_until": row.get("accepted_until"),
        **said,
    }
    try:
        return says.format_map({key: _said(value) or "空" for key, value in words.items()})
    except (KeyError, IndexError, ValueError) as error:
        raise RuleError(
            f"the sentence of {rule_name} asks for {error}, which its SELECT does not give; mend it"
        ) from error


def _said(value: Any) -> str | None:
    """A value as a clerk would write it: no trailing zeros, 是 and 否."""
    if value is None:
        return None
    if isinstance(value, bool):
        return layout.YES if value else layout.NO
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def _field(project: Project, form_code: str, part_code: str, field_code: str | None) -> Any:
    try:
        return project.forms[form_code].part(part_code).field(str(field_code))
    except KeyError:
        return None


def _field_of_column(project: Project, rule: Rule) -> str | None:
    column = rule.kwargs.get("column") or rule.kwargs.get("column_A")
    if rule.form == ALL_FORMS or column is None:
        return None
    for field in project.forms[rule.form].part(rule.part).fields:
        if field.column == column:
            return field.code
    return None


def _is_echo(offender: Offender, candidate: Candidate, project: Project) -> bool:
    """Whether "not filled" repeats another finding.

    A filled cell could not be read, a cell is not on the sheet at all, or the whole form is blank.
    """
    if offender.rule.type != NOT_NULL:
        return False
    said = {fault.code for fault in candidate.faults}
    cell = candidate.cell_at(offender.rule.part, offender.row_no, _field_of_column(project, offender.rule))
    if cell is None or EMPTY_FORM in said:
        return bool(said & {EMPTY_FORM, *_NOT_ON_SHEET})
    return bool(cell.text) and cell.fault not in (None, NOT_APPLICABLE)


def _grouped(faults: Iterable[ReadingFault]) -> Iterator[ReadingFault]:
    """The faults of a sheet, with all the lines that are missing from it in one."""
    missing: dict[str | None, list[ReadingFault]] = {}
    for fault in faults:
        if fault.code == LINE_MISSING:
            missing.setdefault(fault.sheet, []).append(fault)
        else:
            yield fault
    for lines in missing.values():
        named = "、".join(line.expected or "" for line in lines[:_NAMED])
        rest = f"等{len(lines)}项" if len(lines) > _NAMED else ""
        yield replace(lines[0], expected=named + rest)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, where several rules say the same of the same place."""
    return list({(_place(finding), finding.code, finding.sentence): finding for finding in findings}.values())


def _place(finding: Finding) -> tuple[str | None, str | None, int | None, str | None]:
    return finding.submission_id, finding.part, finding.row_no, finding.field
