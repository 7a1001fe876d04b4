"""datapackage.json: what the data of an edition mean, for programs that read Frictionless data packages."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nianbao.terms.document import Document

Fields = tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class About:
    """What a package says of itself."""

    name: str
    title: str
    description: str
    issuer: str
    as_of: dt.datetime


_FIGURES: Fields = (
    ("indicator_id", "string", "指标编码", "id of the indicator"),
    ("year", "integer", "年度", "year the value is about"),
    ("scope", "string", "范围：all 为全部单位，其余为单位代码", "all, or the code of a unit"),
    ("section", "string", "章节", "section of the report that prints it"),
    ("value", "number", "准确值，以 unit 为单位", "exact value in the unit of measure"),
    ("unit", "string", "计量单位", "unit of measure"),
    ("printed", "string", "印出的表述", "wording as printed"),
    ("true_for", "string", "该表述成立的数值区间", "interval of the values of which the wording is true"),
    ("bulletin_id", "string", "通报数字编号", "id of the figure in the model bulletin, if it has one"),
    ("zh", "string", "指标名称", "name of the indicator"),
    ("reported", "integer", "已报单位数", "units that have reported what it rests on"),
    ("asked", "integer", "应报单位数", "units that owe it"),
)
_REVISIONS: Fields = (
    ("zh", "string", "指标名称", "name of the indicator"),
    ("year", "integer", "年度", "year the value is about"),
    ("section", "string", "章节", "section of the report that prints it"),
    ("before", "string", "原印文", "what the release before printed"),
    ("after", "string", "现印文", "what is printed now"),
    ("before_holds", "string", "原印文对现值是否仍成立", "whether what was printed is true of the value now: yes, no"),
    ("submissions", "string", "所依据的报送（原 → 现）", "submissions that it follows from, before and now"),
)
_TEXTS: Fields = (
    ("key", "string", "编号", "id of the text in every format of the edition"),
    ("text_id", "string", "文字编码", "id of the declared text"),
    ("zh", "string", "文字名称", "name of the declared text"),
    ("section", "string", "章节", "section of the report that quotes it"),
    ("text", "string", "原文", "the text to the letter"),
    ("unit_code", "string", "报送单位代码", "code of the unit that reported it"),
    ("unit_zh", "string", "报送单位", "name of the unit that reported it"),
    ("period", "string", "报告期", "period of the form"),
    ("said_on", "date", "收到日期", "day on which it arrived"),
    ("submission_id", "string", "报送", "submission that it stands in"),
    ("file", "string", "文件", "file as it arrived"),
    ("sha256", "string", "文件校验码", "SHA-256 of the file"),
    ("sheet", "string", "工作表", "sheet"),
    ("cell", "string", "单元格", "cell"),
)
_SDMX: Fields = (
    ("STRUCTURE", "string", "结构类型", "kind of the structure: dataflow"),
    ("STRUCTURE_ID", "string", "结构", "the dataflow, with agency and version; defined in figures.sdmx.xml"),
    ("ACTION", "string", "操作", "I: information"),
    ("FREQ", "string", "频率", "frequency, a code"),
    ("REF_AREA", "string", "填报单位，_T 为全部", "reporting unit, a code; _T is all of them"),
    ("INDICATOR", "string", "指标", "indicator, a code"),
    ("TIME_PERIOD", "string", "年度", "the year the value is about"),
    ("OBS_VALUE", "number", "准确值", "exact value in the unit of measure"),
    ("UNIT_MEASURE", "string", "计量单位", "unit of measure"),
    ("OBS_STATUS", "string", "数据状态", "observation status, a code"),
    ("COVERAGE_REPORTED", "integer", "已报单位数", "units that have reported what it rests on"),
    ("COVERAGE_EXPECTED", "integer", "应报单位数", "units that owe it"),
)
_SET: Fields = (
    ("indicator_id", "string", "指标编码", "id of the indicator"),
    ("year", "integer", "年度", "year the value is about, by its basis"),
    (
        "year_basis",
        "string",
        "年度口径",
        "calendar: January to December; statistics: October of the year before to September",
    ),
    ("first_day", "date", "起", "first day of the year"),
    ("last_day", "date", "止", "last day of the year"),
    ("scope", "string", "范围：all 为全部单位，其余为单位代码", "all, or the code of a unit"),
    ("value", "number", "准确值，以 unit 为单位", "exact value in the unit of measure"),
    ("unit", "string", "计量单位", "unit of measure"),
    ("zh", "string", "指标名称", "name of the indicator"),
    ("section", "string", "章节", "section of the report that prints it"),
    ("publication", "string", "报告", "report that prints it"),
    ("reported", "integer", "已报单位数", "units that have reported what it rests on"),
    ("asked", "integer", "应报单位数", "units that owe it"),
    ("reported_by", "string", "由谁报送", "where no counted unit owes it: the units that reported it"),
    ("not_available", "string", "无数原因", "why there can be no value on this basis"),
)
EDITION = {
    "figures": ("figures.csv", _FIGURES),
    "figures-sdmx": ("figures.sdmx.csv", _SDMX),
    "revisions": ("revisions.csv", _REVISIONS),
    "texts": ("texts.csv", _TEXTS),
}
FIGURE_SET = {"figures": ("figures.csv", _SET), "figures-sdmx": ("figures.sdmx.csv", _SDMX)}
_FILES = {
    "figures-sdmx-structure": ("figures.sdmx.xml", "application/vnd.sdmx.structure+xml;version=2.1"),
    "analysts-file": ("nianbao.duckdb", "application/vnd.duckdb"),
}


def describe_edition(document: Document, folder: Path) -> str:
    """The data package of the data in an edition's folder; the report itself (HTML, Word, workbook) says what it is."""
    name = f"{document.publication.replace('_', '-')}-{document.year}-{document.edition}"
    about = About(
        name, document.title, "".join((*document.notices, document.unfinished)), document.issuer, document.as_of
    )
    return describe(about, folder, EDITION)


def describe(about: About, folder: Path, tables: Mapping[str, tuple[str, Fields]]) -> str:
    """The data package of a folder, as JSON text: of the tables and files for programs, those that are there."""
    resources = [_table(name, folder / file, fields) for name, (file, fields) in tables.items()
                 if (folder / file).exists()]  # fmt: skip
    resources += [_file(name, folder / file, kind) for name, (file, kind) in _FILES.items() if (folder / file).exists()]
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": about.name,
        "title": about.title,
        "description": about.description,
        "created": f"{about.as_of.isoformat()}+08:00",
        "contributors": [{"title": about.issuer, "role": "publisher"}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _file(name: str, path: Path, mediatype: str) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "profile": "data-resource",
        "name": name,
        "path": path.name,
        "format": path.suffix[1:],
        "mediatype": mediatype,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _table(name: str, path: Path, fields: Fields) -> dict[str, Any]:
    described = [{"name": column, "type": kind, "title": zh, "description": en} for column, kind, zh, en in fields]
    return _file(name, path, "text/csv") | {
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {"fields": described, "missingValues": [""]},
    }
