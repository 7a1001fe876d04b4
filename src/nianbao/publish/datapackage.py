"""datapackage.json: what the figures of an edition mean, for programs that read Frictionless data packages."""

from __future__ import annotations

import json
from typing import Any

from nianbao.terms.document import Document

_FIELDS = (
    ("indicator", "string", "指标编码", "id of the indicator"),
    ("period", "integer", "年度", "calendar year the value is about"),
    ("scope", "string", "范围：all 为全省，其余为单位代码", "all, or the code of a unit"),
    ("section", "string", "章节", "section of the report that prints it"),
    ("value", "number", "准确值，以 unit 为单位", "exact value in the unit of measure"),
    ("unit", "string", "计量单位", "unit of measure"),
    ("printed", "string", "印出的表述", "wording as printed"),
    ("bulletin_id", "string", "通报数字编号", "id of the figure in the model bulletin, if it has one"),
    ("zh", "string", "指标名称", "name of the indicator"),
    ("coverage_reported", "integer", "已报会员工会数", "member unions that have reported what it rests on"),
    ("coverage_expected", "integer", "应报会员工会数", "member unions that owe it"),
)


def describe(document: Document, figures_sha256: str) -> str:
    """The data package of an edition's figures.csv, as JSON text."""
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": f"{document.publication.replace('_', '-')}-{document.year}-{document.edition}",
        "title": document.title,
        "description": "".join(document.notices),
        "created": f"{document.as_of.isoformat()}+08:00",
        "contributors": [{"title": document.issuer, "role": "publisher"}],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "figures",
                "path": "figures.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "hash": f"sha256:{figures_sha256}",
                "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
                "schema": {
                    "fields": [
                        {"name": name, "type": kind, "title": zh, "description": en} for name, kind, zh, en in _FIELDS
                    ],
                    "missingValues": [""],
                },
            }
        ],
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"
