"""docs/methods/faults.md: what becomes of each known fault, as the cases that prove it say; run to write it anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nianbao.catalog import Project, load_project
from nianbao.terms.delivery import Outcome
from nianbao.terms.finding import Severity
from tests.intake import containers, sheets, texts, values
from tests.intake.faults import Case

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "methods" / "faults.md"
CASES = [case for module in (containers, sheets, values, texts) for case in module.CASES]
LAST, KEYS = 90, 104


@dataclass(frozen=True)
class Elsewhere:
    """A fault that is not a single file: what is decided, with which codes, and the tests that hold it."""

    decision: str
    codes: str
    tests: tuple[str, ...]


TITLES = dict(
    enumerate(
        (
            "File still being written", "Upload died half-way", "CSV cut mid-record or mid-character",
            "Temporary names (`.part`, `.filepart`, `~$…`)", "Same bytes under another name",
            "Same name, other bytes", "Two revisions in one night", "One unit's file in another's folder",
            "Hostile remote names", "Links, pipes, devices, folders named like workbooks",
            "Swapped between look and reading", "NFC and NFD, full and half width names", "Floods and huge files",
            "SFTP: login, host key, resets", "S3: refusals, pages, replaced objects",
            "HTTP and WebDAV: redirects, endless or short bodies", "Unmounted inbox", "Answer cannot be put back",
            "zip, rar, 7z", "Time of change in 1970 or 2099",
            "Zip bomb", "Lying sizes in headers", "Overlapping or duplicate entries", "Entity bombs",
            "External entities", "Huge `<dimension>`, two cells", "Cell at XFD1048576", "Cell in the last row",
            "ODS repeats", "Mutated .xls", "Password to open", "Sheet or structure protection", "Macros, DDE",
            "External links, connections", "Objects, pictures, comments", "Content and name do not agree",
            "Empty file, one byte, noise", "Odd but valid packages (no styles, strict, prefixed)",
            "Too many sheets, styles, columns; long cell", "Path traversal inside the package",
            "Formula without a result", "Stale result of a formula", "Formula where a constant is asked",
            "Error values", "1904 dates", "Spellings of dates", "Date with time or zone", "Merged cells",
            "Hidden rows and columns", "Hidden sheets", "Renamed or reordered sheets",
            "Moved, added, missing, repeated headers and lines", "Old edition of a form", "Total rows among data",
            "Notes and signatures below a table", "Codes that lost digits", "Number stored as text",
            "Blank or all-zero forms",
            "Full-width digits", "Thousands separators", "`1_000`, `1e3`, `nan`, `²` …", "`-`, `/`, 无, blank",
            "`(5)`, `5%`, kinds of minus", "Chinese numerals", "元 and 万元", "Unit of measure glued to a number",
            "Exact sums", "Overflow, negative, fractions of persons", "Invisible characters and blanks",
            "Variants of characters in names", "Rare characters, bidi and control marks", "Check digits of codes",
            "Same unit twice; another's counties", "Unit unknown or named otherwise", "Wrong, future or closed period",
            "Parts do not sum; swings",
            "Byte order marks", "GB18030 without a label", "Big5 and the like", "Mixed encodings",
            "Decoding before reading", "Line ends CR, CRLF, LF", "NUL byte", "Quotes", "Ragged rows", "Delimiters",
            "Declared number of rows", "JSON that is not strict", "JSON outside the schema",
            "Text that begins like a formula",
        ),
        start=1,
    )
) | {KEYS: "Keys run together"}  # fmt: skip

FOLDER, NAMES, COLLECT = (f"tests/intake/sources/test_{name}.py" for name in ("folder", "names", "collecting"))
SFTP, S3, WEB, DAV = (f"tests/intake/sources/test_{name}.py" for name in ("sftp", "s3", "web", "webdav"))
REPEATED, WITHDRAWING = "tests/intake/test_repeated_faults.py", "tests/journeys/test_withdrawing.py"
ALONE = "left alone"
ELSEWHERE = {
    1: Elsewhere(ALONE, "", (f"{FOLDER}::test_a_growing_file_is_left_alone",
                             f"{FOLDER}::test_a_marked_file_is_complete_and_an_unmarked_one_is_not")),
    4: Elsewhere(f"{ALONE}; told by `status` after an hour", "",
                 (f"{FOLDER}::test_temporary_names_are_left_alone",
                  f"{FOLDER}::test_what_long_stands_unfinished_is_told",
                  f"{COLLECT}::test_what_is_still_being_written_stands_in_status")),
    5: Elsewhere("duplicate: not entered again", "",
                 (f"{REPEATED}::test_last_years_file_under_a_new_name_is_a_duplicate",)),
    6: Elsewhere("accepted: the later replaces, both are kept; after the days of grace sent back unless it corrects",
                 "C00-2, C00-6",
                 (f"{COLLECT}::test_the_same_name_with_other_bytes_is_a_new_delivery",
                  f"{REPEATED}::test_what_never_came_in_time_cannot_be_sent_twice_to_be_taken")),
    7: Elsewhere("accepted: the one that arrived later counts", "C00-2",
                 (f"{REPEATED}::test_of_two_revisions_in_one_night_the_later_counts",)),
    8: Elsewhere("held", "WRONG_SENDER", (f"{COLLECT}::test_a_workbook_of_another_unit_is_not_accepted",)),
    9: Elsewhere("accepted: a name is data, the answer lies under a cleaned one", "",
                 (f"{NAMES}::test_a_hostile_name_leads_nowhere", f"{FOLDER}::test_a_file_of_any_name_is_taken")),
    10: Elsewhere(f"{ALONE}; alarm", "NOT_REGULAR", (f"{FOLDER}::test_what_is_no_regular_file_is_refused_and_said",)),
    11: Elsewhere(ALONE, "", (f"{FOLDER}::test_a_file_swapped_for_a_link_is_not_followed",)),
    12: Elsewhere("warning", "NAME_VARIANT", (f"{REPEATED}::test_a_name_that_only_looks_like_another_is_told",)),
    13: Elsewhere("quarantined, or left for the next run with an alarm", "TOO_LARGE, FLOOD",
                  (f"{FOLDER}::test_a_huge_file_is_kept_in_its_beginning_only",
                   f"{FOLDER}::test_a_flood_is_taken_in_portions")),
    14: Elsewhere("that source stops, or is asked again; alarm", "HOST_KEY, LOGIN, UNREACHABLE",
                  (f"{SFTP}::test_a_changed_host_key_stops_the_source",
                   f"{SFTP}::test_a_wrong_password_is_not_tried_again",
                   f"{SFTP}::test_a_connection_that_breaks_off_is_tried_again")),
    15: Elsewhere("asked again only when the store is ill; alarm", "LOGIN, UNREACHABLE",
                  (f"{S3}::test_only_a_store_that_is_ill_is_asked_again", f"{S3}::test_every_page_of_a_listing_is_read",
                   f"{S3}::test_an_object_replaced_in_between_is_left_for_the_next_run")),
    16: Elsewhere("refused, or left for the next run; alarm", "REFUSED_ADDRESS, COMPRESSED, TOO_LARGE",
                  (f"{WEB}::test_a_redirect_leads_only_to_declared_hosts",
                   f"{WEB}::test_an_endless_body_is_cut_off", f"{WEB}::test_a_body_that_is_too_short_is_not_kept",
                   f"{DAV}::test_an_endless_listing_is_cut_off")),
    17: Elsewhere("that source stops; alarm, exit code 74", "INBOX_GONE",
                  (f"{FOLDER}::test_an_unmounted_inbox_is_an_alarm",)),
    18: Elsewhere("alarm; sent by the next run", "NO_RECEIPT",
                  (f"{COLLECT}::test_an_answer_that_could_not_be_sent_back_is_sent_by_the_next_run",)),
    20: Elsewhere("warning", "CLOCK", (f"{REPEATED}::test_a_time_of_change_that_cannot_be_is_told",
                                       f"{FOLDER}::test_a_time_of_change_that_cannot_be_is_no_arrival")),
    KEYS: Elsewhere("accepted: digests are of structures, not of joined texts", "",
                    (f"{REPEATED}::test_what_a_form_says_is_not_run_together",)),
}  # fmt: skip

_HEAD = "| case | fault | codes | decision | tests |\n|---|---|---|---|---|\n"


def page(project: Project) -> str:
    """The whole page: what people wrote, around the table as the tests say it."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_HEAD)
    rows = "".join(f"| {' | '.join(row)} |\n" for row in _rows(project))
    return f"{before}{_HEAD}{rows}{rest[rest.index(chr(10) * 2) + 1 :]}"


