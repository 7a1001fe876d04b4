"""A draft's paragraphs are put together where they were broken, and known by their sections."""

from __future__ import annotations

from nianbao.catalog import Project
from nianbao.review.draft.reading import NOWHERE, Passage, passages, read_text

SERVICES = ("work_report", "W1.A5")


def read(project: Project, text: str) -> list[Passage]:
    """The passages of a text."""
    return passages(read_text(text), project, 2021)


def test_a_number_broken_by_a_page_is_one_number(project: Project) -> None:
    """A long line that does not end like a sentence goes on in the next."""
    (passage,) = read(
        project, "五是着力构建和谐劳动关系。全年各级工会共发放城市困难职工救助资金2,5\n\n00.00万元，切实解决实际困难。"
    )
    assert "2,500.00万元" in passage.text
    assert len(passage.starts) == 2


def test_a_heading_is_not_joined_with_what_follows(project: Project) -> None:
    """Nor is a short line, or one before a numbered paragraph."""
    found = read(project, "一、2021年工作回顾\n一年来，各项工作取得新进展。\n（一）第一项工作\n正文。")
    assert [len(passage.starts) for passage in found] == [1, 1, 1, 1]


def test_a_section_is_known_by_its_heading(project: Project) -> None:
    """It lasts until the next known heading, whether that has a line of its own or opens a paragraph."""
    found = read(
        project,
        "前言。\n五是着力构建和谐劳动关系。正文。\n下一段。\n二是另一个小标题。正文。\n（五）坚决维护劳动领域政治安全\n正文。",
    )
    safety = ("work_report", "W2.5")
    assert [passage.place for passage in found] == [NOWHERE, SERVICES, SERVICES, SERVICES, safety, safety]


def test_an_edited_heading_is_still_known(project: Project) -> None:
    """Another numbering and a word changed do not matter."""
    (passage,) = read(project, "（四）着力构建更加和谐劳动关系。正文。")
    assert passage.place == SERVICES


def test_the_markup_of_a_scanner_is_left_out(project: Project) -> None:
    """Asterisks of bold text are no part of a draft."""
    assert [paragraph.text for paragraph in read_text("## 标题\n**一是**正文。")] == ["标题", "一是正文。"]
