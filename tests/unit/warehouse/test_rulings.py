"""What was ruled last about an explanation holds."""

import datetime as dt

import pytest

from nianbao.catalog import Project
from nianbao.terms.explanation import Ruling
from nianbao.warehouse.connect import insert_rows, open_memory
from nianbao.warehouse.explanations import explanations, rulings
from nianbao.warehouse.schema import LEDGER, create_schema

AT = dt.datetime(2022, 1, 16, 9)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize("later_by", [SECOND, dt.timedelta(), -SECOND])
@pytest.mark.parametrize(
    "said", [("approved", "refused"), ("refused", "approved"), ("approved", "refused", "approved")]
)
def test_T33_the_last_ruling_counts(project: Project, said: tuple[str, ...], later_by: dt.timedelta) -> None:
    """T33: also within one second, and when the clock was set back between two."""
    connection = open_memory()
    create_schema(connection, project)
    given = dict.fromkeys(LEDGER["explanation"].columns) | {
        "explanation_id": "E1", "submission_id": "QHI06-2021Q4-GH05-1", "code": "C00-8", "explanation": "属实",
        "explained_at": AT,
    }  # fmt: skip
    insert_rows(connection, "ledger.explanation", [given], LEDGER["explanation"].bare_columns)
    for number, ruling in enumerate(said):
        ruled = dict.fromkeys(LEDGER["ruling"].columns) | {
            "explanation_id": "E1", "ruling": ruling, "until": dt.date(2022, 12, 31), "ruled_by": "统计审核岗",
            "ruled_at": AT + number * later_by, "unit_code": "QHI06", "form_code": "GH05", "code": "C00-8",
            "field": None, "explanation": "属实",
        }  # fmt: skip
        insert_rows(connection, "ledger.ruling", [ruled], LEDGER["ruling"].bare_columns)
    assert [row["ruling"] for row in explanations(connection)] == [said[-1]]
    assert rulings(connection)[-1].ruling is Ruling(said[-1])
