"""Names of the demo's customers: common ones, combined at random, so that they mean nobody; by language."""

from dataclasses import dataclass
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
    firm: str
    streets: tuple[str, ...]
    address: str
    phone: str


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
            "High Tower|Clear Spring|Golden Leaf|West Gate|Morning Star|Quiet Bay".split("|")
        ),
        trades=tuple("Foods|Machines|Packaging|Furniture|Logistics|Textiles|Electronics|Building|Printing".split("|")),
        firm="{word} {trade}",
        streets=("Station Road", "Market Street", "Garden Lane", "Park Avenue", "Mill Road", "Church Street"),
        address="{number} {street}",
        phone="+1 {area} 555 01{two}",
    ),
    "zh_Hans": Words(
        surnames=_both("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 邓 冯 韩 曹"),
        given=(
            tuple("伟 强 磊 军 勇 杰 涛 明 超 刚 平 辉 鹏 建国 志强 建华 文斌 海涛 晓东 国庆".split()),
            tuple("芳 娜 敏 静 丽 艳 娟 霞 玲 燕 红 梅 秀英 桂英 丽娟 晓燕 雪梅 婷婷 玉兰 春梅".split()),
        ),
        person="{surname}{given}",
        firm_words=tuple("青山 白云 绿洲 蓝天 清泉 红叶 金秋 晨光 长河 远帆 新苗 明月 春田 海风 松柏".split()),
        trades=tuple("机械 食品 建材 电子 物流 服装 包装 家具 印刷".split()),
        firm="{word}{trade}有限公司",
        streets=("人民路", "建设路", "解放路", "中山路", "文化路", "和平路"),
        address="{street}{number}号",
        phone="138 0000 {four}",
    ),
    "zh_Hant": Words(
        surnames=_both("陳 林 黃 張 李 王 吳 劉 蔡 楊 許 鄭 謝 郭 洪 曾 邱 廖 賴 周 徐 蘇 葉 莊 呂 江 何 蕭 羅 高"),
        given=(
            tuple("志明 俊傑 建宏 家豪 志偉 文雄 冠宇 宗翰 承恩 柏翰 志豪 信宏 明哲 建志 嘉文 國華".split()),
            tuple("淑芬 美玲 雅婷 怡君 淑惠 美惠 佳穎 詩涵 雅雯 麗華 秀英 惠美 淑娟 心怡 佩珊 玉婷".split()),
        ),
        person="{surname}{given}",
        firm_words=tuple("青山 白雲 綠洲 藍天 清泉 紅葉 金秋 晨光 長河 遠帆 新苗 明月 春田 海風 松柏".split()),
        trades=tuple("機械 食品 建材 電子 物流 服飾 包裝 家具 印刷".split()),
        firm="{word}{trade}有限公司",
        streets=("中正路", "中山路", "民生路", "復興路", "和平路", "信義路"),
        address="{street}{number}號",
        phone="0900 000 {three}",
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
            "Полевой край|Добрый сосед|Тёплый дом".split("|")
        ),
        trades=tuple("Продукты|Станки|Упаковка|Мебель|Логистика|Текстиль|Электроника|Стройка|Печать".split("|")),
        firm="ООО «{word} — {trade}»",
        streets=("ул. Мира", "Садовая ул.", "Лесная ул.", "Новая ул.", "Школьная ул.", "Центральная ул."),
        address="{street}, д. {number}",
        phone="+7 900 000 {four}",
    ),
}


def person_name(random: Random, language: str) -> str:
    """A person's full name."""
    words, sex = WORDS[language], random.randrange(2)
    return words.person.format(surname=random.choice(words.surnames)[sex], given=random.choice(words.given[sex]))


def firm_names(language: str) -> list[str]:
    """Every company's name there can be, in a fixed order."""
    words = WORDS[language]
    return [words.firm.format(word=word, trade=trade) for word in words.firm_words for trade in words.trades]


def address(random: Random, language: str) -> str:
    """A street that is everywhere, and a number."""
    words = WORDS[language]
    return words.address.format(street=random.choice(words.streets), number=random.randrange(1, 120))


def phone(number: int, language: str) -> str:
    """The demo's n-th phone number, each another one, out of ranges nobody is reached at."""
    area, two = divmod(number, 100)
    return WORDS[language].phone.format(
        area=(212, 312, 415, 617, 713, 202, 305, 404, 206, 303)[area % 10],
        two=f"{two:02}",
        three=f"{number:03}",
        four=f"{number:04}",
    )
