"""A release has people behind it: previewed, signed by two roles over its bytes, released, called back."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.errors import StoreError, UsageError
from nianbao.publish.site.landing import OFFICE
from nianbao.record import Archive, Record
from nianbao.record.verify import Damage
from nianbao.runs.build import build_tables
from nianbao.runs.morning import read_morning
from nianbao.runs.propose import propose
from nianbao.runs.publish import publish, recall
from nianbao.runs.sign import proposal_and_role, sign
from nianbao.runs.signatures import sign_with, statement_of, verify_signatures
from nianbao.runs.verify import verify_home
from nianbao.runs.workspace import Workspace, open_workspace
from nianbao.settings import Home
from nianbao.terms.sign_off import Identity, SignOff
from nianbao.warehouse import issued
from tests.homes import ROOT, YEAR, release

NAME = f"work_report/{YEAR}/r2"
DAY = "2022-02-03T10:00"


@pytest.fixture
def recalled(year_copy: Home, project: Project, clock: Callable[[str], None]) -> Iterator[Workspace]:
    """The sample year with its work report called back: the next edition prints the same once more."""
    clock(DAY)
    with open_workspace(project.path, year_copy, "preview") as workspace:
        build_tables(workspace)
        recall(workspace, f"work_report/{YEAR}/r1", "表3一列串行", "办公室签发岗")
        yield workspace


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sign_both(workspace: Workspace, name: str = NAME) -> None:
    """Both roles sign, each as a user of its own."""
    for role in workspace.project.sign_off.roles:
        sign(workspace, name, role.id, Identity(f"user-{role.id}"))


def test_those_who_sign_are_told_of_the_forms_of_their_report_alone(recalled: Workspace) -> None:
    """Who is missing in a form of the work report is no concern of those who sign the audit report."""
    recall(recalled, f"audit_report/{YEAR}/r1", "表3一列串行", "办公室签发岗")
    audit, work = propose(recalled, YEAR)
    assert work.recalled == "表3一列串行"
    assert {each.form_code for each in work.absent} == {"GH06"} and not audit.absent
    assert {each.form_code for each in audit.unruled} == {"GH13"}
    assert {each.form_code for each in work.unruled}.isdisjoint({"GH13"})


def test_O5_exactly_the_bytes_that_both_signed_are_released(recalled: Workspace) -> None:
    """O5: preview, two signatures, release: the files in r2 are those that were laid down, and the ledger knows who."""
    (preview,) = propose(recalled, YEAR, ["work_report"])
    laid_down = everything(recalled.home.path / preview.proposal.path)
    waiting = publish(recalled)
    assert [each.edition for each in waiting] == [None]
    assert [line[:13] for line in waiting[0].waits_for] == ["待签发 not signed"[:13]] * 2
    sign_both(recalled)
    (done,) = publish(recalled)
    assert done.edition is not None and done.edition.name == "r2"
    assert everything(release(recalled.home, "work_report", 2)) == laid_down
    assert not (recalled.home.path / preview.proposal.path).exists()
    given = issued.sign_offs(recalled.connection, preview.proposal.manifest_sha256)
    assert [(each.role, each.signed_by, each.is_proven) for each in given] == [
        ("statistics", "user-statistics", False),
        ("office", "user-office", False),
    ]
    assert publish(recalled) == []


def test_the_page_of_the_office_shows_what_lies_before_those_who_sign(recalled: Workspace) -> None:
    """From the preview on until the release, without a night; how things stand says whom each edition waits for."""
    page = recalled.home.path / OFFICE
    (preview,) = propose(recalled, YEAR, ["work_report"])
    assert f'href="{preview.proposal.path}/index.html"' in page.read_text("utf-8")
    waiting = f"工作报告{YEAR}年第2版（{NAME}）等待统计审核岗、办公室签发岗签发"
    assert [each.text for each in read_morning(recalled).headlines if each.label == "待签发"] == [waiting]
    sign_both(recalled)
    publish(recalled)
    assert preview.proposal.path not in page.read_text("utf-8")


def test_O5_one_user_cannot_give_both_signatures(recalled: Workspace) -> None:
    """O5: the second role is refused to the user who signed in the first, and nothing is released."""
    propose(recalled, YEAR, ["work_report"])
    first = sign(recalled, NAME, "statistics", Identity("somebody"))
    assert sign(recalled, NAME, "统计审核岗", Identity("another")) == first
    with pytest.raises(UsageError, match="two people sign"):
        sign(recalled, NAME, "office", Identity("somebody"))
    assert [len(each.waits_for) for each in publish(recalled)] == [1]
    with pytest.raises(UsageError, match="no role that signs"):
        sign(recalled, NAME, "deputy", Identity("another"))
    with pytest.raises(UsageError, match="does not lie before"):
        sign(recalled, f"audit_report/{YEAR}/r2", "office", Identity("another"))


def test_O5_changed_bytes_can_be_neither_signed_nor_released(recalled: Workspace) -> None:
    """O5: a file that was changed after the preview stops both; laid down anew with the same bytes signatures hold."""
    (preview,) = propose(recalled, YEAR, ["work_report"])
    folder = recalled.home.path / preview.proposal.path
    sign(recalled, NAME, "statistics", Identity("user-1"))
    (folder / "figures.csv").write_text("indicator\n", "utf-8")
    with pytest.raises(StoreError, match=r"figures\.csv"):
        sign(recalled, NAME, "office", Identity("user-2"))
    (again,) = propose(recalled, YEAR, ["work_report"])
    assert again.proposal.manifest_sha256 == preview.proposal.manifest_sha256
    sign(recalled, NAME, "office", Identity("user-2"))
    (folder / "more.txt").write_text("more", "utf-8")
    with pytest.raises(StoreError, match=r"more\.txt"):
        publish(recalled)
    assert not release(recalled.home, "work_report", 2).exists()


def declared_otherwise(project: Project, folder: Path, changes: dict[str, tuple[str, str]]) -> Project:
    """The same project elsewhere, with one text of some of its files put otherwise, once."""
    for name, content in project.declared_files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in changes:
            before, after = changes[name]
            assert before in content.decode()
            content = content.decode().replace(before, after, 1).encode()
        path.write_bytes(content)
    return load_project(folder)


def rewrite(record: Record, said: str) -> None:
    """Turn a text of the record round and make the chain of runs whole again, as somebody could who may write there."""
    instead: tuple[str, str] | None = None
    for number in range(1, record.last_number() + 1):
        path = record.path_of(number)
        before = path.read_text("utf-8")
        after = before.replace(said, said[::-1])
        after = after.replace(*instead) if instead else after
        if after != before:
            instead = (hashlib.sha256(before.encode()).hexdigest(), hashlib.sha256(after.encode()).hexdigest())
            path.chmod(0o644)
            path.write_text(after, "utf-8")


@pytest.mark.openssh
def test_O5_a_role_with_a_key_signs_with_it_and_in_no_other_way(
    year_copy: Home, project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """O5: ssh-keygen verifies it against the declared key; a user, another key or other text do not count."""
    keys = [tmp_path / name for name in ("own", "other")]
    for key in keys:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    public = keys[0].with_suffix(".pub").read_text("utf-8").strip()
    declared = declared_otherwise(
        project, tmp_path / "p", {"reports/sign_off.toml": ("keys = []", f'keys = ["{public}"]')}
    )
    clock(DAY)
    with open_workspace(declared.path, year_copy, "preview") as workspace:
        build_tables(workspace)
        recall(workspace, f"work_report/{YEAR}/r1", "表3一列串行", "办公室签发岗")
        propose(workspace, YEAR, ["work_report"])
        statement = statement_of(*proposal_and_role(workspace, NAME, "statistics"))
        with pytest.raises(UsageError, match="signs with an SSH key"):
            sign(workspace, NAME, "statistics", Identity("user-1"))
        for key, said in ((keys[1], statement), (keys[0], statement.replace(b"/r2", b"/r3"))):
            with pytest.raises(UsageError, match="no signature of"):
                sign(workspace, NAME, "statistics", Identity("user-1", sign_with(key, said)))
        given = sign(workspace, NAME, "statistics", Identity("user-1", sign_with(keys[0], statement)))
        assert given.is_proven and given.key.startswith("SHA256:") and given.key in given.proof_zh
        with pytest.raises(UsageError, match="two people sign"):
            sign(workspace, NAME, "office", Identity("user-1"))
        sign(workspace, NAME, "office", Identity("user-2"))
        assert [each.edition.name for each in publish(workspace) if each.edition] == ["r2"]
    assert verify_home(year_copy).damages == []
    record = Record(Archive(year_copy.archive))
    assert sum(isinstance(each, SignOff) and each.is_proven for each in verify_signatures(record)) == 1
    rewrite(record, given.signature.splitlines()[2])
    (said,) = (each for each in verify_signatures(record) if isinstance(each, Damage))
    assert said.what == f"the signature of 统计审核岗 under {NAME} does not hold"


def test_O5_verify_names_a_release_that_nobody_signed(recalled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """O5: a release that was recorded past the sign-off is named with each signature that is missing."""
    propose(recalled, YEAR, ["work_report"])
    sign(recalled, NAME, "statistics", Identity("user-1"))
    monkeypatch.setattr("nianbao.runs.publish._unsigned", lambda workspace, proposal: ())
    assert [each.edition.name for each in publish(recalled) if each.edition] == ["r2"]
    said = [each.what for each in verify_signatures(recalled.record) if isinstance(each, Damage)]
    assert said == [f"the signature of 办公室签发岗 under {NAME} is missing"]


def test_O5_what_data_would_print_otherwise_is_not_released_but_on_request(recalled: Workspace) -> None:
    """O5: after the sign-off a figure moved: publish waits and says so; --as-signed releases the signed bytes."""
    (preview,) = propose(recalled, YEAR, ["work_report"])
    sign_both(recalled)
    laid_down = everything(recalled.home.path / preview.proposal.path)
    recalled.connection.execute(
        "UPDATE indicator.value SET value = value + 100000 WHERE indicator_id = 'warmth_funds' AND year = ?", [YEAR]
    )
    (waiting,) = publish(recalled)
    assert waiting.edition is None
    assert [line.partition("，")[0] for line in waiting.waits_for] == ["送签后数据有变动"]
    assert "--as-signed" in waiting.waits_for[0]
    (done,) = publish(recalled, as_signed=True)
    assert done.edition is not None and everything(release(recalled.home, "work_report", 2)) == laid_down


def test_O5_nothing_is_signed_while_a_required_text_or_block_is_open(
    year_copy: Home, project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """O5: the preview names each with its office and where to write it; sign and publish refuse."""
    changes = {
        "reports/texts.toml": ('topic = "theory"', 'topic = "nobody_wrote_of_it"'),
        "reports/blocks.toml": ('zh = "导语"', 'zh = "导语"\nrequired = true'),
    }
    declared = declared_otherwise(project, tmp_path / "p", changes)
    clock(DAY)
    with open_workspace(declared.path, year_copy, "preview") as workspace:
        workspace.connection.execute("DELETE FROM ledger.block WHERE block_id = '导语'")
        build_tables(workspace)
        (preview,) = propose(workspace, YEAR, ["work_report"])
        block, text = sorted(preview.open_required, key=lambda sentence: "理论武装" in sentence)
        assert (
            "draft/work_report-2021.docx 的〔导语〕" in block and declared.publications["work_report"].issuer in block
        )
        assert "填入 GH15" in text and "nobody_wrote_of_it" in text and "等11个单位" in text
        with pytest.raises(UsageError, match="理论武装"):
            sign(workspace, NAME, "office", Identity("user-1"))
        (waiting,) = publish(workspace)
        assert waiting.edition is None
        assert sum(each in line for line in waiting.waits_for for each in preview.open_required) == 2


def test_S15_a_reader_of_r1_learns_of_r2_and_of_a_recall(recalled: Workspace) -> None:
    """S15: r1 keeps every byte; the page and script beside it tell that it was called back, then that r2 follows."""
    shelf = release(recalled.home, "work_report", 1).parent
    r1 = everything(shelf / "r1")
    assert b"../later.js" in r1["index.html"] and b"../../later.js" in r1["figures/warmth_funds-2021.html"]
    assert later(shelf)["r1"]["text"] == "本版已撤回（2022年2月3日办公室签发岗：表3一列串行）。"
    propose(recalled, YEAR, ["work_report"])
    sign_both(recalled)
    publish(recalled)
    assert later(shelf)["r1"]["href"] == "r2/index.html" and "已由第2版更正" in later(shelf)["r1"]["text"]
    assert "r2" not in later(shelf)
    page = (shelf / "index.html").read_text("utf-8")
    assert page.index('href="r2/index.html"') < page.index('href="r1/index.html"')
    assert "统计审核岗 2022年2月3日（自报、未经证明）" in page and "表3一列串行" in page
    assert everything(shelf / "r1") == r1
    (shelf / "index.html").unlink()
    with pytest.raises(UsageError, match="no release"):
        recall(recalled, f"work_report/{YEAR}/r7", "无", "办公室签发岗")


@pytest.mark.slow
def test_O5_the_flow_waits_for_each_role_with_a_form_and_holds_no_lock(
    year_copy: Home, project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """O5: suspended with the preview for a week; a signature by form, one by command, then r2; run again it is idle."""
    clock(DAY)
    with open_workspace(project.path, year_copy, "recall") as workspace:
        recall(workspace, f"work_report/{YEAR}/r1", "表3一列串行", "办公室签发岗")
    environment = os.environ | {"PREFECT_HOME": str(tmp_path / "prefect")}
    command = [sys.executable, "-m", "tests.journeys.signing_under_prefect", str(year_copy.path), NAME]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    first, second, done, again = json.loads(run.stdout.splitlines()[-1])
    assert (again["state"], again["released"], again["recorded"]) == ("Completed", [], 0)
    assert (first["state"], second["state"], done["state"]) == ("Suspended", "Suspended", "Completed")
    assert "统计审核岗" in first["asked"] and "送签稿" in first["asked"] and "办公室签发岗" in second["asked"]
    assert 6 <= first["days"] <= 7
    assert (first["released"], second["released"], done["released"]) == ([], [], ["r2"])


def later(shelf: Path) -> dict[str, dict[str, str]]:
    """What the script beside the releases says."""
    script = re.fullmatch(r"/\* \w+ \w+ \*/\nwindow\.nianbaoLater = (.*);\n", (shelf / "later.js").read_text("utf-8"))
    assert script
    found: dict[str, dict[str, str]] = json.loads(script[1])
    return found
