"""Reads expectations/ and sql/check/ into rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from nianbao.catalog.declared import read_text
from nianbao.catalog.reference import Codes
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.check import QUERY, SQL_RULE, Condition, Rule
from nianbao.terms.finding import Severity
from nianbao.terms.form import NUMBERS, Field, FieldType, Form, Part
from nianbao.terms.span import Span

ALL_FORMS = "*"
_HEADER = re.compile(r"--\s*(code|form|severity|says|because|since|until|across):\s*(.+)")
_RULE_KEYS = {"code", "part", "each", "severity", "type", "column", "kwargs", "says", "because", "since", "until"}
_COMPARE_KEYS = {"code", "name", "part", "severity", "compare", "when", "expected", "says", "because", "since", "until"}


@dataclass(frozen=True)
class ReadingRule:
    """What is said about something the reader itself finds."""

    code: str
    severity: Severity
    says: str
    because: str


def read_suites(folder: Path, forms: Mapping[str, Form], codes: Codes) -> tuple[Rule, ...]:
    """The rules of every suite of a folder, rules with `each` written out field by field.

    Raises:
        DeclarationError: a suite is malformed or speaks of a form, part or column that does not exist.
    """
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.yaml")):
        suite = _load(path)
        form_code = suite.get("form")
        if form_code != ALL_FORMS and form_code not in forms:
            raise DeclarationError(path, 1, _("form {form_code!r} is not declared").format(form_code=form_code))
        asked = forms.values() if form_code == ALL_FORMS else (forms[str(form_code)],)
        for item in suite.get("rules") or []:
            unknown = set(item) - (_COMPARE_KEYS if "compare" in item else _RULE_KEYS)
            if unknown:
                raise DeclarationError(
                    path, _line(path, str(item.get("code"))), _("unknown key {unknown!r}").format(unknown=unknown.pop())
                )
            rules += _expand(path, item, tuple(asked), codes)
    _refuse_twins(folder, rules)
    return tuple(rules)


def read_sql_checks(folder: Path, forms: Mapping[str, Form]) -> tuple[Rule, ...]:
    """One rule per SQL file of a folder; its header says code, form, severity, sentence and reason.

    Raises:
        DeclarationError: a header line is missing or names a form that does not exist.
    """
    return tuple(_sql_rule(path, forms) for path in sorted(folder.glob("*.sql")))


def read_reading_rules(path: Path) -> dict[str, ReadingRule]:
    """The sentences for what the reader finds, by code."""
    rules = {}
    for item in _load_list(path):
        if item.get("code") in rules:
            raise DeclarationError(
                path, _line(path, str(item["code"])), _("{code} is declared twice").format(code=item["code"])
            )
        try:
            rules[item["code"]] = ReadingRule(
                item["code"], Severity(item["severity"]), item["says"], item.get("because", "")
            )
        except (KeyError, ValueError) as error:
            raise DeclarationError(
                path, _line(path, str(item.get("code"))), _("{error} is missing or unknown").format(error=error)
            ) from error
    return rules


def read_built_suites(folder: Path) -> tuple[Rule, ...]:
    """The rules that built tables are held to; `table` is the full name, as in core.submission, or `{year}`.

    Raises:
        DeclarationError: a suite is malformed.
    """
    rules = []
    for path in sorted(folder.glob("*.yaml")):
        suite = _load(path)
        for item in suite.get("rules") or []:
            try:
                rules.append(
                    Rule(
                        name=f"{item['code']}.{suite['table']}", code=item["code"], form="", part="",
                        table=suite["table"],
                        severity=Severity.REJECT, says=item["says"], because=item["because"], type=item["type"],
                        kwargs=item["kwargs"],
                    )
                )  # fmt: skip
            except KeyError as error:
                raise DeclarationError(
                    path, _line(path, str(item.get("code"))), _("{error} is missing").format(error=error)
                ) from error
    return tuple(rules)


def _expand(path: Path, item: dict[str, Any], forms: tuple[Form, ...], codes: Codes) -> Iterator[Rule]:
    each = item.get("each")
    if each is None:
        (form,) = forms
        try:
            part = form.part(item.get("part", form.parts[0].code))
        except KeyError as error:
            raise DeclarationError(path, _line(path, item["code"]), str(error)) from error
        column = item.get("column")
        if column is not None and column not in {field.column for field in part.fields}:
            raise DeclarationError(
                path, _line(path, column), _("{table} has no column {column!r}").format(table=part.table, column=column)
            )
        if "compare" in item:
            yield _compare_rule(path, item, form, part)
        else:
            yield _rule(path, item, part, column, dict(item.get("kwargs") or {}))
        return
    if each not in _EACH:
        raise DeclarationError(
            path, _line(path, each), _("each = {each!r} is none of: {EACH}").format(each=each, EACH=", ".join(_EACH))
        )
    for form in forms:
        for part in form.parts:
            for field in filter(_EACH[each], part.fields):
                kwargs = dict(item.get("kwargs") or {})
                if each == "code":
                    if field.codes not in codes:
                        continue
                    kwargs["value_set"] = sorted({code.code for code in codes[field.codes].values()})
                rule = _rule(path, item, part, field.column, kwargs)
                # What is required is required where it is asked.
                yield replace(rule, span=field.span) if each == "required" else rule


def _is_required(field: Field) -> bool:
    return field.required


def _is_number(field: Field) -> bool:
    """Whether the field holds a number that may not be negative; one that takes refunds is none."""
    return field.type in NUMBERS and not field.allows_refunds


def _is_code(field: Field) -> bool:
    return field.type is FieldType.CODE


_EACH = {"required": _is_required, "number": _is_number, "code": _is_code}


def _rule(path: Path, item: dict[str, Any], part: Part, column: str | None, kwargs: dict[str, object]) -> Rule:
    try:
        if column is not None:
            kwargs["column"] = column
        return Rule(
            name=".".join(
                filter(None, (item["code"], part.table, column or "", _short(item["type"]), str(item.get("since", ""))))
            ),
            code=item["code"],
            form=part.form_code,
            table=part.table,
            part=part.code,
            severity=Severity(item["severity"]),
            says=_sentence(item, "says"),
            because=_sentence(item, "because"),
            type=item["type"],
            kwargs=kwargs,
            span=Span.between(str(item.get("since", "")), str(item.get("until", ""))),
        )
    except (KeyError, ValueError) as error:
        raise DeclarationError(
            path, _line(path, str(item.get("code"))), _("{error} is missing or unknown").format(error=error)
        ) from error


def _compare_rule(path: Path, item: dict[str, Any], form: Form, part: Part) -> Rule:
    """A rule that compares fields of a form; several comparisons of one rule share its sentence."""
    from nianbao.catalog.comparisons import write_query  # parsing takes a library that few commands need

    written = item["compare"] if isinstance(item["compare"], list) else [item["compare"]]
    comparisons = tuple(
        Condition(str(must), str(item.get("when", "")), str(item.get("expected", ""))) for must in written
    )
    try:
        words = frozenset(word for _, word, _, _ in Formatter().parse(_sentence(item, "says")) if word)
        query = write_query(comparisons, form, part, words)
        named = {**item, "type": SQL_RULE}
        rule = _rule(path, named, part, None, {QUERY: query})
        return replace(rule, name=f"{rule.code.replace('-', '_')}_{item['name']}", comparisons=comparisons)
    except KeyError as error:
        raise DeclarationError(
            path, _line(path, item["code"]), _("{error} is missing or unknown").format(error=error)
        ) from error
    except ValueError as error:
        raise DeclarationError(path, _line(path, f"name: {item['name']}"), str(error)) from error


def _sentence(item: Mapping[str, Any], key: str) -> str:
    text = item[key]
    if not isinstance(text, str) or not text.strip():
        raise KeyError(key)
    return text.strip()


def _sql_rule(path: Path, forms: Mapping[str, Form]) -> Rule:
    text = read_text(path)
    header = {match[1]: match[2] for line in text.splitlines() if (match := _HEADER.match(line))}
    missing = {"code", "form", "severity", "says", "because"} - header.keys()
    if missing:
        raise DeclarationError(path, 1, _("the header lacks -- {missing}: …").format(missing=sorted(missing)[0]))
    form_code = header["form"].strip()
    if form_code != ALL_FORMS and form_code not in forms:
        raise DeclarationError(path, 1, _("form {form_code!r} is not declared").format(form_code=form_code))
    if header["severity"].strip() not in set(Severity):
        line = _line(path, "-- severity:")
        raise DeclarationError(
            path,
            line,
            _("severity {severity!r} is none of: {Severity}").format(
                severity=header["severity"], Severity=", ".join(Severity)
            ),
        )
    try:
        span = Span.between(header.get("since", "").strip(), header.get("until", "").strip())
    except ValueError as error:
        raise DeclarationError(path, _line(path, "-- since:"), str(error)) from error
    if "across" in header:
        raise DeclarationError(
            path,
            _line(path, "-- across:"),
            _("nothing is said of this here: a rule sees other units where it reads known_of_all instead of known"),
        )
    part = None if form_code == ALL_FORMS else forms[form_code].parts[0]
    query = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")
    return Rule(
        name=path.stem,
        code=header["code"].strip(),
        form=form_code,
        table=part.table if part else "submission",
        part=part.code if part else "",
        severity=Severity(header["severity"].strip()),
        says=header["says"].strip(),
        because=header["because"].strip(),
        type=SQL_RULE,
        kwargs={"unexpected_rows_query": query},
        span=span,
    )


def _refuse_twins(folder: Path, rules: list[Rule]) -> None:
    names = [rule.name for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise DeclarationError(folder, 1, _("rule {name} is declared twice; merge the two").format(name=name))


def _load(path: Path) -> dict[str, Any]:
    suite = _load_yaml(path)
    if not isinstance(suite, dict):
        raise DeclarationError(path, 1, _("a suite is a mapping with form and rules"))
    return suite


def _load_list(path: Path) -> list[dict[str, Any]]:
    loaded = _load_yaml(path)
    if not isinstance(loaded, list):
        raise DeclarationError(path, 1, _("a list of rules with code, severity, says and because is expected"))
    return loaded


def _load_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise DeclarationError(path, _mark(error), _("not valid YAML: {error}").format(error=error)) from error


def _mark(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1


def _line(path: Path, needle: str) -> int:
    text = read_text(path)
    return text.count("\n", 0, max(text.find(needle), 0)) + 1


def _short(expectation_type: str) -> str:
    return expectation_type.removeprefix("expect_column_values_to_").removeprefix("expect_")
