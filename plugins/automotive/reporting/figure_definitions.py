"""The figures of the showroom, in the order of a customer's way: their names, and in words what they count."""

from typing import Final

from salesapp.plugin_api import Text

from ..showroom import KEY
from . import figure_cases, matter_cases
from .figure import Figure
from .figure_cases import WITHIN

LEVELS: Final = {
    key: Text(f"level {key.upper()}", f"{key.upper()} 级", f"{key.upper()} 級", f"уровень {key.upper()}")
    for key in figure_cases.LEVELS
}
JUDGED: Final = {key: LEVELS[key] for key in WITHIN}
FIGURES: Final[tuple[Figure, ...]] = (
    Figure(
        "visits",
        Text("Visits", "到店量", "到店量", "Визиты"),
        Text(
            "How often somebody was entered in the register of the showroom, by the time they came.",
            "展厅登记的到店次数，按到店时间统计。",
            "展間登記的到店次數，依到店時間統計。",
            "Сколько раз посетителей записали в журнал салона, по времени прихода.",
        ),
        figure_cases.visits,
        "count",
    ),
    Figure(
        "filed",
        Text("Filed", "留档率", "留檔率", "Оставили контакт"),
        Text(
            "Of first visits in this time, those of which a customer is on file.",
            "本期首次到店中已建立客户档案的比例。",
            "本期首次到店中已建立客戶檔案的比例。",
            "Доля первых визитов за период, после которых клиент занесён в базу.",
        ),
        figure_cases.first_visits,
    ),
    Figure(
        "again",
        Text("Came again", "二次到店率", "二次到店率", "Пришли снова"),
        Text(
            "Of customers whose first visit lies in this time, those who came again, then or later.",
            "本期首次到店的客户中，之后再次到店的比例。",
            "本期首次到店的客戶中，之後再次到店的比例。",
            "Доля клиентов с первым визитом за период, которые пришли ещё раз, тогда или позже.",
        ),
        figure_cases.second_visits,
    ),
    Figure(
        "driven",
        Text("Test drives", "试驾率", "試駕率", "Тест-драйвы"),
        Text(
            "Of deals first received in this time, those with a test drive taken.",
            "本期首次接待的商机中，完成试驾的比例。",
            "本期首次接待的商機中，完成試駕的比例。",
            "Доля сделок с первым приёмом за период, по которым был тест-драйв.",
        ),
        figure_cases.driven,
    ),
    Figure(
        "bought",
        Text("Closed", "成交率", "成交率", "Купили"),
        Text(
            "Of deals first received in this time, those won, or open with a contract that stands.",
            "本期首次接待的商机中，已成交，或跟进中且合同有效的比例。",
            "本期首次接待的商機中，已成交，或跟進中且合約有效的比例。",
            "Доля сделок с первым приёмом за период, которые выиграны или открыты с действующим договором.",
        ),
        figure_cases.bought,
    ),
    Figure(
        "lost",
        Text("Lost", "战败率", "戰敗率", "Проиграно"),
        Text(
            "Of deals won or lost in this time, those lost for this reason.",
            "本期已结束的商机中，因该原因战败的比例。",
            "本期已結束的商機中，因該原因戰敗的比例。",
            "Доля сделок, завершённых за период, которые проиграны по этой причине.",
        ),
        figure_cases.decided,
        "parts",
        lambda reads: reads.lost_reasons(KEY),
    ),
    Figure(
        "level_days",
        Text("Days at a level", "级别停留天数", "等級停留天數", "Дней на уровне"),
        Text(
            "How many days deals had this level, the middle one of those that left it in this time.",
            "本期离开该级别的商机在该级别停留的天数（中位数）。",
            "本期離開該等級的商機在該等級停留的天數（中位數）。",
            "Сколько дней сделки были на этом уровне: медиана тех, кто покинул его за период.",
        ),
        figure_cases.levels_ended,
        "median",
        LEVELS,
    ),
    Figure(
        "level_right",
        Text("Level was right", "级别准确率", "等級準確率", "Уровень верен"),
        Text(
            "Of times a deal was given this level, and its days (H 7, A 15, B 30, C 90) ran out in this time: those "
            "bought within them.",
            "评为该级别且期限（H 7、A 15、B 30、C 90 天）在本期到期的，期限内成交的比例。",
            "評為該等級且期限（H 7、A 15、B 30、C 90 天）在本期到期的，期限內成交的比例。",
            "Доля случаев, когда сделка с этим уровнем завершилась покупкой в его срок (H 7, A 15, B 30, C 90 дней), "
            "среди тех, чей срок истёк за период.",
        ),
        figure_cases.levels_judged,
        "share",
        JUDGED,
    ),
    Figure(
        "response",
        Text("Minutes to the first answer", "首次响应（分钟）", "首次回應（分鐘）", "Минут до первого ответа"),
        Text(
            "Of deals opened in this time before anybody came: minutes from the enquiry (customer entered, at most 7 "
            "days before; else deal opened) until our first call, message or meeting reached them, the middle one. "
            "Who still waits counts in “Of” only.",
            "本期到店前建立的商机，从客户来询（建档后 7 天内建立的商机从建档算起，否则从商机建立算起）到首次联系上客户"
            "（电话、消息或见面）的分钟数（中位数）；未接通不算，尚未响应的只计入总数。",
            "本期到店前建立的商機，從客戶來詢（建檔後 7 天內建立的商機從建檔算起，否則從商機建立算起）到首次聯絡上客戶"
            "（電話、消息或見面）的分鐘數（中位數）；未接通不算，尚未回應的只計入總數。",
            "Минуты от обращения (клиент занесён не раньше чем за 7 дней до сделки, иначе её создание) до первого "
            "звонка, сообщения или встречи, дошедших до клиента; сделки, созданные до визита; медиана. Кто ещё ждёт, "
            "входит только в «Всего».",
        ),
        figure_cases.answered,
        "median",
    ),
    Figure(
        "referred",
        Text("Brought by customers", "转介绍占比", "轉介紹占比", "По рекомендации"),
        Text(
            "Of deals won in this time, those whose customer was brought by another.",
            "本期成交商机中，由老客户介绍来的比例。",
            "本期成交商機中，由老客戶介紹來的比例。",
            "Доля сделок, выигранных за период, где клиента привёл другой клиент.",
        ),
        figure_cases.referred,
    ),
    *(
        Figure(
            kind,
            label,
            Text(
                "Of contracts signed in this time that stand, those whose offer has it.",
                "本期签订且有效的合同中，报价包含该项的比例。",
                "本期簽訂且有效的合約中，報價包含該項的比例。",
                "Доля действующих договоров, подписанных за период, в предложении которых это есть.",
            ),
            figure_cases.sold_with(kind),
        )
        for kind, label in (
            ("finance", Text("With finance", "金融渗透率", "金融滲透率", "С кредитом")),
            ("insurance", Text("With insurance", "保险渗透率", "保險滲透率", "Со страховкой")),
            ("accessory", Text("With accessories", "精品渗透率", "精品滲透率", "С допоборудованием")),
        )
    ),
    Figure(
        "maintained",
        Text("First maintenance here", "首保回厂率", "首保回廠率", "Первое ТО у нас"),
        Text(
            "Of cars delivered whose months until the first maintenance ran out in this time, those maintained here.",
            "本期首保到期的已交车辆中，回本店做首保的比例。",
            "本期首保到期的已交車輛中，回本店做首保的比例。",
            "Доля выданных машин, у которых за период истёк срок первого ТО, прошедших его у нас.",
        ),
        figure_cases.maintained,
    ),
    Figure(
        "complained",
        Text("Complaints after delivery", "交车后投诉率", "交車後客訴率", "Жалобы после выдачи"),
        Text(
            "Of cars handed over in this time, those after which there was a complaint or a request.",
            "本期交付的车辆中，交车后有投诉或请求的比例。",
            "本期交付的車輛中，交車後有客訴或請求的比例。",
            "Доля автомобилей, выданных за период, после выдачи которых была жалоба или просьба.",
        ),
        matter_cases.complained,
    ),
    Figure(
        "answer_hours",
        Text("Hours to the answer", "投诉答复用时（小时）", "客訴答覆用時（小時）", "Часов до ответа на жалобу"),
        Text(
            "Of complaints and requests raised in this time: hours until the answer, the middle one. Those still open "
            "count in “Of” only.",
            "本期提出的投诉和请求，从提出到答复的小时数（中位数）；尚未答复的只计入总数。",
            "本期提出的客訴與請求，從提出到答覆的小時數（中位數）；尚未答覆的只計入總數。",
            "Часы от жалобы или просьбы за период до ответа, медиана. Те, что ещё открыты, входят только в «Всего».",
        ),
        matter_cases.answered,
        "median",
    ),
    Figure(
        "answered_late",
        Text("Answered late", "投诉超时率", "客訴逾時率", "Ответ с опозданием"),
        Text(
            "Of complaints and requests raised in this time, those answered later than they may be, or waiting longer.",
            "本期提出的投诉和请求中，答复超过规定时间或超时仍未答复的比例。",
            "本期提出的客訴與請求中，答覆超過規定時間或逾時仍未答覆的比例。",
            "Доля жалоб и просьб за период, на которые ответили позже срока или не ответили вовремя до сих пор.",
        ),
        matter_cases.answered,
    ),
    Figure(
        "closed",
        Text("Complaints closed", "投诉结案率", "客訴結案率", "Жалобы закрыты"),
        Text(
            "Of complaints and requests raised in this time, those whose answer the customer was content with.",
            "本期提出的投诉和请求中，回电时客户满意、已结案的比例。",
            "本期提出的客訴與請求中，回電時客戶滿意、已結案的比例。",
            "Доля жалоб и просьб за период, по которым клиент остался доволен ответом.",
        ),
        matter_cases.closed,
    ),
)
