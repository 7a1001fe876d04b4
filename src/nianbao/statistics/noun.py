"""What a number counts, and the wording of the two together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nianbao.statistics.numerals import decimals

TEN_THOUSAND = 4
HUNDRED_MILLION = 8
SCALES = {0: "", TEN_THOUSAND: "万", HUNDRED_MILLION: "亿"}


@dataclass(frozen=True)
class Wording:
    """A number as it is printed, the style it took, and the interval of the values of which that is true.

    A bound that is None is open without end.
    """

    text: str
    style: str
    low: Decimal | None
    high: Decimal | None
    low_closed: bool
    high_closed: bool

    def is_true_of(self, value: Decimal) -> bool:
        """Whether the wording may be said of this value."""
        over_low = self.low is None or value > self.low or (self.low_closed and value == self.low)
        under_high = self.high is None or value < self.high or (self.high_closed and value == self.high)
        return over_low and under_high

    @property
    def true_for(self) -> str:
        """The interval as it is written: `(120000,130000)`; a bound that is open without end is left out."""
        low, high = ("" if bound is None else format(bound.normalize(), "f") for bound in (self.low, self.high))
        return f"{'[' if self.low_closed else '('}{low},{high}{']' if self.high_closed else ')'}"


def is_true_for(interval: str, value: Decimal) -> bool:
    """Whether a value lies in an interval as `Wording.true_for` writes it."""
    low, _, high = interval[1:-1].partition(",")
    least, most = Decimal(low) if low else None, Decimal(high) if high else None
    return Wording("", "", least, most, interval[0] == "[", interval[-1] == "]").is_true_of(value)


@dataclass(frozen=True)
class Noun:
    """The word after a numeral and the words before it (每人 of 每人80元), and how its numerals are printed."""

    word: str
    before: str
    is_money: bool
    is_percent: bool
    is_audit: bool

    @classmethod
    def of(cls, unit: str, classifier: str | None, publication_style: str) -> Noun:
        """The noun of a unit of measure, or of the classifier that stands for it.

        Raises:
            ValueError: the publication style is neither work nor audit.
        """
        if publication_style not in ("work", "audit"):
            raise ValueError(f"publication style {publication_style!r} is neither work nor audit")
        money, _, per = unit.partition("/")
        is_money = money.endswith("元") and money != "单元"
        before = f"每{per}" if is_money and per else ""
        noun = classifier or (money if is_money else unit)
        return cls(noun, before, is_money, unit == "%", publication_style == "audit")

    def power(self, numeral: Decimal) -> int:
        """The scale of a round numeral, as a power of ten: 亿 or 万 where one decimal is enough, else 万 for money.

        The audit report keeps to 万, so that its figures can be compared.
        """
        if self.is_percent or abs(numeral) < 10**TEN_THOUSAND:
            return 0
        for power in (TEN_THOUSAND,) if self.is_audit else (HUNDRED_MILLION, TEN_THOUSAND):
            if abs(numeral) >= 10**power and decimals(numeral.normalize().scaleb(-power)) <= 1:
                return power
        return TEN_THOUSAND if self.is_money else 0

    def print(self, shown: Decimal, power: int = 0, places: int | None = None) -> str:
        """The digits of a numeral, with so many decimals, and its 万 or 亿; the audit report parts the thousands."""
        decimal_places = "" if places is None else f".{places}"
        return format(shown, f"{',' if self.is_audit else ''}{decimal_places}f") + SCALES[power]

    def scaled(self, numeral: Decimal) -> str:
        """A round numeral in the digits and the scale that suit it."""
        power = self.power(numeral)
        return self.print(numeral.normalize().scaleb(-power), power)