def _rows(project: Project) -> Iterator[tuple[str, ...]]:
    severities = _severities(project)
    for number, title in TITLES.items():
        own = [case for case in CASES if case.number == number]
        told = list(dict.fromkeys(_decision(case, severities) for case in own))
        codes = list(dict.fromkeys(code for case in own for code in case.codes))
        tests = [f"`case-{number}`" + (f" × {len(own)}" if len(own) > 1 else "")] if own else []
        if number in ELSEWHERE:
            other = ELSEWHERE[number]
            told.append(other.decision)
            codes += [other.codes] if other.codes else []
            tests += [f"`{name.rpartition('::')[2]}`" for name in other.tests]
        yield str(number), title, ", ".join(codes), "; ".join(told), ", ".join(tests)


def _decision(case: Case, severities: Mapping[str, set[Severity]]) -> str:
    if case.outcome is Outcome.QUARANTINED:
        return "quarantined"
    if case.outcome is Outcome.ACCEPTED:
        return "warning" if case.codes else "accepted"
    waits = all(severities[code] == {Severity.EXPLAIN} for code in case.codes)
    return "sent back for a reason" if waits else "sent back"


def _severities(project: Project) -> dict[str, set[Severity]]:
    found = {code: {rule.severity} for code, rule in project.reading_rules.items()}
    for rule in project.rules:
        found.setdefault(rule.code, set()).add(rule.severity)
    return found


def missing_tests() -> list[str]:
    """The tests named here that do not exist."""
    named = [name for each in ELSEWHERE.values() for name in each.tests]
    return [name for name in named if name.rpartition("::")[2] not in _functions(ROOT / name.partition("::")[0])]


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


if __name__ == "__main__":
    PAGE.write_text(page(load_project(ROOT)), encoding="utf-8")
