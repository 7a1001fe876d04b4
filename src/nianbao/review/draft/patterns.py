"""How numbers are written in Chinese prose, and what looks like a number and is none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nianbao.review.draft.numerals import CHARACTERS
from nianbao.review.draft.words import DraftWords

NOUNS = {"职工": "人", "会员": "人", "群众": "人", "劳动者": "人", "农民工": "人", "企业": "家"}
"""Nouns that people use as measure words (百万职工), with the measure word they stand for."""

SAME_UNIT = NOUNS | {
    "块": "元",
    "块钱": "元",
    "人(次)": "人次",
    "场(次)": "场次",
    "期(班)": "期",
    "个百分点": "百分点",
    "个点": "百分点",
    "批次": "批",
    "审": "次",
}
"""Measure words that mean the same as another one."""

STYLES = ("at_most", "below", "at_least", "above", "near", "about", "over")
"""What is said of a number before and after it, by groups of words: `before_near` are 近 and 接近."""
OF_ANOTHER = re.compile(r"(?P<front>不到|不足|超过|突破)[^，。；、\d]{1,10}的$")
"""What is said of a number before the words of what it is of (不到上年的一半)."""
# 近 of 附近 and 最近, 约 of 节约, 超 of 赶超 say nothing of the number after them.
_NOT_AFTER = {"近": "最附远靠亲", "约": "大节签预公合契制条邀", "超": "赶高反"}
_COUNTED = "零一二两三四五六七八九十百千"
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"

# What says that a figure is larger or smaller than another and not by how much.
_MORE, _LESS = "增加|增长|增多|上升|提高|提升|扩大|回升", "减少|下降|降低|下滑|回落|缩小"
_SLIGHTLY = "略有|稍有|有所|均有|都有|略微|小幅|大幅|明显|进一步|略|也|均|都"
MOVED = (
    rf"(?:{_SLIGHTLY})?(?:(?P<more>[高多大]于|超过|超出)|(?P<less>[低少小]于|不及|不如))(?=[\u4e00-\u9fff])"
    rf"|(?:{_SLIGHTLY})?(?:(?P<grown>{_MORE})|(?P<shrunk>{_LESS}))(?=[，。；、）)]|$)"
)

# Places told in words; what asks who has one (最快的，是) belongs to it.
_ENDS = r"(?=[，。；、！）)]|的[是为]|$)"
_BEST = (
    rf"头把交椅|排头|[居列排]?(?:首位|榜首|第一位?{_ENDS})|之首{_ENDS}|居首|领跑|领先{_ENDS}|老大|登顶|夺魁|折桂|拔得头筹|独占鳌头"
    rf"|最前面|头一[名位家个]{_ENDS}"
)
_SECOND = r"次之|居次|[排居]老二|紧[随跟追]其后|(?<=[\u4e00-\u9fff])其次(?=[，。；]|是|为)"
_WORST = (
    rf"[居列排]?(?:末[位尾]|尾巴)|垫底|垫了底|殿后|敬陪末座|吊车尾"
    rf"|(?:[居列排][名在到]*)?(?:最后|末)(?:一?[名位]|面|头)?{_ENDS}"
)
_WHO = r"(?:的[，,]?)?(?:则|也|仍|还|就|要|当|只)?(?:是|为|数|属)(?![\d一二两三四五六七八九十])"

_NO_FIGURES = [
    # Days, months, years; ranges of years; times of the day.
    r"(?<!\d)\d{4}年?(?:[-—–~至到]\d{4})?年度?(?:\d{1,2}月(?:\d{1,2}日|份|底|初|末)?)?",
    r"(?<![\d.,])(?:19[4-9]|20[0-3])\d(?![\d.,万亿多余名人个家件条项元期场%])",
    r"[〇零一二三四五六七八九]{4}年",
    r"(?<!\d)(?:\d{1,2}月(?:\d{1,2}日|[份底初末]|[上中下]旬)?|[#]+月(?:[份底初末]|[上中下]旬))",
    r"\d{1,2}:\d{2}",
    r"\d+周年|\d+后(?![^。，]?[来勤])|\d+G|\d+\.0版",
    # Sums that are sayings (1+1大于2), numbers of documents, titles of documents, tables and figures, codes.
    r"\d+(?:[+×*/]\d+)+(?:大于|>|=|等于)?\d*",
    r"〔[^〕]*〕(?:第?\d+号)?|\[\d{4}\]\d+号|第?\d+号",
    r"《[^》]*》",
    r"(?:表|图|附件|附表|附图|专栏)\d+",
    r"[A-Za-z][A-Za-z.-]*\d[\w.-]*",
    # Units of measure over a table: 单位：万元, （万元）.
    r"单位[：:][^，。；、)]*|\([万亿]?(?:元|人|名|个|家|件|条|项|%)(?:/人)?\)",
    # The highest held against the lowest: neither is said of a unit.
    r"最[高多大快]的?(?:[是与和比]|相当于)最[低少小慢]的?|最[低少小慢]的?(?:[与和比])最[高多大快]的?",
    # Numbers to call.
    r"(?:拨打|热线|电话|传真|短号)[：:]?\d[\d-]{2,}|(?<!\d)\d{5}(?=职工(?:服务|维权|热线)|热线|平台)",
    # How many owe a form and have sent it.
    r"(?:应报|已报)\d+[家个]",
    # Meetings and congresses, terms of office, plans.
    r"第[#\d]+[次届](?=[^。，；]{0,9}?(?:代表大会|党代会|工代会|职代会|全会|全体会议|委员会|常委会|会议))",
    r"(?<![第#])[#]+届(?:[#]+[次中](?:、[#]+[次中])*)?",
    r"[#]+年(?:规划|行动|计划|方案)|党的[#]+大",
    # 一 as an article, and set phrases.
    r"(?<![第#])一(?:批|支|份|片|大批|大片|系列|定)|一年(?=[一两二三四][审次度届])|[#]+位(?=小数)",
    r"[×x*]\s*100%|百分之百|四舍五入|千方百计|万众一心|每(?:[百千万十]|\d+)(?=[名人个位家][^，。；、\d]{0,10}?[中里有\d])",
]
OUT_OF = (
    r"每(?P<out_of>[百千万十]|\d+)[名人个位家](?P<of>[^，。；、\d]{0,10}?)(?:[中里当][中头]?，?(?:就|约|平均)?有|$)"
)
"""What is said before a number that is a share of a round number (每百名职工中有)."""
NO_FIGURES = re.compile("|".join(_NO_FIGURES).replace("#", CHARACTERS))
PER_PERSON = re.compile(r"(?:人均|每人|每名)[^，。；、：\d]{0,8}$")
NUMBERING = re.compile(r"\s*[（(]?[\d０-９]{1,2}(?:[)）、]|[.．](?!\d(?!\d{3}年)))\s*")
"""The number of a paragraph at its beginning: 1. （2） 3、"""


def number_pattern(words: DraftWords, declared_units: Iterable[str]) -> re.Pattern[str]:
    """The pattern of a number in folded text, with the measure words of a project and the units that it declares."""
    units = sorted({*words.groups["measure"], *NOUNS, *filter(None, declared_units)}, key=len, reverse=True)
    unit = "(?!支[出付])(?:" + "|".join(map(re.escape, units)) + ")"
    before = [word for style in STYLES for word in words.groups.get(f"before_{style}", ())]
    behind = "|".join(
        sorted((word for style in STYLES for word in words.groups.get(f"behind_{style}", ())), key=len)[::-1]
    )
    fronts = "|".join(
        f"(?<![{_NOT_AFTER[word]}]){word}" if word in _NOT_AFTER else word
        for word in sorted(before, key=len, reverse=True)
    )
    return re.compile(
        rf"(?P<flat>(?:基本|大致)?(?<![坚支保])持平|(?:几乎|基本)?没有变化)"
        rf"|(?:最(?P<extreme>[多高大快猛少低小慢])|最(?P<extreme_word>[好强佳前先差弱])(?=[，。；、）)]|的[是为]|$)"
        rf"|(?P<best>{_BEST})|(?P<worst>{_WORST})|(?P<second>{_SECOND}))(?:{_WHO})?"
        rf"|(?:[居列排]|位[居列])[名在于到]?[^，。；、第\d]{{0,6}}?第(?P<rank>[{_COUNTED}]+|\d+)[位名]?"
        rf"|(?:(?<=倒数)|(?<=倒))(?P<place_last>[{_COUNTED}]+|\d+)(?:[位名]|(?=[，。；、）)]|$))"
        rf"|(?<=[、\u4e00-\u9fff])第(?P<place>[{_COUNTED}]+|\d+)(?:[位名]|(?=[，。；、）)]|$))"
        rf"|翻(?:了)?(?P<doubled>[一两二三四五六七八九])?番(?P<doubled_more>[多余]|有余)?"
        rf"|(?P<first>首)(?P<first_unit>{unit})"
        rf"|(?P<each>每年)(?=必)"
        rf"|第(?P<ordinal>[{_COUNTED}]+|\d+)(?P<ordinal_unit>{unit})"
        rf"|(?:(?P<front>{fronts})了?)?(?P<per>每人(?:每年)?|人均)?"
        rf"(?:(?<![\d.,/])(?P<low>{_ARABIC})(?P<low_scale>[万亿])?[%元]?(?:—|–|-|~|至)(?=\d))?"
        rf"(?:(?<![\d.,/])(?<!\d\+)(?P<arabic>{_ARABIC})(?![\d/+])"
        rf"|百分之(?P<percent>[{_COUNTED}]+(?:点[{_COUNTED}]+)?)"
        rf"|(?P<tenths>[一二两三四五六七八九])成(?P<half_tenth>[半一二三四五六七八九])?(?![立员果本绩效就为功长交都品熟型])"
        rf"|(?P<whole>[二三四五六七八九十])分之(?P<part>[一二三四五六七八九])(?P<bent>[强弱])?"
        rf"|(?P<half>一半|半数)"
        rf"|(?P<bare>(?<![{CHARACTERS}数几])(?:[十百千]?万|[百千]|亿)(?=(?:{unit}))(?!元))"
        rf"|(?P<characters>(?<![{CHARACTERS}第])[{_COUNTED}万亿]+))"
        rf"(?P<before>[多余](?=[十百千万亿]))?(?P<scale>万亿|万|亿|[十百千]万|千|百)?(?:(?<=\d万)(?P<rest>[1-9])千)?(?P<after>[多余])?"
        rf"(?P<unit>{unit})?(?P<unit_per>/人)?(?P<behind>{behind})?(?P<more_than>(?<=[倍年元人个家次件%成])多(?=[，。；、）)！]|$))?"
        rf"|(?P<moved>{MOVED})"
    )
