"""The process of a car deal: nine stages, from the first contact to the days after delivery."""

from salesapp.plugin_api import DealView, LostReason, Process, Stage, Text

from . import gates, steps
from .fields import FIELDS

KEY = "automotive.showroom"


def _stage(key: str, label: Text, goal: Text, probability: int, longest: int, **more: object) -> Stage:
    return Stage(key=key, label=label, goal=goal, probability=probability, longest_stay_days=longest, **more)  # type: ignore[arg-type]


def behind(deal: DealView | None, due: str) -> Text | None:
    """The stage an open deal still stands in while what is done belongs to the stage `due`; None where it is there."""
    order = [each.key for each in STAGES]
    if deal is None or deal.state != "open" or deal.stage not in order[: order.index(due)]:
        return None
    return STAGES[order.index(deal.stage)].label


STAGES = (
    _stage(
        "development",
        Text("Customer development", "客户开发", "客戶開發", "Поиск клиентов"),
        Text(
            "They agree to come and see us.",
            "让客户愿意到店。",
            "讓客戶願意到店。",
            "Клиент согласен приехать в салон.",
        ),
        5,
        7,
        key_steps=steps.DEVELOPMENT,
        to_leave=(gates.INVITED,),
    ),
    _stage(
        "reception",
        Text("Reception", "展厅接待", "展間接待", "Приём в салоне"),
        Text(
            "They feel welcome, and we may call them.",
            "让客户放松，并留下联系方式。",
            "讓客戶放鬆，並留下聯絡方式。",
            "Клиенту у нас хорошо, и нам можно позвонить.",
        ),
        10,
        3,
        key_steps=steps.RECEPTION,
    ),
    _stage(
        "consultation",
        Text("Consultation", "需求咨询", "需求諮詢", "Консультация"),
        Text(
            "Know who buys what for, and by when.",
            "弄清谁买、买来做什么、什么时候买。",
            "釐清誰買、買來做什麼、什麼時候買。",
            "Понять, кто покупает, зачем и когда.",
        ),
        20,
        7,
        key_steps=steps.CONSULTATION,
        to_leave=(gates.NEED_KNOWN,),
    ),
    _stage(
        "presentation",
        Text("Product presentation", "产品介绍", "產品介紹", "Презентация"),
        Text("They have picked a car.", "客户选定一款车。", "客戶選定一款車。", "Клиент выбрал автомобиль."),
        30,
        7,
        key_steps=steps.PRESENTATION,
        to_leave=(gates.PICKED,),
    ),
    _stage(
        "test_drive",
        Text("Test drive", "试乘试驾", "試乘試駕", "Тест-драйв"),
        Text(
            "They have felt that it is their car.",
            "让客户亲身感受这就是他的车。",
            "讓客戶親身感受這就是他的車。",
            "Клиент почувствовал, что это его машина.",
        ),
        50,
        7,
        key_steps=steps.TEST_DRIVE,
        to_leave=(gates.DRIVEN,),
    ),
    _stage(
        "negotiation",
        Text("Negotiation", "报价协商", "報價協商", "Переговоры"),
        Text(
            "Price and terms that both sides like.",
            "价格和条件谈到双方满意。",
            "價格和條件談到雙方滿意。",
            "Цена и условия, которые нравятся обоим.",
        ),
        65,
        7,
        key_steps=steps.NEGOTIATION,
        to_enter=(gates.DEMANDS_KNOWN,),
    ),
    _stage(
        "closing",
        Text("Closing", "签约成交", "簽約成交", "Договор"),
        Text(
            "Contract signed, deposit received.",
            "签好合同，收到定金。",
            "簽好合約，收到訂金。",
            "Договор подписан, аванс получен.",
        ),
        80,
        7,
        key_steps=steps.CLOSING,
        to_enter=(gates.TIME_GIVEN,),
        to_leave=(gates.SIGNED,),
    ),
    _stage(
        "delivery",
        Text("Delivery", "交车", "交車", "Выдача"),
        Text(
            "The car is handed over on time, without a flaw.",
            "准时交车，车况完美。",
            "準時交車，車況完美。",
            "Автомобиль выдан вовремя и без изъяна.",
        ),
        95,
        30,
        key_steps=steps.DELIVERY,
        to_leave=(gates.DELIVERED,),
    ),
    _stage(
        "follow_up",
        Text("Follow-up", "售后跟踪", "售後追蹤", "Сопровождение"),
        Text(
            "A happy driver who sends us friends.",
            "客户用车满意，愿意介绍朋友。",
            "客戶用車滿意，願意介紹朋友。",
            "Довольный водитель, который приводит друзей.",
        ),
        100,
        14,
        key_steps=steps.AFTER,
    ),
)

LOST_REASONS = (
    LostReason("price", Text("Price", "价格", "價格", "Цена")),
    LostReason("rival", Text("Chose another make", "选了竞品", "選了競品", "Выбрал другую марку")),
    LostReason(
        "other_dealer", Text("Bought from another dealer", "在别家店购车", "在別家店購車", "Купил у другого дилера")
    ),
    LostReason("stock", Text("Not in stock in time", "无现车", "無現車", "Нет в наличии")),
    LostReason("finance", Text("Loan not granted", "贷款未批", "貸款未核准", "Не дали кредит")),
    LostReason(
        "put_off", Text("Buys later or not at all", "推迟或放弃购车", "延後或放棄購車", "Отложил или передумал")
    ),
    LostReason("service", Text("Not content with us", "对服务不满意", "對服務不滿意", "Не понравилось у нас")),
    LostReason("unreachable", Text("Cannot be reached", "联系不上", "聯絡不上", "Не выходит на связь")),
)

SHOWROOM = Process(
    key="showroom",
    label=Text("Car sale", "汽车销售", "汽車銷售", "Продажа автомобиля"),
    stages=STAGES,
    lost_reasons=LOST_REASONS,
    fields=FIELDS,
    lost_needs_yes=True,
    lost_asks=("rival", "remark"),
    lost_needs_call=True,
)
