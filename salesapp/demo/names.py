"""Names of the demo's customers: common ones, combined at random, so that they mean nobody; by language."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """What one language's names are made of. `firms` has the places {word} and {trade}; Russian surnames come as
    pairs for men and women, as do the given names."""

    surnames: tuple[tuple[str, str], ...]
    given: tuple[tuple[str, ...], tuple[str, ...]]
    person: str
    firm_words: tuple[str, ...]
    trades: tuple[str, ...]
    firms: tuple[str, ...]
    streets: tuple[str, ...]
    address: str


def _both(names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name) for name in names.split())


WORDS: Final = {
    "en": Words(
        surnames=_both(
            "Smith Brown Jones Taylor Wilson Davis Evans Thomas Johnson Roberts Walker Wright White Hall Green Wood "
            "Hill Clark Lewis King Baker Young Allen Moore Parker Cook Bell Carter Mitchell Turner"
        ),
        given=(
            tuple("James John Robert Michael David Paul Mark Peter George Daniel Henry Jack Oliver Sam Ben".split()),
            tuple("Mary Anna Sarah Laura Emma Lucy Helen Jane Susan Kate Alice Grace Olivia Claire Ruth".split()),
        ),
        person="{given} {surname}",
        firm_words=tuple(
            "Green Hill|Blue Lake|Silver Oak|North Bridge|Red Maple|White Stone|Long River|Sunny Field|Old Mill|"
            "High Tower|Clear Spring|Golden Leaf|West Gate|Morning Star|Quiet Bay|Tall Pine|Copper Kettle|Windy Ridge|"
            "Amber Light|Round Table|Fair Haven|Stone Bridge|Early Bird|Lime Tree|Open Road|Iron Anchor|"
            "Maple Court".split("|")
        ),
        trades=tuple(
            "Foods|Machines|Packaging|Furniture|Logistics|Textiles|Electronics|Building|Printing|Tools|Paper|Glass|Seeds|"
            "Optics|Interiors|Plastics|Clinics|Hotels|Energy|Medical".split("|")
        ),
        firms=("{word} {trade}", "{word} {trade} Group", "{word} & Sons {trade}", "{word} {trade} Works"),
        streets=("Station Road", "Market Street", "Garden Lane", "Park Avenue", "Mill Road", "Church Street"),
        address="{number} {street}",
    ),
    "zh_Hans": Words(
        surnames=_both("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 邓 冯 韩 曹"),
        given=(
            tuple("伟 强 磊 军 勇 杰 涛 明 超 刚 平 辉 鹏 建国 志强 建华 文斌 海涛 晓东 国庆".split()),
            tuple("芳 娜 敏 静 丽 艳 娟 霞 玲 燕 红 梅 秀英 桂英 丽娟 晓燕 雪梅 婷婷 玉兰 春梅".split()),
        ),
        person="{surname}{given}",
        firm_words=tuple(
            "青山 白云 绿洲 蓝天 清泉 红叶 金秋 晨光 长河 远帆 新苗 明月 春田 海风 松柏 朝阳 竹林 石桥 "
            "碧湖 稻香 北辰 星河 同舟 暖阳 春雨 梧桐 秋实 云帆".split()
        ),
        trades=tuple(
            "机械 食品 建材 电子 物流 服装 包装 家具 印刷 五金 纸业 玻璃 种业 光学 装饰 塑料 门诊 酒店 "
            "能源 医疗".split()
        ),
        firms=("{word}{trade}有限公司", "{word}{trade}股份有限公司", "{word}{trade}集团", "{word}{trade}商行"),
        streets=("人民路", "建设路", "解放路", "中山路", "文化路", "和平路"),
        address="{street}{number}号",
    ),
    "zh_Hant": Words(
        surnames=_both("陳 林 黃 張 李 王 吳 劉 蔡 楊 許 鄭 謝 郭 洪 曾 邱 廖 賴 周 徐 蘇 葉 莊 呂 江 何 蕭 羅 高"),
        given=(
            tuple("志明 俊傑 建宏 家豪 志偉 文雄 冠宇 宗翰 承恩 柏翰 志豪 信宏 明哲 建志 嘉文 國華".split()),
            tuple("淑芬 美玲 雅婷 怡君 淑惠 美惠 佳穎 詩涵 雅雯 麗華 秀英 惠美 淑娟 心怡 佩珊 玉婷".split()),
        ),
        person="{surname}{given}",
        firm_words=tuple(
            "青山 白雲 綠洲 藍天 清泉 紅葉 金秋 晨光 長河 遠帆 新苗 明月 春田 海風 松柏 朝陽 竹林 石橋 "
            "碧湖 稻香 北辰 星河 同舟 暖陽 春雨 梧桐 秋實 雲帆".split()
        ),
        trades=tuple(
            "機械 食品 建材 電子 物流 服飾 包裝 家具 印刷 五金 紙業 玻璃 種苗 光學 裝潢 塑膠 診所 飯店 "
            "能源 醫療".split()
        ),
        firms=("{word}{trade}有限公司", "{word}{trade}股份有限公司", "{word}{trade}企業社", "{word}{trade}商行"),
        streets=("中正路", "中山路", "民生路", "復興路", "和平路", "信義路"),
        address="{street}{number}號",
    ),
    "ru": Words(
        surnames=tuple(
            (name, f"{name}а")
            for name in (
                "Иванов Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов Петров Волков Соловьёв Васильев "
                "Зайцев Павлов Семёнов Голубев Виноградов Богданов Воробьёв Фёдоров Михайлов Беляев Тарасов Белов "
                "Комаров Орлов Киселёв Макаров Андреев"
            ).split()
        ),
        given=(
            tuple("Александр Сергей Дмитрий Андрей Алексей Максим Иван Михаил Павел Николай Олег Виктор".split()),
            tuple("Елена Ольга Наталья Анна Мария Ирина Татьяна Светлана Юлия Екатерина Марина Вера".split()),
        ),
        person="{given} {surname}",
        firm_words=tuple(
            "Зелёный холм|Северный ветер|Белый камень|Ясный день|Золотой лист|Старая мельница|Тихая гавань|"
            "Синее озеро|Светлый путь|Новый мост|Красный клён|Утренняя звезда|"
            "Полевой край|Добрый сосед|Тёплый дом|Каменный мост|Берёзовая роща|Первый снег|Высокий берег|Янтарь|"
            "Полярный круг|Липовая аллея|Чистый ключ|Дальний путь|Лесная сказка|Речной порт|"
            "Сосновый бор|Железный якорь".split("|")
        ),
        trades=tuple(
            "Продукты|Станки|Упаковка|Мебель|Логистика|Текстиль|Электроника|Стройка|Печать|Инструмент|Бумага|Стекло|"
            "Семена|Оптика|Интерьер|Пластик|Клиника|Отель|Энергия|Медтехника".split("|")
        ),
        firms=("ООО «{word} — {trade}»", "АО «{word} — {trade}»", "ТД «{word} — {trade}»"),
        streets=("ул. Мира", "Садовая ул.", "Лесная ул.", "Новая ул.", "Школьная ул.", "Центральная ул."),
        address="{street}, д. {number}",
    ),
}


def person_name(random: Random, language: str) -> str:
    """A person's full name."""
    words, sex = WORDS[language], random.randrange(2)
    return words.person.format(surname=random.choice(words.surnames)[sex], given=random.choice(words.given[sex]))


