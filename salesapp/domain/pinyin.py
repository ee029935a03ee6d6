"""How Chinese names sound, without tones: a cache over pypinyin, which is slow to ask and slow to load."""

import os
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Final

_PERSON_NAME: Final = range(2, 5)

_SURNAMES: Final = {
    "万俟": "mo qi", "尉迟": "yu chi", "尉遲": "yu chi", "单于": "chan yu", "單于": "chan yu",
    "长孙": "zhang sun", "長孫": "zhang sun", "澹台": "tan tai", "澹臺": "tan tai", "令狐": "ling hu",
    "宰父": "zai fu", "亓官": "qi guan", "单": "shan", "單": "shan", "曾": "zeng", "仇": "qiu", "解": "xie",
    "查": "zha", "任": "ren", "区": "ou", "區": "ou", "盖": "ge", "蓋": "ge", "朴": "piao", "覃": "qin",
    "缪": "miao", "繆": "miao", "宓": "fu", "冼": "xian", "洗": "xian", "种": "chong", "召": "shao",
    "员": "yun", "員": "yun", "折": "she", "黑": "he", "秘": "bi", "祭": "zhai", "句": "gou", "繁": "po",
    "乐": "yue", "樂": "yue", "翟": "zhai", "阚": "kan", "闞": "kan", "卜": "bu", "訾": "zi", "逄": "pang",
    "隗": "wei", "过": "guo", "柏": "bai", "车": "che", "車": "che", "那": "na", "谌": "chen", "諶": "chen",
    "晁": "chao", "俞": "yu", "於": "yu", "哈": "ha", "尹": "yin", "臧": "zang", "郇": "xun", "貟": "yun",
    "幺": "yao", "乜": "nie",
}  # fmt: skip
"""Characters that sound otherwise as a surname; two-character surnames are tried first."""

_WORDS: Final = {
    "银行": "yin hang", "銀行": "yin hang", "总行": "zong hang", "總行": "zong hang", "分行": "fen hang",
    "支行": "zhi hang", "商行": "shang hang", "行业": "hang ye", "行業": "hang ye", "车行": "che hang",
    "車行": "che hang", "重庆": "chong qing", "重慶": "chong qing", "厦门": "xia men", "廈門": "xia men",
    "会计": "kuai ji", "會計": "kuai ji", "音乐": "yin yue", "音樂": "yin yue", "乐器": "yue qi",
    "樂器": "yue qi", "西藏": "xi zang", "空调": "kong tiao", "空調": "kong tiao", "六安": "lu an",
    "蚌埠": "beng bu", "番禺": "pan yu", "人参": "ren shen", "人參": "ren shen", "院长": "yuan zhang",
    "院長": "yuan zhang", "校长": "xiao zhang", "校長": "xiao zhang", "董事长": "dong shi zhang",
    "董事長": "dong shi zhang", "店长": "dian zhang", "店長": "dian zhang", "会长": "hui zhang",
    "會長": "hui zhang", "部长": "bu zhang", "部長": "bu zhang", "藏医": "zang yi", "藏醫": "zang yi",
    "成长": "cheng zhang", "成長": "cheng zhang", "增长": "zeng zhang", "增長": "zeng zhang",
    "朝阳": "chao yang",
}  # fmt: skip
"""Words whose characters sound otherwise than alone, as companies and places use them."""

_HEADS: Final = frozenset(word[0] for word in _WORDS)

_CHARACTERS: Final = {"长": "chang", "長": "chang", "都": "du", "晟": "sheng", "翟": "zhai", "圳": "zhen"}
"""Where pypinyin's first choice is rarely the one in a name."""


@lru_cache(maxsize=65536)
def readings(run: str, *, person: bool) -> tuple[tuple[str, ...], ...]:
    """The ways to read a run of Chinese characters, as syllables; a person's name also by its surname."""
    ordinary = _syllables(run)
    surname = _surname(run) if person and len(run) in _PERSON_NAME else ""
    if not surname:
        return (ordinary,) if ordinary else ()
    size = 2 if run[:2] in _SURNAMES else 1
    named = (*surname.split(), *_syllables(run[size:]))
    return tuple(dict.fromkeys((named, ordinary)))


def _surname(run: str) -> str:
    return _SURNAMES.get(run[:2]) or _SURNAMES.get(run[0], "")


def _syllables(run: str) -> tuple[str, ...]:
    if _HEADS.isdisjoint(run):
        return tuple(chain.from_iterable(map(_sound, run)))
    found: list[str] = []
    position = 0
    while position < len(run):
        size = 1
        if run[position] in _HEADS:
            size = next((n for n in (3, 2) if run[position : position + n] in _WORDS), 1)
        piece = run[position : position + size]
        found += _WORDS[piece].split() if size > 1 else _sound(piece)
        position += size
    return tuple(found)


@lru_cache(maxsize=32768)
def _sound(character: str) -> tuple[str, ...]:
    """One syllable, or none for a character nobody listed."""
    sound = _CHARACTERS.get(character) or _ask()(character)
    return (sound,) if sound.isascii() and sound.isalpha() else ()


@lru_cache(maxsize=1)
def _ask() -> Callable[[str], str]:
    """pypinyin, loaded at the first Chinese name: without its phrases 41 ms and 11 MB, with them ten times that."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    return lambda character: str(lazy_pinyin(character)[0])
