"""The fonts of a PDF: the official ones where they are installed, else what stands in for them."""

from __future__ import annotations

import functools
import itertools
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.publish import charts
from nianbao.publish.typeset.look import FANGSONG, HEITI, KAITI, LATIN, SONGTI, XIAOBIAOSONG

if TYPE_CHECKING:
    import typst

PACKAGED = charts.FONT
"""The font that comes with nianbao."""
REGULAR, BOLD = 400, 700
BETTER = "make fonts"
"""What installs the free fonts that look as the standard wants."""

OFFICIAL: dict[str, tuple[str, ...]] = {
    FANGSONG: ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "STFangsong"),
    KAITI: ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "STKaiti"),
    HEITI: ("黑体", "SimHei", "STHeiti"),
    XIAOBIAOSONG: ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05"),
    SONGTI: ("宋体", "SimSun", "STSong"),
    LATIN: ("Times New Roman",),
}
"""The families under which the official fonts are installed."""

STAND_INS: dict[str, tuple[tuple[str, int], ...]] = {
    FANGSONG: (("FandolFang R", REGULAR), ("Noto Serif CJK SC", REGULAR)),
    KAITI: (("FandolKai", REGULAR), ("AR PL UKai CN", REGULAR), ("Noto Serif CJK SC", REGULAR)),
    HEITI: (("FandolHei", REGULAR), ("Noto Sans CJK SC", REGULAR)),
    XIAOBIAOSONG: (("STZhongsong", REGULAR), ("Noto Serif CJK SC", BOLD), ("FandolSong", BOLD)),
    SONGTI: (("FandolSong", REGULAR), ("Noto Serif CJK SC", REGULAR), ("AR PL UMing CN", REGULAR)),
    LATIN: (("Liberation Serif", REGULAR), ("Nimbus Roman", REGULAR), ("Libertinus Serif", REGULAR)),
}
"""What stands in for each: the free fonts that come nearest, the best first. No other font of the machine is used."""

_INVISIBLE = {*range(0x20), 0x7F, 0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F), 0x2060, 0xFEFF}
_INVISIBLE |= set(range(0xFE00, 0xFE10))


@dataclass(frozen=True)
class Face:
    """A font that is there; `path` is empty for one that comes with Typst."""

    family: str
    weight: int
    path: Path | None
    index: int

    def lacks(self, characters: Iterable[str]) -> set[str]:
        """Those of the characters that it does not have."""
        has = characters_of(self.path, self.index) if self.path else frozenset()
        return {character for character in characters if ord(character) not in has}


@dataclass(frozen=True)
class ChosenFonts:
    """The face for each official font, and the faces that help out with single characters."""

    fonts: typst.Fonts
    faces: dict[str, Face]
    found: tuple[Face, ...]

    @property
    def is_packaged_only(self) -> bool:
        """Whether nothing but the packaged font is there for the running text."""
        return self.faces[FANGSONG].family == PACKAGED

    def is_told_apart(self, font: str) -> bool:
        """Whether an official font has a face of its own here, not the one that running text is set in."""
        return self.faces[font] is not self.faces[FANGSONG]

    def fallback(self, texts: Mapping[str, set[str]]) -> tuple[list[str], set[str]]:
        """The families to fall back on for the characters of each font's texts, and the characters that none has."""
        packaged = next(face for face in self.found if face.family == PACKAGED and face.weight == REGULAR)
        families = [packaged.family]
        missing: set[str] = set()
        for font, characters in texts.items():
            shown = {character for character in characters if ord(character) not in _INVISIBLE}
            missing |= packaged.lacks(self.faces[font].lacks(shown))
        for face in self.found:
            if missing and (still := face.lacks(missing)) < missing:
                families.append(face.family)
                missing = still
        return families, missing


def choose(with_installed: bool = True) -> ChosenFonts:
    """Look for the fonts; without those that are installed the packaged one serves for all."""
    fonts, found = _look(with_installed)
    faces = {font: _choose(font, found) for font in OFFICIAL}
    if faces[FANGSONG].family == PACKAGED:  # digits of another kind would look strange beside it
        faces[LATIN] = faces[FANGSONG]
    return ChosenFonts(fonts, faces, found)


def is_official(font: str, face: Face) -> bool:
    """Whether a face is the official font itself."""
    return face.family in OFFICIAL[font]


@functools.cache
def _look(with_installed: bool) -> tuple[typst.Fonts, tuple[Face, ...]]:
    import typst

    with as_file(files("noto_cjk_sans_otc")) as folder:
        fonts = typst.Fonts(include_system_fonts=with_installed, font_paths=[folder])
    known = {PACKAGED, *itertools.chain(*OFFICIAL.values()), *(name for each in STAND_INS.values() for name, _ in each)}
    found = (
        Face(each.family, each.weight, Path(each.path) if each.path else None, each.index)
        for each in fonts.fonts()
        if each.style == "normal" and each.family in known
    )
    return fonts, tuple(sorted(found, key=lambda face: (face.family, face.weight, str(face.path))))


def _choose(font: str, found: Sequence[Face]) -> Face:
    wanted = [*((family, REGULAR) for family in OFFICIAL[font]), *STAND_INS[font], (PACKAGED, REGULAR)]
    return next(face for each in wanted for face in found if (face.family, face.weight) == each)


@functools.cache
def characters_of(path: Path, index: int) -> frozenset[int]:
    """The characters of the font with this number in a file; none of a file that cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as file, TTFont(file, fontNumber=index, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (OSError, TTLibError, struct.error, KeyError, AssertionError):
        return frozenset()
