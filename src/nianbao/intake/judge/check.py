"""check: Great Expectations over the run's submissions, and the sentences for what it finds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from string import Formatter
from typing import TYPE_CHECKING, Any

from nianbao.catalog import Project
from nianbao.errors import RuleError
from nianbao.intake.judge.identify import Sent
from nianbao.intake.judge.night import CellPlace, CellRead, Night
from nianbao.language import _
from nianbao.terms import workbook_words
from nianbao.terms.check import Offender, Rule
from nianbao.terms.delivery import Delivery
from nianbao.terms.finding import Finding
from nianbao.terms.form import Part
from nianbao.terms.numbers import unit_of_number
from nianbao.terms.period import Period
from nianbao.terms.submission import NOT_APPLICABLE, ReadingFault, Submission
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.stage import fill_stage

if TYPE_CHECKING:
    from nianbao.catalog.checks import ReadingRule

ALL_FORMS = "*"
NOT_NULL = "expect_column_values_to_not_be_null"
EMPTY_FORM, LINE_MISSING = "EMPTY_FORM", "LINE_MISSING"
_NOT_ON_SHEET = (LINE_MISSING, "PART_MISSING", "HEADER_MISSING", "HEADER_CHANGED", "HEADER_TWICE", "FIELD_AMBIGUOUS")
_NAMED = 8


def check(connection: Connection, project: Project, parts: Sequence[Part], night: Night) -> list[Finding]:
    """Every finding about the staged submissions, those of their sheets and what was said before included.

    Raises:
        RuleError: a rule could not be evaluated; that is our fault, and nothing is decided without it.
    """
    sent = {each.submission.submission_id: each for each in night.sent}
    offenders = [
        (offender, _subject(offender, each, project))
        for offender in _offenders(connection, night.rules, parts)
        if (each := sent.get(offender.submission_id))
        and offender.rule.span.covers(Period.parse(each.submission.period))
    ]
    cells = night.cells_at(place for _, subject in offenders if (place := subject.place))
    findings = [
        _finding_of_offender(offender, subject, cells.get(subject.place) if subject.place else None, project)
        for offender, subject in offenders
        if not _is_echo(offender, subject, cells)
    ]
    for each in night.sent:
        about = _about(each.submission, project)
        findings += (_finding_of_fault(fault, each.submission, about, project) for fault in _grouped(each.faults))
    findings += (finding for each in night.sent for finding in night.said.get(each.submission.submission_id, ()))
    return _once(findings)


def find_faults_of(delivery: Delivery, faults: Iterable[ReadingFault], project: Project) -> list[Finding]:
    """The findings about a delivery as a whole, besides those about its submissions.

    Raises:
        RuleError: nothing is declared to be said of a fault.
    """
    about = dict.fromkeys(("unit", "period", "form", "due_on", "accepted_until"), "") | {"file": delivery.shown_name}
    return _once(_finding_of_fault(fault, delivery.delivery_id, about, project) for fault in faults)


@dataclass(frozen=True)
class _Subject:
    """What an offender is about: a field of a submission, where it names one, and where that stands."""

    sent: Sent
    part: str
    field: str | None
    place: CellPlace | None


def _subject(offender: Offender, sent: Sent, project: Project) -> _Subject:
    rule, named = offender.rule, offender.row.get("field")
    part = str(offender.row.get("part") or rule.part or sent.parts[0].code)
    field = str(named) if named else _field_of_column(project, rule)
    place = CellPlace(offender.submission_id, part, offender.row_no or 1, field) if field else None
    return _Subject(sent, part, field, place)


def refuse_broken_rules(connection: Connection, project: Project, evaluated: Collection[Part] = ()) -> None:
    """Evaluate every rule on staging tables without rows, and try every sentence.

    What the rules of parts that were `evaluated` with the rows that are staged say is passed over, but for sentences.

    Raises:
        RuleError: a rule is broken by itself, whatever is sent.
    """
    from nianbao.warehouse.expectations import columns_of_query  # Great Expectations takes seconds to import

    if not evaluated:
        fill_stage(connection, project)
    tables, forms = {part.table for part in evaluated}, {part.form_code for part in evaluated}
    forms |= {ALL_FORMS} if evaluated else set()
    for rule in project.rules:
        if rule.is_sql:
            is_known = rule.form in forms and _asks_for(rule.says) <= {*_SAID}
            columns = () if is_known else columns_of_query(connection, rule, rule.form in forms)
            _sentence(rule.name, rule.says, dict.fromkeys((*_SAID, *columns)))
    others = [rule for rule in project.rules if not rule.is_sql and rule.table not in tables]
    for _offender in _offenders(connection, others, list(project.parts)):
        pass
    for code, reading_rule in project.reading_rules.items():
        _sentence(code, reading_rule.says, dict.fromkeys(_SAID))


_SAID = (
    "file", "unit", "period", "form", "due_on", "accepted_until", "zh", "line", "sheet", "cell", "value", "expected",
    "text", "measure",
)  # fmt: skip
"""What every sentence may name, besides what its query gives."""


def _asks_for(says: str) -> set[str]:
    """The names in the braces of a sentence; of one that is no format none but what nobody gives."""
    try:
        return {name for _text, name, *_format in Formatter().parse(says) if name is not None}
    except ValueError:
        return {""}


def find_fault(fault: ReadingFault, submission: Submission, project: Project) -> Finding:
    """The finding for a fault of a submission that is no rule's to find.

    Raises:
        RuleError: nothing is declared to be said of it.
    """
    return _finding_of_fault(fault, submission, _about(submission, project), project)


def _offenders(connection: Connection, rules: Iterable[Rule], parts: Sequence[Part]) -> Iterator[Offender]:
    """The offenders of every rule, one batch per table; rules across tables run with their form's first table."""
    from nianbao.warehouse.expectations import validate  # Great Expectations takes seconds to import

    first_tables: dict[str, str] = {}
    for part in parts:
        first_tables.setdefault(part.form_code, part.table)
    batches: dict[str, list[Rule]] = {}
    for rule in rules:
        table = "submission" if rule.form == ALL_FORMS else rule.table
        if rule.is_sql and rule.form != ALL_FORMS:
            table = first_tables.get(rule.form, "")
        batches.setdefault(table, []).append(rule)
    for table in ("submission", *(part.table for part in parts)):
        if batches.get(table):
            yield from validate(connection, "stage", table, batches[table])


