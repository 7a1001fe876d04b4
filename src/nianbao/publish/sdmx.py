"""figures.sdmx.csv and figures.sdmx.xml: the figures of an edition as statistical offices exchange them, in SDMX.

The CSV is SDMX-CSV 2.0; the XML is the structure message (SDMX-ML 2.1) that says what its columns and codes mean.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nianbao.catalog import Project
from nianbao.statistics.scopes import ALL
from nianbao.terms.document import Document
from nianbao.terms.figure import Figure
from nianbao.terms.year_basis import CALENDAR_YEAR, YearBasis

if TYPE_CHECKING:
    from sdmx.model import common, v21

DATA, STRUCTURE = "figures.sdmx.csv", "figures.sdmx.xml"
TOTAL = "_T"
"""What SDMX calls the total of a dimension: all units together."""

_CONCEPTS = {
    "FREQ": ("频率", "Frequency"),
    "REF_AREA": ("填报单位", "Reporting unit"),
    "INDICATOR": ("指标", "Indicator"),
    "TIME_PERIOD": ("年度", "Year"),
    "OBS_VALUE": ("数值", "Value"),
    "UNIT_MEASURE": ("计量单位", "Unit of measure"),
    "OBS_STATUS": ("数据状态", "Observation status"),
    "COVERAGE_REPORTED": ("已报单位数", "Units that have reported what the value rests on"),
    "COVERAGE_EXPECTED": ("应报单位数", "Units that owe it"),
}
_DIMENSIONS = ("FREQ", "REF_AREA", "INDICATOR")
_ATTRIBUTES = ("UNIT_MEASURE", "OBS_STATUS", "COVERAGE_REPORTED", "COVERAGE_EXPECTED")
_TYPES = {
    "TIME_PERIOD": "observationalTimePeriod",
    "OBS_VALUE": "decimal",
    "COVERAGE_REPORTED": "integer",
    "COVERAGE_EXPECTED": "integer",
}
_CODES = {
    "FREQ": ("CL_FREQ", {"A": ("年", "Annual")}),
    "OBS_STATUS": (
        "CL_OBS_STATUS",
        {"A": ("正常", "Normal value"), "O": ("没有数据", "Missing value"), "P": ("草稿", "Provisional value")},
    ),
}


@dataclass(frozen=True)
class Flow:
    """What the figures are issued as: a publication, and which edition of it."""

    id: str
    zh: str
    en: str
    year: int
    edition: str
    as_of: dt.datetime
    basis: YearBasis = CALENDAR_YEAR

    def time_period(self, year: int) -> str:
        """A year as SDMX says it: 2021, or the day on which it begins and how long it takes, 2020-10-01/P1Y."""
        return str(year) if self.basis.first_month == 1 else f"{self.basis.span(year)[0]}/P1Y"

    @property
    def number(self) -> int:
        """The number of a release, 0 for a draft."""
        return int(self.edition[1:]) if self.edition.startswith("r") else 0

    @property
    def version(self) -> str:
        """The version of everything in the structure message: code lists differ from year to year."""
        return f"{self.year}.{self.number}"


def write_document(document: Document, project: Project, folder: Path) -> None:
    """The figures that an edition prints."""
    publication = project.publications[document.publication]
    names = publication.code.upper(), publication.zh, publication.en
    flow = Flow(*names, document.year, document.edition, document.as_of)
    figures = (Figure(each.indicator_id, each.year, each.scope, each.value, each.coverage) for each in document.figures)
    write(figures, project, flow, folder)


def write(figures: Iterable[Figure], project: Project, flow: Flow, folder: Path) -> None:
    """Write data and structure; each figure once, however often it is printed."""
    import sdmx  # with pandas, half a second
    from sdmx.model import v21

    message = _structure(project, flow)
    (dataflow,) = message.dataflow.values()
    (folder / STRUCTURE).write_bytes(sdmx.to_xml(message, pretty_print=True))
    data = v21.DataSet(structured_by=dataflow.structure, described_by=dataflow)
    once = {(figure.indicator_id, figure.year, figure.scope): figure for figure in figures}
    data.add_obs([_observation(figure, project, flow) for figure in once.values()])
    # Values go through as the texts that they are: a number of the library's would be a floating one.
    sdmx.to_csv(data, path=folder / DATA, dtype=None, attributes="o")


def _observation(figure: Figure, project: Project, flow: Flow) -> v21.Observation:
    from sdmx.model import common, v21

    key = {
        "FREQ": "A",
        "REF_AREA": TOTAL if figure.scope == ALL else figure.scope,
        "INDICATOR": figure.indicator_id,
        "TIME_PERIOD": flow.time_period(figure.year),
    }
    attributes = {
        "UNIT_MEASURE": project.indicators[figure.indicator_id].unit,
        "OBS_STATUS": _status(figure.value, flow),
        "COVERAGE_REPORTED": str(figure.coverage.reported),
        "COVERAGE_EXPECTED": str(figure.coverage.expected),
    }
    return v21.Observation(
        dimension=common.Key(key),
        value=None if figure.value is None else format(figure.value, "f"),
        attached_attribute={name: common.AttributeValue(value=value) for name, value in attributes.items()},
    )


def _status(value: Decimal | None, flow: Flow) -> str:
    return "O" if value is None else "A" if flow.number else "P"


def _structure(project: Project, flow: Flow) -> Any:
    """The structure message: who says so, code lists, concepts, the structure of the data, and the flow itself."""
    from sdmx import message
    from sdmx.model import common, v21

    agency = common.Agency(id=project.federation.code, name={"zh": project.federation.zh, "en": project.federation.en})
    kept: dict[str, Any] = {
        "version": flow.version, "maintainer": agency, "is_external_reference": False, "is_final": flow.number > 0
    }  # fmt: skip
    concepts = common.ConceptScheme(id="CONCEPTS", name={"zh": "概念", "en": "Concepts"}, **kept)
    concepts.extend(common.Concept(id=name, name=_name(*said)) for name, said in _CONCEPTS.items())
    lists = {name: _code_list(code, codes, kept) for name, (code, codes) in _CODES.items()}
    lists["REF_AREA"] = _code_list("CL_UNIT", {TOTAL: ("全部单位", "All units that report")}, kept)
    lists["REF_AREA"].extend(_unit_codes(project))
    indicators = {each.id: (each.zh, each.en) for each in project.indicators.values()}
    lists["INDICATOR"] = _code_list("CL_INDICATOR", indicators, kept)
    structure = _data_structure(concepts, lists, kept)
    dataflow = v21.DataflowDefinition(id=flow.id, name=_name(flow.zh, flow.en), structure=structure, **kept)
    made = message.StructureMessage(
        header=message.Header(id=f"{flow.id}-{flow.year}-{flow.edition}", prepared=flow.as_of, sender=agency)
    )
    for each in (*lists.values(), concepts, structure, dataflow):
        made.add(each)
    return made


def _data_structure(
    concepts: common.ConceptScheme, lists: dict[str, common.Codelist], kept: dict[str, Any]
) -> v21.DataStructureDefinition:
    from sdmx.model import common, v21

    structure = v21.DataStructureDefinition(
        id="FIGURES", name=_name("年报数字", "Figures of the yearly reports"), **kept
    )
    structure.dimensions.id, structure.attributes.id = "DimensionDescriptor", "AttributeDescriptor"
    structure.measures.id = "MeasureDescriptor"

    def component(kind: type[Any], name: str, **properties: Any) -> Any:
        facet = [] if name in lists else [common.Facet(value_type=common.FacetValueType[_TYPES.get(name, "string")])]
        held = common.Representation(enumerated=lists.get(name), non_enumerated=facet)
        return kind(id=name, concept_identity=concepts[name], local_representation=held, **properties)

    for order, name in enumerate(_DIMENSIONS, start=1):
        structure.dimensions.append(component(common.Dimension, name, order=order))
    structure.dimensions.append(component(common.TimeDimension, "TIME_PERIOD", order=len(_DIMENSIONS) + 1))
    structure.measures.append(component(v21.PrimaryMeasure, "OBS_VALUE"))
    of_value = {"related_to": v21.PrimaryMeasureRelationship(), "usage_status": common.UsageStatus.mandatory}
    structure.attributes.extend(component(common.DataAttribute, name, **of_value) for name in _ATTRIBUTES)
    return structure


def _code_list(code: str, codes: dict[str, tuple[str, str]], kept: dict[str, Any]) -> common.Codelist:
    from sdmx.model import common

    made = common.Codelist(id=code, name=_name(code, code), **kept)
    made.extend(common.Code(id=key, name=_name(*said)) for key, said in codes.items())
    return made


def _unit_codes(project: Project) -> Iterator[common.Code]:
    """Every unit under the one that it belongs to."""
    from sdmx.model import common

    made = {unit.code: common.Code(id=unit.code, name=_name(unit.zh, unit.en)) for unit in project.units.values()}
    for unit in project.units.values():
        parent = made.get(unit.place_parent or unit.industry_parent)
        if parent is not None:
            made[unit.code].parent = parent
        yield made[unit.code]


def _name(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en} if en else {"zh": zh}
