"""What the people of the demo are called, drive and say, in each language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Model:
    """A car of the make: its name, price in whole units of the house's currency, and the trims it comes in."""

    name: str
    price: int
    trims: Sequence[str]


@dataclass(frozen=True, slots=True)
class Words:
    """One language: names are put together as "family given", or "given family" where that is the custom."""

    family: Sequence[str]
    given: Sequence[str]
    family_first: bool
    models: Sequence[Model]
    colours: Sequence[str]
    place: str
    plate: str  # each # is a digit
    phone: str  # as above, and reached by nobody
    routes: Sequence[str]
    rivals: Sequence[str]
    needs: Sequence[str]
    demands: Sequence[str]
    accessories: Sequence[str]
    liked: Sequence[str]
    remarks: Sequence[str]
    complaints: Sequence[str]
    answers: Sequence[str]

    def number(self, n: int) -> str:
        """The n-th phone number, each another one."""
        digits = iter(f"{n:0{self.phone.count('#')}}")
        return "".join(next(digits) if sign == "#" else sign for sign in self.phone)

    def name(self, random: Random) -> str:
        """Somebody."""
        family, given = random.choice(self.family), random.choice(self.given)
        return f"{family}{given}" if self.family_first else f"{given} {family}"


def _models(names: Sequence[str], prices: Sequence[int], trims: Sequence[str]) -> tuple[Model, ...]:
    return tuple(Model(name, price, trims) for name, price in zip(names, prices, strict=True))


_YUAN: Final = (129_800, 169_800, 219_800, 246_800)

