"""The sample year through the flows that are scheduled: workbooks in, two nights, releases that two roles sign.

With a later year as argument, the years before it come in with it.
"""

import datetime as dt
import logging
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console

from flows import ROOT
from flows.server import RunServer
from nianbao.catalog import Project, load_project
from nianbao.clock import OVERRIDE
from nianbao.language import _
from nianbao.publish.pdf.fonts import BETTER, PACKAGED, choose
from nianbao.publish.release import Edition
from nianbao.runs.build import build_tables
from nianbao.runs.collect import Collected
from nianbao.runs.decide import approve, list_to_approve
from nianbao.runs.drafts import write_drafts
from nianbao.runs.sign import sign
from nianbao.runs.take_over import take_over
from nianbao.runs.workspace import open_workspace, open_workspace_to_read
from nianbao.sample.correction import LateCorrection, correct_after_release
from nianbao.sample.make import make_sample
from nianbao.sample.office import fill_blocks, read_office
from nianbao.settings import Home
from nianbao.statistics.reporting import forms_of_years, not_reported
from nianbao.terms.sign_off import Identity
from nianbao.terms.status import Status, words_of_code

FIRST_YEAR = 2021
YEAR = int(sys.argv[1]) if __name__ == "__main__" and sys.argv[1:] else FIRST_YEAR
HOME = Home(ROOT / "var" / "demo")
FIRST_NIGHT, SECOND_NIGHT = dt.datetime(YEAR + 1, 1, 16, 1), dt.datetime(YEAR + 1, 1, 26, 1)
CORRECTED, THIRD_NIGHT, REVISED = (dt.datetime(YEAR + 1, 2, day, hour) for day, hour in ((10, 15), (11, 1), (12, 10)))
OFFICE_HOURS, ISSUED = SECOND_NIGHT.replace(hour=15), SECOND_NIGHT + dt.timedelta(hours=32)
LATE = LateCorrection("QH632800", f"{YEAR}Q2", "GH05", "main", "warmth_funds", CORRECTED, add=23_000)

