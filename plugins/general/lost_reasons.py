"""Why deals are lost, in any trade."""

from salesapp.plugin_api import LostReason, Text

LOST_REASONS = (
    LostReason("price", Text(en="Price too high", zh_Hans="价格太高", zh_Hant="價格太高", ru="Высокая цена")),
    LostReason(
        "competitor",
        Text(en="Chose a competitor", zh_Hans="选择了竞争对手", zh_Hant="選擇了競爭對手", ru="Выбрали конкурента"),
    ),
    LostReason("no_budget", Text(en="No budget", zh_Hans="没有预算", zh_Hant="沒有預算", ru="Нет бюджета")),
    LostReason(
        "no_decision",
        Text(en="No decision made", zh_Hans="迟迟未决策", zh_Hant="遲遲未決定", ru="Решение так и не приняли"),
    ),
    LostReason(
        "no_need", Text(en="No real need", zh_Hans="没有实际需求", zh_Hant="沒有實際需求", ru="Нет потребности")
    ),
    LostReason("timing", Text(en="Wrong time", zh_Hans="时机不合适", zh_Hant="時機不對", ru="Не вовремя")),
    LostReason(
        "lost_contact", Text(en="Lost contact", zh_Hans="客户失联", zh_Hant="客戶失聯", ru="Клиент пропал со связи")
    ),
    LostReason("other", Text(en="Other", zh_Hans="其他原因", zh_Hant="其他原因", ru="Другое")),
)
