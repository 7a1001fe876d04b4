"""Reads forms/GHnn.toml into forms."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from nianbao.catalog.declared import FORM_CODE, Declared
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.approval import Approval
from nianbao.terms.form import NUMBERS, Aggregate, Field, FieldType, Form, FormEdition, Layout, Part, Swing
from nianbao.terms.roster import Roster
from nianbao.terms.span import ALWAYS

SUFFIXES = ("Q1", "Q2", "Q3", "Q4", "H1", "H2", *(f"M{month:02d}" for month in range(1, 13)), "Y",
            *(f"Y{month:02d}" for month in range(2, 13)))  # fmt: skip
BUILT_IN_LISTS = frozenset({"", "units", "accounts"})
"""The lists that no code list declares; the code of a level is one more, its units."""


def read_forms(folder: Path, roster: Roster, lists: frozenset[str]) -> dict[str, Form]:
    """All declared forms by code.

    Raises:
        DeclarationError: a form is malformed, named unlike its file, or asks for a list or reporter that is unknown.
    """
    known = lists | BUILT_IN_LISTS | roster.levels.keys()
    forms = {path.stem: _read_form(path, roster, known) for path in sorted(folder.glob("*.toml"))}
    if not forms:
        raise DeclarationError(folder, 1, _("no form is declared here; write one GHnn.toml per form"))
    return forms


def _read_form(path: Path, roster: Roster, lists: frozenset[str]) -> Form:
    declared = Declared.from_toml(path)
    code = declared.name("code", FORM_CODE)
    if code != path.stem:
        raise declared.fail(_("form {code} must stand in {code}.toml").format(code=code), code)
    suffixes = declared.texts("periods")
    for suffix in suffixes:
        if suffix not in SUFFIXES:
            raise declared.fail(
                _("period {suffix!r} is none of: {SUFFIXES}").format(suffix=suffix, SUFFIXES=", ".join(SUFFIXES)),
                suffix,
            )
    reporters = _reporters(declared, roster, None)
    form = Form(
        code=code,
        zh=declared.text("zh"),
        en=declared.text("en"),
        table_no=declared.text("table_no"),
        edition=declared.text("edition"),
        suffixes=suffixes,
        reporters=reporters,
        span=declared.span(),
        due_days=declared.integer("due_days"),
        grace_days=declared.integer("grace_days"),
        approval=declared.one_of("approval", Approval, Approval.NONE),
        swing=_read_swing(declared.table("swing"), roster),
        level_due_days=_by_level(declared.table("level_due_days"), roster),
        cumulative=declared.flag("cumulative"),
        notes=declared.texts("notes", ()),
        excludes_below=declared.flag("excludes_below"),
        approval_no=declared.text("approval_no", ""),
        valid_until=declared.text("valid_until", ""),
        takes_supplements=declared.flag("supplements"),
        parts=tuple(
            _read_part(part, code, suffixes, reporters, roster, lists) for part in declared.tables("parts", "code")
        ),
        earlier_editions=tuple(_read_edition(each) for each in declared.tables("earlier_editions", "edition")),
    )
    declared.done()
    if form.takes_supplements and not all(part.row_key for part in form.parts):
        raise declared.fail(_("supplements = true needs a row_key in every part: rows are joined by it"), "supplements")
    _check_editions(declared, form)
    _check_unique(declared, [part.code for part in form.parts], _("part"))
    _check_unique(declared, [f"line = {field.line}" for part in form.parts for field in part.fields], _("the"))
    return form


def _read_swing(declared: Declared | None, roster: Roster) -> Swing:
    """The swing of a form; `levels` holds that of levels that have their own."""
    if declared is None:
        return Swing()
    swing = Swing(
        declared.integer("per_cent", Swing.per_cent),
        declared.integer("least", Swing.least),
        _by_level(declared.table("levels"), roster),
    )
    declared.done()
    return swing


def _by_level(declared: Declared | None, roster: Roster) -> tuple[tuple[str, int], ...]:
    """The numbers of levels that have their own."""
    if declared is None:
        return ()
    found = tuple((level, declared.integer(level)) for level in roster.levels if level in declared)
    declared.done()
    return found


def _read_edition(declared: Declared) -> FormEdition:
    edition = FormEdition(declared.text("edition"), declared.span())
    declared.done()
    return edition


def _check_editions(declared: Declared, form: Form) -> None:
    """Each earlier edition has an end, and no two are of one period."""
    spans = sorted((each.span.since, each.span.until, each.code) for each in form.earlier_editions)
    for (_since, until, code), (since, _until, later) in pairwise(spans):
        if since <= until:
            raise declared.fail(
                _("editions {code} and {later} are of the same periods").format(code=code, later=later), later
            )
    for each in form.earlier_editions:
        if each.span.until == ALWAYS.until or each.code == form.edition:
            raise declared.fail(
                _("the earlier edition {code} needs until = the last period it was for").format(code=each.code),
                each.code,
            )


def _read_part(
    declared: Declared,
    form_code: str,
    suffixes: tuple[str, ...],
    reporters: frozenset[str],
    roster: Roster,
    lists: frozenset[str],
) -> Part:
    part = Part(
        form_code=form_code,
        code=declared.name("code"),
        zh=declared.text("zh"),
        en=declared.text("en"),
        layout=declared.one_of("layout", Layout),
        rows=declared.text("rows", ""),
        suffixes=declared.texts("periods", suffixes),
        reporters=_reporters(declared, roster, reporters),
        fields=tuple(_read_field(field, roster, lists) for field in declared.tables("fields", "code")),
        row_key=declared.texts("row_key", ()),
        running=declared.texts("running", ()),
    )
    declared.done()
    _check_row_key(declared, part)
    _check_running(declared, part)
    _check_standing(declared, part)
    if part.rows not in lists:
        raise declared.fail(_("rows = {rows!r} names no list").format(rows=part.rows), "rows")
    if not set(part.suffixes) <= set(suffixes):
        raise declared.fail(
            _("part {code} is asked in periods the form does not have").format(code=part.code), "periods"
        )
    _check_unique(declared, [field.code for field in part.fields], _("field"))
    return part


def _check_row_key(declared: Declared, part: Part) -> None:
    """Rows are told apart by required fields of a ledger, which are named to the sender: nothing personal."""
    fields = {field.code: field for field in part.fields}
    for code in part.row_key:
        if part.layout is not Layout.LEDGER or code not in fields:
            raise declared.fail(
                _("row_key: {code!r} is no field of a ledger of this part").format(code=code), "row_key"
            )
        if fields[code].is_personal or not fields[code].required:
            raise declared.fail(
                _("row_key: {code!r} must be a required field that is not personal").format(code=code), "row_key"
            )


def _check_running(declared: Declared, part: Part) -> None:
    """A row that runs on is known by its key, and says nothing until something that is asked anew is filled in."""
    if not part.running:
        return
    fields = {field.code: field for field in part.fields}
    if part.rows or not part.row_key or not set(part.row_key) <= set(part.running) <= set(fields):
        raise declared.fail(_("running: the fields of a ledger without rows, its row_key among them"), "running")
    if any(fields[code].is_personal or fields[code].type is FieldType.MONEY for code in part.running):
        said = _("running: neither what is personal nor money, which is read in the unit of the cover, is filled in")
        raise declared.fail(said, "running")
    if not any(field.required for field in part.fields if field.code not in part.running):
        raise declared.fail(_("running: a required field must be left to be answered anew"), "running")


def _check_standing(declared: Declared, part: Part) -> None:
    """What stands all year is found again by its line or the key of its record, and is not left out in silence."""
    for field in part.fields:
        is_found = part.layout is Layout.INDICATOR or (
            part.known_by and field.code not in (*part.known_by, *part.running)
        )
        if field.stands_all_year and not (is_found and field.required and field.type in NUMBERS):
            said = _("stands_all_year: a required number of a line, or beside the key of a ledger with rows or running")
            raise declared.fail(said, "stands_all_year")


def _read_field(declared: Declared, roster: Roster, lists: frozenset[str]) -> Field:
    field = Field(
        code=declared.name("code"),
        line=declared.integer("line"),
        zh=declared.text("zh"),
        en=declared.text("en"),
        type=declared.one_of("type", FieldType),
        unit=declared.text("unit", ""),
        aggregate=declared.one_of("aggregate", Aggregate, Aggregate.NONE),
        required=declared.flag("required"),
        codes=declared.text("codes", ""),
        hint=declared.text("hint", ""),
        is_personal=declared.flag("personal"),
        span=declared.span(),
        allows_refunds=declared.flag("refunds"),
        never_falls=declared.flag("never_falls"),
        stands_all_year=declared.flag("stands_all_year"),
        reporters=_reporters(declared, roster, frozenset()),
        swing=declared.integer("swing") if "swing" in declared else None,
    )
    declared.done()
    if field.allows_refunds and field.type not in NUMBERS:
        raise declared.fail(_("refunds are of numbers alone"), "refunds")
    if field.reporters and field.required:
        raise declared.fail(_("reporters: a field that some are not asked is not required"), "reporters")
    if field.codes not in lists:
        raise declared.fail(_("codes = {codes!r} names no list").format(codes=field.codes), field.codes)
    if (field.type is FieldType.CODE) != bool(field.codes):
        raise declared.fail(_("field {code}: type code and codes go together").format(code=field.code), field.code)
    return field


def _reporters(declared: Declared, roster: Roster, default: frozenset[str] | None) -> frozenset[str]:
    names = declared.texts("reporters", None if default is None else tuple(default))
    for name in names:
        if name not in roster.latest and name not in roster.levels:
            raise declared.fail(_("reporter {name!r} is neither a level nor a unit code").format(name=name), name)
    return frozenset(names)


def _check_unique(declared: Declared, names: list[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise declared.fail(_("{what} {name} stands twice").format(what=what, name=name), name)
