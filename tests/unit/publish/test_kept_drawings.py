"""Drawings that are kept: what they are held against, and how many there are."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.publish.charts import keep_drawings, kept, to_svg
from nianbao.terms.document import PrintedChart
from tests.unit.publish.synthetic import charts

BARS, PARTS, PAIRS = charts()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[PrintedChart]:
    """The charts for which the engine was asked."""
    asked: list[PrintedChart] = []

    def draw(chart: PrintedChart) -> str:
        asked.append(chart)
        return to_svg(chart)

    monkeypatch.setattr(kept, "to_svg", draw)
    return asked


def test_a_kept_drawing_is_what_is_drawn_anew(drawn: list[PrintedChart], tmp_path: Path) -> None:
    """Each night draws what it draws through the same folder; the engine is asked once for each chart."""
    for _night in range(3):
        assert [keep_drawings(tmp_path / "drawings")(chart) for chart in charts()] == [*map(to_svg, charts())]
    assert drawn == list(charts())


def test_a_chart_that_shows_something_else_is_drawn(drawn: list[PrintedChart], tmp_path: Path) -> None:
    """Another value, unit or finding is another drawing; what stands beside a drawing is no part of it."""
    point, *rest = BARS.points
    others = [replace(BARS, points=(replace(point, value=point.value + 1), *rest)), replace(BARS, finding="有所上升")]
    draw = keep_drawings(tmp_path)
    assert [draw(chart) for chart in (BARS, *others)] == [to_svg(chart) for chart in (BARS, *others)]
    assert drawn == [BARS, *others]
    assert draw(replace(BARS, title="另一题")) == to_svg(replace(BARS, title="另一题"))
    assert drawn == [BARS, *others]


def test_another_version_draws_anew(drawn: list[PrintedChart], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another engine or font drew is not taken for what these draw."""
    keep_drawings(tmp_path)(BARS)
    monkeypatch.setattr(kept, "version", lambda library: f"next {library}")
    keep_drawings(tmp_path)(BARS)
    assert drawn == [BARS, BARS]


def test_a_torn_drawing_is_drawn_anew(drawn: list[PrintedChart], tmp_path: Path) -> None:
    """A power cut may leave half a file."""
    whole = keep_drawings(tmp_path)(BARS)
    (path,) = tmp_path.iterdir()
    path.write_text(whole[: len(whole) // 2], "utf-8")
    assert keep_drawings(tmp_path)(BARS) == whole == path.read_text("utf-8")
    assert drawn == [BARS, BARS]


def test_the_drawings_used_last_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder does not grow without end, and what pages still show is not what goes."""
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    draw = keep_drawings(tmp_path)
    names: dict[str, str] = {}
    for age, chart in ((3000, BARS), (2000, PARTS)):
        before = set(tmp_path.iterdir())
        draw(chart)
        (path,) = set(tmp_path.iterdir()) - before
        names[chart.kind] = path.name
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    draw(BARS)
    draw(PAIRS)
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == 2
    assert names[BARS.kind] in left
    assert names[PARTS.kind] not in left