@cache
def firm_names(language: str) -> tuple[str, ...]:
    """Every company's name there can be, in a fixed order."""
    words = WORDS[language]
    return tuple(
        firm.format(word=word, trade=trade)
        for firm in words.firms
        for word in words.firm_words
        for trade in words.trades
    )


def address(random: Random, language: str) -> str:
    """A street that is everywhere, and a number."""
    words = WORDS[language]
    return words.address.format(street=random.choice(words.streets), number=random.randrange(1, 120))


def phone(number: int, language: str) -> str:
    """The demo's n-th phone number, each another one, out of ranges nobody is reached at; "" where they are used up."""
    ways = _PREFIXES[language]
    block, rest = divmod(number, ways.block)
    if block >= len(ways.prefixes):
        return ""
    return ways.shown.format(prefix=ways.prefixes[block], rest=f"{rest:0{len(str(ways.block - 1))}}")


@dataclass(frozen=True, slots=True)
class _Phones:
    """Numbers of one language: each prefix has `block` of them."""

    shown: str
    prefixes: tuple[str, ...]
    block: int


_PREFIXES: Final = {
    "en": _Phones(
        "+1 {prefix} 555 01{rest}",  # kept free for films in every area
        tuple(
            "212 312 415 617 713 202 305 404 206 303 213 214 215 216 301 302 304 307 308 309 310 313 314 315 316 "
            "317 318 319 320 401 402 405 406 407 408 409 410 412 413 414 417 419 501 502 503 504 505 507 508 509 "
            "512 513".split()
        ),
        100,
    ),
    "zh_Hans": _Phones(
        "{prefix} 0000 {rest}",
        tuple("138 130 131 132 133 135 136 137 139 150 151 152 153 155 156 157 158 159 180 181 182 183".split()),
        10_000,
    ),
    "zh_Hant": _Phones(
        "{prefix} 000 {rest}", tuple(f"09{n:02}" for n in (0, *range(10, 40), *range(50, 60), *range(70, 80))), 1_000
    ),
    "ru": _Phones(
        "+7 {prefix} 000 {rest}",
        tuple(f"9{n:02}" for n in (0, *range(2, 7), *range(10, 20), *range(50, 54), *range(60, 69))),
        10_000,
    ),
}