SIMPLE: Final = Words(
    tuple("王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗"),
    (
        "晓东",
        "雨桐",
        "建军",
        "思远",
        "丽华",
        "志强",
        "欣怡",
        "海燕",
        "浩然",
        "敏",
        "俊杰",
        "玉兰",
        "子涵",
        "国栋",
        "静怡",
    ),
    True,
    _models(("极光 3", "极光 5", "极光 7 SUV", "极光 E 纯电"), _YUAN, ("舒适型", "豪华型", "旗舰型")),
    ("珍珠白", "曜石黑", "星空灰", "海湾蓝", "宝石红"),
    "一号展厅",
    "沪A#####",
    "183 0000 ####",
    ("滨江环线", "城区拥堵路段", "高架加速路段"),
    ("比亚迪 汉", "丰田 凯美瑞", "大众 帕萨特", "特斯拉 Model 3"),
    ("一家四口，周末常跑高速", "每天通勤 40 公里，在意油耗", "父母同住，后排要宽", "小区能装充电桩，考虑电车"),
    ("希望送全车膜和脚垫，月底前提车", "旧车置换要给到 6 万", "首付三成，分三年", "保险自己买，要两次免费保养"),
    ("全车隔热膜", "全包围脚垫", "行车记录仪", "后备箱垫"),
    ("起步平顺，隔音好", "方向盘轻，停车方便", "座椅舒服，视野好", "加速有力"),
    ("同城另一家便宜五千", "家人坚持买电车", "预算临时减少", "等不及三周后到车"),
    ("右后门异响", "导航黑屏两次", "送的脚垫尺寸不对", "上牌等了两周还没消息"),
    ("已预约周四到店检查，免费处理", "升级系统后正常，已电话说明", "补寄新脚垫，当天寄出"),
)
TRADITIONAL: Final = Words(
    tuple("王李張劉陳楊趙黃周吳徐孫馬朱胡林郭何高羅"),
    (
        "曉東",
        "雨桐",
        "建軍",
        "思遠",
        "麗華",
        "志強",
        "欣怡",
        "海燕",
        "浩然",
        "敏",
        "俊傑",
        "玉蘭",
        "子涵",
        "國棟",
        "靜怡",
    ),
    True,
    _models(("極光 3", "極光 5", "極光 7 SUV", "極光 E 純電"), _YUAN, ("舒適型", "豪華型", "旗艦型")),
    ("珍珠白", "曜石黑", "星空灰", "海灣藍", "寶石紅"),
    "一號展間",
    "ABC-####",
    "0979 000 ###",
    ("河濱環線", "市區塞車路段", "快速道路加速"),
    ("Toyota Camry", "Honda CR-V", "Mazda 3", "Tesla Model 3"),
    ("一家四口，週末常跑高速公路", "每天通勤 40 公里，在意油耗", "與父母同住，後座要寬", "社區可裝充電樁，考慮電動車"),
    ("希望送隔熱紙和腳踏墊，月底前交車", "舊車折價希望高一點", "頭期款三成，分三年", "保險自己買，要兩次免費保養"),
    ("隔熱紙", "立體腳踏墊", "行車記錄器", "後車廂墊"),
    ("起步平順，隔音好", "方向盤輕，好停車", "座椅舒服，視野好", "加速有力"),
    ("另一家比較便宜", "家人堅持買電動車", "預算臨時減少", "等不及三週後到車"),
    ("右後門異音", "導航黑屏兩次", "送的腳踏墊尺寸不對", "領牌等了兩週沒消息"),
    ("已預約週四到店檢查，免費處理", "更新系統後正常，已電話說明", "補寄新腳踏墊，當天寄出"),
)
RUSSIAN: Final = Words(
    ("Петренко", "Шевчук", "Кравец", "Мельник", "Ким", "Бондарь", "Гайдар", "Шульга", "Коваль", "Ткач", "Лысенко"),
    ("Анна", "Пётр", "Мария", "Олег", "Елена", "Тимур", "Дина", "Артём", "Ольга", "Руслан", "Ирина", "Денис"),
    False,
    _models(
        ("Аврора 3", "Аврора 5", "Аврора 7 SUV", "Аврора E электро"),
        (1_890_000, 2_490_000, 3_290_000, 3_690_000),
        ("Комфорт", "Люкс", "Престиж"),
    ),
    ("белый перламутр", "чёрный", "серый металлик", "синий", "красный"),
    "Салон 1",
    "А###ВС 16",
    "+7 968 000 ####",
    ("Круг по набережной", "Городские пробки", "Разгон на объездной"),
    ("Haval Jolion", "Chery Tiggo 7", "Lada Vesta", "Geely Monjaro"),
    (
        "Семья из четырёх человек, по выходным трасса",
        "40 км в день до работы, важен расход",
        "Живут с родителями, сзади должно быть просторно",
        "Есть место для зарядки, думает об электро",
    ),
    (
        "Плёнка и коврики в подарок, забрать до конца месяца",
        "За старую машину хочет больше",
        "Взнос 30 %, кредит на три года",
        "Страховка своя, два ТО бесплатно",
    ),
    ("Тонировка", "Объёмные коврики", "Видеорегистратор", "Коврик в багажник"),
    ("Плавно трогается, тихо в салоне", "Лёгкий руль, удобно парковаться", "Удобные сиденья", "Хорошо ускоряется"),
    ("У другого дилера дешевле", "Семья настояла на электромобиле", "Бюджет урезали", "Не захотел ждать три недели"),
    ("Скрипит задняя дверь", "Дважды гас экран навигации", "Коврики не подошли", "Две недели нет номеров"),
    ("Записали на четверг, сделаем бесплатно", "После обновления всё работает", "Отправили новые коврики"),
)
ENGLISH: Final = Words(
    ("Harper", "Walsh", "Mercer", "Doyle", "Kerr", "Lindqvist", "Novak", "Okafor", "Patel", "Sandoval", "Whitlock"),
    ("Anna", "Peter", "Maya", "Oscar", "Helen", "Tim", "Dina", "Arthur", "Olive", "Ruben", "Irene", "Dennis"),
    False,
    _models(
        ("Aurora 3", "Aurora 5", "Aurora 7 SUV", "Aurora E electric"),
        (23_900, 31_500, 41_900, 46_500),
        ("Comfort", "Luxury", "Prestige"),
    ),
    ("pearl white", "black", "metallic grey", "blue", "red"),
    "Showroom 1",
    "KX## VBD",
    "+1 5#3 555 01##",
    ("Round along the river", "Town traffic", "Ring road"),
    ("Toyota Camry", "Volkswagen Passat", "Kia Sportage", "Tesla Model 3"),
    (
        "Family of four, motorway at weekends",
        "Commutes 40 km a day, minds the fuel",
        "Parents live with them, needs room in the back",
        "Can charge at home, thinks of electric",
    ),
    (
        "Wants mats and film on top, delivery this month",
        "Wants more for the old car",
        "30 % down, three years",
        "Own insurance, two services free",
    ),
    ("Window film", "All-weather mats", "Dash camera", "Boot liner"),
    ("Smooth and quiet", "Light steering, easy to park", "Comfortable seats, good view", "Strong acceleration"),
    ("Cheaper elsewhere in town", "The family wanted electric", "The budget was cut", "Would not wait three weeks"),
    ("A rear door rattles", "The navigation went dark twice", "The mats do not fit", "No plates after two weeks"),
    ("Booked for Thursday, free of charge", "Works since the update", "New mats sent the same day"),
)
WORDS: Final[Mapping[str, Words]] = {"zh_Hans": SIMPLE, "zh_Hant": TRADITIONAL, "ru": RUSSIAN, "en": ENGLISH}