console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Two nights and a release, told as they happen."""
    started = time.monotonic()
    server = RunServer()  # it gets ready while the workbooks are written
    shutil.rmtree(HOME.path, ignore_errors=True)
    project = load_project(ROOT)
    until = FIRST_NIGHT.date() - dt.timedelta(days=1)
    with console.status(_("writing workbooks as the units would send them")):
        deliveries = [
            delivery
            for year in range(FIRST_YEAR, YEAR + 1)
            for delivery in make_sample(project, year, HOME.inbox, sent_by=until)
        ]
    years = "、".join(map(str, range(FIRST_YEAR, YEAR + 1)))
    say_head(_("Synthetic data of {years}").format(years=years))
    senders = len({delivery.unit_code for delivery in deliveries})
    lie = _("{files} files of {units} units lie in {folder}")
    say(lie.format(files=len(deliveries), units=senders, folder=shown(HOME.inbox)))
    with server:
        from flows.nightly import nightly  # brings Prefect: seconds that the server needs anyway
        from flows.publish import publish

        logging.getLogger("prefect.flow_runs").setLevel(logging.WARNING)  # what runs say is told here
        say_head(_("The first night, {day}").format(day=FIRST_NIGHT.date()))
        say_collected(at(FIRST_NIGHT, nightly).collected)
        with console.status(_("writing what is sent afterwards")):
            make_sample(project, YEAR, HOME.inbox, sent_after=until)
        say_head(_("The second night, {day}, after corrections and the late units").format(day=SECOND_NIGHT.date()))
        say_collected(at(SECOND_NIGHT, nightly).collected)
        say_head(_("The office fills the blocks of the drafts in Word"))
        let_office_write(project)
        editions = issue(project, publish, ISSUED)
        say_completeness(project)
        say_editions(editions)
        taken_in = _("A correction arrives after the release, and the night of {day} takes it in")
        say_head(taken_in.format(day=THIRD_NIGHT.date()))
        say(f"  {shown(correct_after_release(project, YEAR, HOME.inbox, LATE))}")
        say_collected(at(THIRD_NIGHT, nightly).collected)
        revised = issue(project, publish, REVISED)
        say_editions(revised)
    say_next((revised or editions)[-1])
    say("\n" + _("{seconds} s").format(seconds=f"{time.monotonic() - started:.0f}"))


def at(now: dt.datetime, flow: Any) -> Any:
    """Run a flow as if it were then."""
    os.environ[OVERRIDE] = now.isoformat()
    with console.status(_("running the Prefect flow {name}").format(name=flow.name)):
        return flow(ROOT, HOME.path, YEAR)


def issue(project: Project, publish: Any, now: dt.datetime) -> list[Edition]:
    """Lay down what changed, let both roles of the sample sign it, and release it.

    The two users are those of the sample: without keys they are declared and not proven, and told so.
    """
    say_head(_("What changed is laid before the two roles that sign"))
    for each in at(now, publish):
        with open_workspace(project.path, HOME, "sign") as workspace:
            for role in project.sign_off.roles:
                signed = sign(workspace, each.proposal.name, role.id, Identity(f"sample-{role.id}"))
                say(f"  {each.proposal.name} {role.zh}：{signed.signed_by}，{signed.proof_zh}")
    return [each.edition for each in at(now, publish) if each.edition]


def let_office_write(project: Project) -> None:
    """Edit the drafts as the office does, and take its words over; nothing else of the documents is read."""
    writing = read_office(ROOT / "samples" / str(YEAR))
    os.environ[OVERRIDE] = OFFICE_HOURS.isoformat()
    with open_workspace(project.path, HOME, "draft") as workspace:
        approve(workspace, [each.standing.submission_id for each in list_to_approve(workspace)], "海北州总工会审核岗")
        build_tables(workspace)
        write_drafts(workspace, YEAR)
    for code in project.publications:
        word = HOME.releases / str(YEAR) / code / "draft" / f"{code}-{YEAR}.docx"
        edited = fill_blocks(word, writing, HOME.path / f"{code}-{YEAR}-edited.docx")
        with open_workspace(project.path, HOME, "take_over") as workspace:
            taken = take_over(workspace, edited, writing.by)
        say(f"  {shown(edited)}: {'、'.join(each.block_id for each in taken)}")


def say_collected(collected: Collected) -> None:
    """What came in, and what was not accepted and why, each in one line."""
    for line in collected.summary:
        say(line)
    for row in collected.not_accepted:
        what = words_of_code(row["decision"] or row["outcome"]).zh
        more = f"（共{row['findings']}条）" if row["findings"] > 1 else ""
        say(f"  {row['file_name']}  {row['form_code'] or ''} {what}  {row['first_finding'] or ''}{more}")


def say_completeness(project: Project) -> None:
    """Who was late and who is missing."""
    with open_workspace_to_read(project.path, HOME) as workspace:
        today = SECOND_NIGHT.date()
        forms, absent = (
            forms_of_years(workspace.connection, today, [YEAR]),
            not_reported(workspace.connection, today, [YEAR]),
        )
    due, on_time = (sum(row[column] for row in forms) for column in ("units_due", "units_on_time"))
    say_head(_("Who has reported"))
    say(_("{due} submissions were due, {on_time} came on time").format(due=f"{due:,}", on_time=f"{on_time:,}"))
    together: dict[tuple[str, str, str], list[str]] = {}
    for row in absent:
        together.setdefault((row["status"], row["short_zh"], row["period"]), []).append(row["form_code"])
    for (status, unit, period), codes in sorted(together.items()):
        say(f"  {Status(status).zh}  {unit} {period}: {', '.join(codes)}")


def say_editions(editions: list[Edition]) -> None:
    """How many figures the releases print, and where they are."""
    figures = sum(edition.figures for edition in editions)
    say_head(_("Released: {figures} figures, each traceable to its cells").format(figures=figures))
    if choose().is_packaged_only:
        packaged = _("  All of the PDF is in {packaged}: {better} brings fonts like the official ones")
        say(packaged.format(packaged=PACKAGED, better=BETTER))
    for edition in editions:
        say(f"  {edition.summary}")
        for path in [edition.path / "index.html", *sorted(edition.path.glob(f"{edition.publication}-*"))]:
            say(f"    {shown(path)}")


def say_next(edition: Edition) -> None:
    """Three commands worth trying."""
    program = shown(Path(sys.executable).with_name("nianbao"))
    home = shown(HOME.path)
    say_head(_("Try next"))
    say(f"  {program} explain warmth_funds --year {YEAR} --home {home}")
    say(f"  {program} status --year {YEAR} --home {home}")
    say(f"  xdg-open {shown(edition.path / 'index.html')}")


def say_head(text: str) -> None:
    """A heading."""
    console.print(f"\n{text}", style="bold", markup=False)


def say(text: str) -> None:
    """A line."""
    console.print(text, markup=False)


def shown(path: Path) -> str:
    """A path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    main()
    from flows.steps import leave

    leave(0)
