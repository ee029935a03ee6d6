"""The 24 solar terms (节气): days the sun decides, such as 清明 and 冬至. Known from 1901 to 2099, as in China."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from cnlunar.solar24 import getTheYearAllSolarTermsList

from salesapp.domain.text import Text

TERM_YEARS: Final = range(1901, 2100)
TERMS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "xiaohan": Text("Minor Cold", "小寒", "小寒", "Сяохань (малые холода)"),
        "dahan": Text("Major Cold", "大寒", "大寒", "Дахань (большие холода)"),
        "lichun": Text("Start of Spring", "立春", "立春", "Личунь (начало весны)"),
        "yushui": Text("Rain Water", "雨水", "雨水", "Юйшуй (дождевая вода)"),
        "jingzhe": Text("Awakening of Insects", "惊蛰", "驚蟄", "Цзинчжэ (пробуждение насекомых)"),
        "chunfen": Text("Spring Equinox", "春分", "春分", "Чуньфэнь (весеннее равноденствие)"),
        "qingming": Text("Qingming Festival", "清明节", "清明節", "Цинмин (День поминовения)"),
        "guyu": Text("Grain Rain", "谷雨", "穀雨", "Гуюй (хлебные дожди)"),
        "lixia": Text("Start of Summer", "立夏", "立夏", "Лися (начало лета)"),
        "xiaoman": Text("Grain Buds", "小满", "小滿", "Сяомань (малое изобилие)"),
        "mangzhong": Text("Grain in Ear", "芒种", "芒種", "Манчжун (колошение хлебов)"),
        "xiazhi": Text("Summer Solstice", "夏至", "夏至", "Сячжи (летнее солнцестояние)"),
        "xiaoshu": Text("Minor Heat", "小暑", "小暑", "Сяошу (малая жара)"),
        "dashu": Text("Major Heat", "大暑", "大暑", "Дашу (большая жара)"),
        "liqiu": Text("Start of Autumn", "立秋", "立秋", "Лицю (начало осени)"),
        "chushu": Text("End of Heat", "处暑", "處暑", "Чушу (конец жары)"),
        "bailu": Text("White Dew", "白露", "白露", "Байлу (белые росы)"),
        "qiufen": Text("Autumn Equinox", "秋分", "秋分", "Цюфэнь (осеннее равноденствие)"),
        "hanlu": Text("Cold Dew", "寒露", "寒露", "Ханьлу (холодные росы)"),
        "shuangjiang": Text("Frost’s Descent", "霜降", "霜降", "Шуанцзян (выпадение инея)"),
        "lidong": Text("Start of Winter", "立冬", "立冬", "Лидун (начало зимы)"),
        "xiaoxue": Text("Minor Snow", "小雪", "小雪", "Сяосюэ (малые снега)"),
        "daxue": Text("Major Snow", "大雪", "大雪", "Дасюэ (большие снега)"),
        "dongzhi": Text("Winter Solstice", "冬至", "冬至", "Дунчжи (зимнее солнцестояние)"),
    }
)
"""By key, in the order of the year; two in each month."""


@dataclass(frozen=True, slots=True)
class SolarTerm:
    """One of the 24 solar terms by its name in pinyin: SolarTerm("qingming") is 清明节, on 4, 5 or 6 April."""

    term: str

    def __post_init__(self) -> None:
        if self.term not in TERMS:
            close = get_close_matches(str(self.term), TERMS, n=1)
            near = f"; did you mean {close[0]!r}?" if close else f"; there is {', '.join(TERMS)}"
            raise ValueError(f"SolarTerm: there is no solar term {self.term!r}{near}")


@lru_cache(maxsize=512)
def term_in(term: SolarTerm, year: int) -> date:
    """The day of the term in that year, in China; a ValueError outside the years that are known."""
    if year not in TERM_YEARS:
        raise ValueError(f"solar terms are known from 1901 to 2099, not {year}")
    number = list(TERMS).index(term.term)
    return date(year, number // 2 + 1, getTheYearAllSolarTermsList(year)[number])
