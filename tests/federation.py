"""A small federation for tests of time: three cities, an indicator form and a ledger, deliveries as JSON, nights."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from nianbao.catalog import Project, load_project
from nianbao.catalog.shipped import copy_shared
from nianbao.intake.answer.receipt_json import load_receipt
from nianbao.runs.build import all_models, build_tables
from nianbao.runs.collect import Collected, collect
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.receipt import Receipt
from nianbao.warehouse import ledger, refresh
from nianbao.warehouse.connect import open_present
from tests.counting import differing_rows
from tests.homes import arrive, clock_at

OWN = Path(__file__).parent / "small"
Form = dict[str, Any]


def a01(members: int, funds: int, persons: int, note: str = "") -> Form:
    """The indicator form: members at the end of the period, funds and persons of it."""
    lines = {"A01-01": members, "A01-02": str(funds), "A01-03": persons}
    return {"edition": "2021", "lines": lines} | ({"note": note} if note else {})


def a02(*trainings: tuple[str, str, int], note: str = "") -> Form:
    """The ledger: title, day and trainees of each training."""
    records = [dict(zip(("A02-01", "A02-02", "A02-03"), each, strict=True)) for each in trainings]
    return {"edition": "2021", "records": records} | ({"note": note} if note else {})


class Federation:
    """The declared folders, which a test may change, and the home of its nights.

    Of one that is `in_part` every table is built for those alone who moved, few as they are, and held to its query.
    """

    def __init__(self, folder: Path, in_part: bool = False) -> None:
        self._in_part = in_part
        self.folder = folder / "project"
        shutil.copytree(OWN, self.folder)
        copy_shared(self.folder)
        self.home = Home(self.folder / "var")
        self.home.inbox.mkdir(parents=True)
        self._sent = 0

    @property
    def project(self) -> Project:
        """The project as it is declared now."""
        return load_project(self.folder)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a declared file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def send(self, unit: str, period: str, forms: Mapping[str, Form], at: str, name: str = "", **cover: str) -> Path:
        """Put a delivery into the inbox, with the time at which it was sent."""
        self._sent += 1
        said = {"nianbao": 1, "unit_code": unit, "period": period, "basis": "本期", "money_unit": "元"}
        path = self.home.inbox / (name or f"{unit}-{period}-{self._sent}.json")
        path.write_text(json.dumps(said | cover | {"forms": forms}, ensure_ascii=False), encoding="utf-8")
        arrive(path, dt.datetime.fromisoformat(at))
        return path

    def night(self, now: str) -> Collected:
        """Collect what is there and build the tables, where anything counts."""
        with clock_at(now), open_workspace(self.folder, self.home, "nightly") as workspace:
            collected = collect(workspace)
            if ledger.has_accepted(workspace.connection):
                with patch.object(refresh, "_PARTS", 0 if self._in_part else refresh._PARTS):
                    build_tables(workspace)
                for model in all_models(workspace.project) if self._in_part else ():
                    assert differing_rows(workspace.connection, model) == [], model.name
        return collected

    def ask(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        connection = open_present(self.home.warehouse)
        try:
            return connection.execute(query, list(given)).fetchall()
        finally:
            connection.close()

    def states(self, form: str = "A01") -> dict[str, str]:
        """The state of every submission of a form."""
        query = "SELECT submission_id, state FROM ledger.state WHERE form_code = $1 ORDER BY ALL"
        return dict(self.ask(query, form))

    def in_force(self, form: str = "A01") -> list[str]:
        """The submissions of a form that count."""
        query = "SELECT submission_id FROM ledger.in_force WHERE form_code = $1 ORDER BY 1"
        return [row[0] for row in self.ask(query, form)]

    def findings(self, submission_id: str) -> list[str]:
        """The codes of what was found about a submission, apart from what is only told."""
        query = "SELECT code FROM ledger.finding WHERE submission_id = $1 AND severity <> 'warn' ORDER BY 1"
        return [row[0] for row in self.ask(query, submission_id)]

    def value(self, indicator: str, year: int, scope: str = "all") -> Decimal | None:
        """The value of an indicator."""
        query = "SELECT value FROM indicator.value WHERE indicator_id = $1 AND year = $2 AND scope = $3"
        rows = self.ask(query, indicator, year, scope)
        return rows[0][0] if rows else None

    def receipt(self, path: Path) -> Receipt:
        """The answer to a delivery."""
        return load_receipt((self.home.outbox / f"{path.name}.回执.json").read_text(encoding="utf-8"))


def codes_of(receipt: Receipt) -> Sequence[str]:
    """The codes of what a receipt asks."""
    return sorted(each.code for each in receipt.findings if each.severity.asks)