def _finding_of_offender(offender: Offender, subject: _Subject, cell: CellRead | None, project: Project) -> Finding:
    rule, submission, row = offender.rule, subject.sent.submission, dict(offender.row)
    field = _field(project, submission.form_code, subject.part, subject.field)
    said = {
        **row,
        "zh": field.zh if field else "",
        "line": workbook_words.field_code(submission.form_code, field.line) if field else "",
        "sheet": submission.sheet,
        "cell": cell.cell if cell else "",
        "value": row.get("value"),
        "expected": row.get("expected"),
        "text": cell.text if cell else "",
        "measure": unit_of_number(field),
    }
    return Finding(
        code=rule.code,
        severity=rule.severity,
        form_code=submission.form_code,
        part=subject.part,
        field=subject.field,
        row_no=offender.row_no,
        sheet=submission.sheet,
        cell=(cell.cell or None) if cell else None,
        value=_said(row.get("value")) or (cell.text if cell else None),
        expected=_said(row.get("expected")),
        sentence=_sentence(rule.name, rule.says, _about(submission, project) | said),
        submission_id=submission.submission_id,
        delivery_id=submission.delivery_id,
        because=rule.because,
    )


def _finding_of_fault(
    fault: ReadingFault, of: Submission | str, about: Mapping[str, object], project: Project
) -> Finding:
    """The finding for a fault of a submission's sheet, or of a whole delivery, told by its id."""
    rule: ReadingRule | None = project.reading_rules.get(fault.code)
    if rule is None:
        raise RuleError(_("expectations/reading.yaml has no sentence for {code}; add it").format(code=fault.code))
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
        sentence=_sentence(fault.code, rule.says, {**about, **said}),
        submission_id=of.submission_id if isinstance(of, Submission) else None,
        delivery_id=of.delivery_id if isinstance(of, Submission) else of,
        because=rule.because,
    )


def _about(submission: Submission, project: Project) -> dict[str, object]:
    """What every sentence about a submission may name."""
    period = Period.parse(submission.period)
    unit = project.roster.named(submission.unit_code, period)
    form = project.forms[submission.form_code]
    return {
        "file": submission.file_name,
        "unit": unit.zh if unit else "",
        "period": period.zh,
        "form": f"{form.code} {form.zh}",
        "due_on": submission.due_on,
        "accepted_until": submission.accepted_until,
    }


def _sentence(rule_name: str, says: str, words: Mapping[str, object]) -> str:
    try:
        known = {key: _said(value) or "空" for key, value in words.items()}
        return says.format_map(known | {"measure": words.get("measure") or ""})
    except (KeyError, IndexError, ValueError) as error:
        raise RuleError(
            _("the sentence of {rule_name} asks for {error}, which its SELECT does not give; mend it").format(
                rule_name=rule_name, error=error
            )
        ) from error


def _said(value: Any) -> str | None:
    """A value as a clerk would write it: no trailing zeros, 是 and 否."""
    if value is None:
        return None
    if isinstance(value, bool):
        return workbook_words.YES if value else workbook_words.NO
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


def _is_echo(offender: Offender, subject: _Subject, cells: Mapping[CellPlace, CellRead]) -> bool:
    """Whether "not filled" repeats another finding.

    A filled cell could not be read, a cell is not on the sheet at all, or the whole form is blank.
    """
    if offender.rule.type != NOT_NULL:
        return False
    said = {fault.code for fault in subject.sent.faults}
    cell = cells.get(subject.place) if subject.place else None
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


def _place(finding: Finding) -> tuple[str | None, str | None, str | None, int | None, str | None]:
    return finding.delivery_id, finding.submission_id, finding.part, finding.row_no, finding.field
