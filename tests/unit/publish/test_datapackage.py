"""The data package says of figures.csv what is true of it."""

import csv
import hashlib
import io
import json

from nianbao.publish.datapackage import describe
from nianbao.publish.release import figures_csv
from tests.unit.publish.synthetic import document


def test_every_column_is_described_in_its_place() -> None:
    """The fields of the package are the columns of figures.csv, in their order."""
    made = document()
    package = json.loads(describe(made, ""))
    header = next(csv.reader(io.StringIO(figures_csv(made.figures))))
    assert [field["name"] for field in package["resources"][0]["schema"]["fields"]] == header


def test_the_package_vouches_for_the_bytes() -> None:
    """The hash in the package is the one of the file beside it."""
    made = document()
    digest = hashlib.sha256(figures_csv(made.figures).encode()).hexdigest()
    assert json.loads(describe(made, digest))["resources"][0]["hash"] == f"sha256:{digest}"


def test_values_keep_their_types() -> None:
    """Every value of a column that is declared a number or an integer reads as one, or is missing."""
    made = document()
    kinds = {
        field["name"]: field["type"] for field in json.loads(describe(made, ""))["resources"][0]["schema"]["fields"]
    }
    rows = list(csv.DictReader(io.StringIO(figures_csv(made.figures))))
    assert rows
    for row in rows:
        for name, text in row.items():
            if text and kinds[name] == "integer":
                int(text)
            elif text and kinds[name] == "number":
                float(text)
