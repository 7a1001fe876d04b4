"""A preview as whoever signs reads it: whether it can be signed and what moved first, then the particulars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nianbao.publish.plain import NO_CAUSE, cause_notes, day_zh, edition_zh, numbered_causes
from nianbao.terms.document import PrintedFigure, Revision
from nianbao.terms.period import Period
from nianbao.terms.preview import Preview, ToBeWritten, Unruled

_NAMED, _SHOWN = 3, 20


def preview_in_markdown(preview: Preview) -> str:
    """The verdict first, then a list of each kind that has anything, the most serious first; long ones are cut."""
    proposal = preview.proposal
    lines = [
        f"# 送签稿：{preview.title}　第{proposal.number}版（{proposal.name}）",
        f"**{_verdict(preview)}**",
        _summary(preview),
        *([f"**{preview.unfinished}**"] if preview.unfinished else []),
        f"成文日期{day_zh(proposal.dated)}；全文在 {proposal.path}。",
    ]
    for title, measure, items, way_out in _lists(preview):
        if items:
            lines.append(f"## {title}：{len(items)}{measure}")
            lines += [f"- {each}" for each in items[:_SHOWN]]
            if len(items) > _SHOWN:
                lines.append(f"- … 另有{len(items) - _SHOWN}{measure}，见 nianbao preview --json")
            lines += way_out
    lines.append(f"清单 SHA-256 {proposal.manifest_sha256}，签发的就是它所列的文件。")
    return "\n\n".join(lines).replace("\n\n- ", "\n- ") + "\n"


def _verdict(preview: Preview) -> str:
    count = len(preview.open_required)
    return f"不能签发：{count}处必写而未写。" if count else "必写的都已写，可以签发。"


def _summary(preview: Preview) -> str:
    """What moved against the release before and what is open, counted."""
    moved = [f"{len(preview.revisions)}处数字有变" if preview.revisions else "没有数字变动"] if preview.previous else []
    if preview.untrue:
        moved.append(f"其中{len(preview.untrue)}处原表述不再成立")
    if preview.texts:
        moved.append(f"{len(preview.texts)}段引用文字有变")
    recalled = f"{edition_zh(preview.previous)}已撤回（{preview.recalled}）。" if preview.recalled else ""
    against = f"{recalled}与{edition_zh(preview.previous)}相比，" if preview.previous else "第一次发布。"
    counted = (
        (len(preview.doubtful), "处表述可能不成立"),
        (len(preview.absent), "张报表未计入"),
        (len(preview.unruled), "条说明未裁定"),
        (len(preview.to_write) - len(preview.open_required), "处可写而未写"),
    )
    still = "，".join(f"{count}{said}" for count, said in counted if count) or "没有未了的事项"
    return f"{against}{'，'.join(moved)}{'。' if moved else ''}{still}。"


def _lists(preview: Preview) -> Iterator[tuple[str, str, Sequence[str], Sequence[str]]]:
    """Each kind: its heading, the measure word, the items, and what stands under them."""
    yield "必写而未写", "处", preview.open_required, ()
    yield from _moved(preview)
    texts = [
        f"{each.zh}（{each.unit_zh}）：{each.before or '新增'} → {each.after or '不再引用'}" for each in preview.texts
    ]
    yield "变动的引用文字", "段", texts, ()
    yield "可能不成立的表述", "种原因", _doubts(preview), ()
    absent = [
        f"{each.unit_zh} {Period.parse(each.period).zh} {each.form_code} {each.form_zh}：{each.status_zh}"
        for each in preview.absent
    ]
    yield "未计入的报表", "张", absent, ()
    yield "有未裁定说明的报表", "种", list(_unruled(preview.unruled)), ("逐条列出并裁定：nianbao explanations",)
    yield "可写而未写的", "类", list(_unwritten(each for each in preview.to_write if not each.is_required)), ()


def _moved(preview: Preview) -> Iterator[tuple[str, str, Sequence[str], Sequence[str]]]:
    """The figures that moved; under the last of them what they follow from, each said once."""
    numbers = numbered_causes(preview.revisions)

    def said(revision: Revision) -> str:
        causes = "、".join(f"注{numbers[each]}" for each in revision.because) or NO_CAUSE
        what = f"{revision.zh}{_of_year(preview, revision.year)}"
        return f"{revision.section}：{what} {revision.before} → {revision.after}（{causes}）"

    others = [said(each) for each in preview.revisions if each.before_holds is not False]
    notes = cause_notes(preview.revisions)
    yield "原表述不再成立", "处", [said(each) for each in preview.untrue], () if others else notes
    yield "其他有变的数字", "处", others, notes


def _doubts(preview: Preview) -> list[str]:
    """What might not be true, a line for each reason: phrases that the same missing forms leave open share one."""
    by_reason: dict[str, list[PrintedFigure]] = {}
    for each in preview.doubtful:
        by_reason.setdefault(each.doubt.replace(f"“{each.text}”", ""), []).append(each)
    named = {
        reason: [f"{each.zh}{_of_year(preview, each.year)}“{each.text}”" for each in those]
        for reason, those in by_reason.items()
    }
    return [f"{'、'.join(phrases)}：{reason}" for reason, phrases in named.items()]


def _unruled(explanations: Iterable[Unruled]) -> Iterator[str]:
    """What units explain, a line for each form: how many, whose, and one of them."""
    by_form: dict[str, list[Unruled]] = {}
    for each in explanations:
        by_form.setdefault(f"{each.form_code} {each.form_zh}", []).append(each)
    for form, those in sorted(by_form.items(), key=lambda item: -len(item[1])):
        units = list(dict.fromkeys(each.unit_zh for each in those))
        more = f"等{len(units)}个单位" if len(units) > _NAMED else ""
        yield f"{form}：{len(those)}条，{'、'.join(units[:_NAMED])}{more}，如“{those[0].explanation}”"


def _unwritten(passages: Iterable[ToBeWritten]) -> Iterator[str]:
    """What may be written, with where: those of one file share a line."""
    by_place: dict[tuple[str, str], list[str]] = {}
    for each in passages:
        name = each.zh.partition("，")[0]
        place = each.office, each.where.replace(f"〔{each.zh}〕", "〔…〕")
        by_place.setdefault(place, []).append(f"{each.section}〔{name}〕")
    yield from (f"{'、'.join(names)}：{office}，{where}" for (office, where), names in by_place.items())


def _of_year(preview: Preview, year: int) -> str:
    """The year of a figure, where it is not that of the report."""
    return "" if year == preview.proposal.year else f"（{year}年）"
