"""A quality notice 质量通报 as a document in the official layout: how it is counted, and a table for each level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from nianbao.publish.numbering import number_sections
from nianbao.terms.document import DRAFT, Document, PrintedSection, PrintedTable, TableCell
from nianbao.terms.publication import Numbering
from nianbao.terms.quality import LevelQuality, QualityNotice, UnitQuality, share_of

_NOTHING = "—"


def compose_notice(notice: QualityNotice, issuer: str, notices: tuple[str, ...]) -> Document:
    """The document, ready for the writer of Word documents; whoever issues it gives it its number and day."""
    name = "统计报送质量通报"
    sections = [
        PrintedSection("rule", "", 3, tuple((text,) for text in _opening(notice)), (), ()),
        *(_section(notice, level) for level in notice.levels),
    ]
    return Document(
        "quality", name, f"{notice.about_zh}{notice.period_zh}{name}", issuer, "", notice.year, DRAFT, notice.as_of,
        number_sections(sections, Numbering()), (), {}, notices, annexes=(),
    )  # fmt: skip


def _opening(notice: QualityNotice) -> Iterator[str]:
    rule = notice.rule
    yield f"现将{notice.period_zh}统计报表的报送质量通报如下。"
    said = "；".join(measure.said_zh for measure in rule.shown)
    yield f"{said}。未到期、延期内、因系统原因留存和待上级核准的不计。"
    order = "、再按".join(measure.zh for measure in rule.rank)
    yield (f"名次在同一层级内先按{order}排列，均相同的并列；其中一项计入的报表不足{rule.smallest}份的，不排名次。")


def _section(notice: QualityNotice, level: LevelQuality) -> PrintedSection:
    forms, rule = level.forms, notice.rule
    known = [(measure, share_of(forms, measure)) for measure in rule.shown]
    shares = "，".join(f"{measure.zh}{share.zh}" for measure, share in known if share.of)
    counts = {len(unit.forms) for unit in level.units}
    shared = Counter(unit.place for unit in level.units if unit.place)
    are_equal = shared[1] == shared.total() > 1
    columns = {
        "份数": [str(len(unit.forms)) for unit in level.units] if len(counts) > 1 else [],
        **{measure.zh: [unit.share(measure).percent_zh for unit in level.units] for measure in rule.shown},
        "不计": [str(unit.set_aside or _NOTHING) for unit in level.units]
        if any(u.set_aside for u in level.units)
        else [],
        "名次": [] if are_equal else [_place(unit, shared) for unit in level.units],
    }
    told = {head: cells for head, cells in columns.items() if set(cells) - {_NOTHING}}  # what is said above is not here
    rows = tuple(
        (unit.unit_zh, tuple(map(TableCell, cells)))
        for unit, cells in zip(level.units, zip(*told.values(), strict=True), strict=True)
    )
    note = "份数为报表的份数，其中全部或者部分不计的份数列在“不计”栏。" if "不计" in told else ""
    table = PrintedTable(f"{level.level_zh}报送质量", "", ("单位", *told), rows, note=note)
    each = f"{'每个单位' if len(level.units) > 1 else ''}应报{min(counts)}份报表，" if len(counts) == 1 else ""
    text = f"{len(level.units)}个单位，{each}{shares}。{_first(shared[1], are_equal)}"
    return PrintedSection(level.level_code, f"{level.level_zh}。", 3, ((text,),), (table,), ())


def _place(unit: UnitQuality, shared: Mapping[int, int]) -> str:
    """Its place, told as shared where others have it too."""
    if not unit.place:
        return _NOTHING
    return f"并列{unit.place}" if shared[unit.place] > 1 else str(unit.place)


def _first(units: int, are_all: bool) -> str:
    """How many share the first place; where that is everybody, nobody is told a place."""
    if are_all:
        return f"计名次的{units}个单位完全相同，不分名次。"
    return f"并列第1的{units}个。" if units > 1 else ""
