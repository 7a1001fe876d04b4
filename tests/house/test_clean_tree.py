"""Nothing of the machine it was written on is in the repository."""

import re

from nianbao.catalog import load_project
from nianbao.catalog.shipped import SHARED
from tests.house.tree import ROOT, files, name, text, tracked

# Put together from pieces, so that this file does not hold what it forbids.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs.org", "npm" + "js.com", "deb." + "debian.org"]
HOMES = ["work", "farm", "root", "home", "Users"]
HOST = re.compile("|".join(map(re.escape, HOSTS)))
HOME_PATH = re.compile(rf"(?<![A-Za-z0-9_.~*-])/(?:{'|'.join(HOMES)})/[A-Za-z._]")
LOCK_FILE = re.compile(r"uv\.lock|pylock.*\.toml|poetry\.lock|Pipfile\.lock")
LEFT_OPEN = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "raise NotImplemented" + "Error"]))


def found(pattern: re.Pattern[str], *folders: str) -> list[str]:
    """Where a pattern occurs in the text files of these folders, or of the whole tree."""
    return [
        f"{name(path)}:{number} {line.strip()[:100]}"
        for path in (files(*folders) if folders else tracked())
        for number, line in enumerate((text(path) or "").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_package_registry_is_named() -> None:
    """Where packages come from is the business of who installs them."""
    assert not found(HOST)


def test_no_path_of_somebodys_machine() -> None:
    """The project works wherever it is cloned."""
    assert not found(HOME_PATH)


def test_no_lock_file_with_addresses() -> None:
    """Requirements are pinned by version and hash alone."""
    assert not [name(path) for path in tracked() if LOCK_FILE.fullmatch(path.name)]
    assert not found(re.compile(r"://|--index-url|--find-links|--extra-index"), "requirements")


def test_every_requirement_has_a_hash() -> None:
    """What is installed is what was tried."""
    for path in files("requirements", suffix=".txt"):
        pinned = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
        assert pinned
        assert not [each.splitlines()[0] for each in pinned if "==" not in each or "--hash=sha256:" not in each]


def test_nothing_is_left_open() -> None:
    """Code that is in the repository is finished; what is not is an issue."""
    assert not found(LEFT_OPEN, "src", "flows", "sql")


def test_no_file_is_large() -> None:
    """What can be produced is not in git."""
    assert not [name(path) for path in tracked() if path.stat().st_size > 3_000_000]


def test_ci_runs_lint_and_all_tests() -> None:
    """What lands has passed what a developer runs."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^make lint$", script, re.MULTILINE)
    assert re.search(r"^make test\b", script, re.MULTILINE)


OWN_WORDS = re.compile(
    r"青海|西宁|总工会|会员工会|省总|工会|全总|全省|Qinghai|[Tt]rade union|member union|province-wide"
    r"|(?i:\bgh\d\d)|QH\d{6}"
)
"""Words of one federation."""


def test_F6_the_engine_names_no_federation() -> None:
    """Not a word of one province, one kind of union or one form in src: another federation declares its own."""
    assert not [
        f"{name(path)}: {found[0]}"
        for path in files("src")
        if path.suffix in {".py", ".j2", ".css", ".js", ".typ", ".toml"}
        for found in OWN_WORDS.finditer(path.read_text(encoding="utf-8"))
    ]


def test_F6_what_every_federation_copies_names_none() -> None:
    """Shared SQL, suites and lists name no form, no level and no field of this project's forms."""
    project = load_project(ROOT)
    shared = [path for pattern in SHARED for path in ROOT.glob(pattern)]
    assert len(shared) > 30
    fields = {field.code for part in project.parts for field in part.fields if "_" in field.code}
    strings = {*fields, *project.forms, *project.roster.levels} - {"unit_code"}
    told = []
    for path in shared:
        said = path.read_text(encoding="utf-8")
        told += [f"{name(path)}: {found[0]}" for found in OWN_WORDS.finditer(said)]
        told += [f"{name(path)}: {each}" for each in re.findall(r"'(\w+)'", said) if each in strings]
    assert not told
