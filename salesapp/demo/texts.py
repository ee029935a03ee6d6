"""What people in the demo write down: everyday notes, by language."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Texts:
    """Notes by occasion. `deals` name what is sold; `tags` what customers have in common; `needs` are in the
    customers' own words, `strengths` those of competitors."""

    reached: tuple[str, ...]
    missed: tuple[str, ...]
    visits: tuple[str, ...]
    planned: tuple[str, ...]
    deals: tuple[str, ...]
    lost: tuple[str, ...]
    positions: tuple[str, ...]
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    strengths: tuple[str, ...]


TEXTS: Final = {
    "en": Texts(
        reached=(
            "Asked for the price list, sent it right away.",
            "Interested, but decides only after the holidays.",
            "Happy with the last delivery.",
            "Compares us with two others; delivery time matters most.",
            "Wants a sample before the next talk.",
            "The budget is approved, the contract is with their lawyer.",
        ),
        missed=("No answer.", "Busy, asked to call later.", "In a meeting until the evening."),
        visits=(
            "Showed the new line; two people from production were there.",
            "Saw the warehouse, they run out of room.",
            "Good talk with the head of purchasing.",
        ),
        planned=("Ask about the sample", "Send the offer", "Agree on a date", "Ask for the decision", "Say hello"),
        deals=("Annual supply", "First order", "Spare parts", "Extension", "Trial order", "Service contract"),
        lost=("Bought from the supplier they had.", "No budget this year.", "Too expensive for them."),
        positions=("Purchasing", "Director", "Owner", "Production", "Office"),
        tags=("VIP", "trade show", "regular", "new"),
        needs=(
            "Deliveries have to come on time: last year we stood still twice.",
            "We want one supplier instead of five.",
            "When something breaks, somebody has to pick up the phone.",
            "By summer the stock has to be half of what it is.",
        ),
        strengths=("A few percent cheaper.", "They have known each other for years.", "Delivers within two days."),
    ),
    "zh_Hans": Texts(
        reached=(
            "要了报价单，已经发过去。",
            "有兴趣，节后再定。",
            "对上一批货很满意。",
            "在跟另外两家比较，最看重交期。",
            "希望先看样品再谈。",
            "预算已批，合同在法务那里。",
        ),
        missed=("没人接。", "在忙，让晚点再打。", "开会，晚上才有空。"),
        visits=("介绍了新产品，生产部来了两位同事。", "看了仓库，库位已经不够用。", "和采购负责人谈得不错。"),
        planned=("问样品的反馈", "发报价", "约时间", "问结果", "问候一下"),
        deals=("年度供货", "首单", "备件", "扩容", "试用订单", "服务合同"),
        lost=("还是从原来的供应商买了。", "今年没有预算。", "觉得价格高。"),
        positions=("采购", "总经理", "老板", "生产", "行政"),
        tags=("重点", "展会", "老客户", "新客户"),
        needs=(
            "交货必须准时，去年产线停了两次。",
            "想把五家供应商并成一家。",
            "设备一出问题，得马上有人接电话。",
            "夏天之前库存要降一半。",
        ),
        strengths=("报价便宜几个点。", "合作多年，关系熟。", "两天就能到货。"),
    ),
    "zh_Hant": Texts(
        reached=(
            "要了報價單，已經寄過去。",
            "有興趣，節後再決定。",
            "對上一批貨很滿意。",
            "正在跟另外兩家比較，最在意交期。",
            "希望先看樣品再談。",
            "預算已核准，合約在法務那邊。",
        ),
        missed=("沒人接。", "在忙，請我晚點再打。", "開會，晚上才有空。"),
        visits=("介紹了新產品，生產部來了兩位同事。", "看了倉庫，空間已經不夠用。", "和採購主管談得不錯。"),
        planned=("問樣品的意見", "寄報價", "約時間", "問結果", "問候一下"),
        deals=("年度供貨", "首張訂單", "備品", "擴充", "試用訂單", "服務合約"),
        lost=("還是跟原來的供應商買了。", "今年沒有預算。", "覺得價格偏高。"),
        positions=("採購", "總經理", "老闆", "生產", "行政"),
        tags=("重點", "展覽", "老客戶", "新客戶"),
        needs=(
            "交貨一定要準時，去年產線停了兩次。",
            "想把五家供應商併成一家。",
            "機台一出問題，要馬上有人接電話。",
            "夏天以前庫存要降一半。",
        ),
        strengths=("報價便宜幾個百分點。", "合作多年，交情好。", "兩天就能到貨。"),
    ),
    "ru": Texts(
        reached=(
            "Попросили прайс-лист, отправили сразу.",
            "Интересно, но решат после праздников.",
            "Прошлой поставкой довольны.",
            "Сравнивают нас ещё с двумя; важнее всего срок.",
            "Хотят сначала посмотреть образец.",
            "Бюджет утверждён, договор у юриста.",
        ),
        missed=("Не ответили.", "Заняты, просили перезвонить.", "На совещании до вечера."),
        visits=(
            "Показали новую линейку, были двое с производства.",
            "Посмотрели склад: места не хватает.",
            "Хорошо поговорили с начальником закупок.",
        ),
        planned=(
            "Спросить об образце",
            "Отправить предложение",
            "Назначить встречу",
            "Узнать решение",
            "Поздороваться",
        ),
        deals=("Годовая поставка", "Первый заказ", "Запчасти", "Расширение", "Пробный заказ", "Договор на сервис"),
        lost=("Купили у прежнего поставщика.", "В этом году нет бюджета.", "Для них дорого."),
        positions=("Закупки", "Директор", "Владелец", "Производство", "Офис"),
        tags=("VIP", "выставка", "постоянный", "новый"),
        needs=(
            "Поставки нужны в срок: в прошлом году дважды стояли.",
            "Хотим одного поставщика вместо пяти.",
            "Если что-то сломалось, трубку должны взять сразу.",
            "К лету склад надо сократить вдвое.",
        ),
        strengths=("Дешевле на несколько процентов.", "Давно работают вместе.", "Привозят за два дня."),
    ),
}
