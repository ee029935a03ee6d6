"""What the dealership asks about a deal: the level, the need, the car, what holds up and what was bought instead."""

from collections.abc import Mapping

from salesapp.plugin_api import DealView, Field, Option, Text, When

LEVEL = Field(
    "level",
    Text("Level", "意向级别", "意向等級", "Уровень готовности"),
    "choice",
    options=(
        Option("o", Text("O · ordered on the spot", "O · 当场订车", "O · 當場訂車", "O · заказал сразу")),
        Option("h", Text("H · buys within 7 days", "H · 7 天内购车", "H · 7 天內購車", "H · купит за 7 дней")),
        Option("a", Text("A · within 15 days", "A · 15 天内", "A · 15 天內", "A · за 15 дней")),
        Option("b", Text("B · within 30 days", "B · 30 天内", "B · 30 天內", "B · за 30 дней")),
        Option("c", Text("C · within 90 days", "C · 90 天内", "C · 90 天內", "C · за 90 дней")),
        Option("n", Text("N · new, undecided", "N · 新客户未定", "N · 新客戶未定", "N · новый, не решил")),
    ),
    help=Text(
        "How soon they buy. It says how often you are reminded to be in touch.",
        "预计多久买车；系统按级别提醒您跟进。",
        "預計多久買車；系統依等級提醒您跟進。",
        "Как скоро купит. От этого зависит, как часто напомним о контакте.",
    ),
)
REASON = Field(
    "reason",
    Text("Why a car now", "购车原因", "購車原因", "Зачем автомобиль"),
    "choice",
    options=(
        Option("first", Text("First car", "首次购车", "首次購車", "Первый автомобиль")),
        Option("replace", Text("Replaces a car", "换车", "換車", "Замена автомобиля")),
        Option("add", Text("One more in the family", "家庭增购", "家庭增購", "Ещё один в семью")),
        Option("work", Text("For work", "公务或营运", "公務或營運", "Для работы")),
        Option("gift", Text("As a gift", "送人", "送人", "В подарок")),
    ),
)
DECIDER = Field(
    "decider",
    Text("Who decides", "决策人", "決策人", "Кто решает"),
    "text",
    help=Text(
        "Who says yes, and who will drive: wife, father, the firm?",
        "谁拍板、谁开车：爱人、父母还是公司？",
        "誰決定、誰開車：配偶、父母還是公司？",
        "Кто скажет «да» и кто будет ездить: супруга, отец, фирма?",
    ),
)
BUDGET = Field("budget", Text("Budget", "购车预算", "購車預算", "Бюджет"), "amount")
PAYMENT = Field(
    "payment",
    Text("Way of payment", "付款方式", "付款方式", "Способ оплаты"),
    "choice",
    options=(
        Option("full", Text("In full", "全款", "全額", "Полностью")),
        Option("loan", Text("Loan", "贷款", "貸款", "Кредит")),
        Option("lease", Text("Lease", "融资租赁", "融資租賃", "Лизинг")),
    ),
)
TRADE_IN = Field("trade_in", Text("Has a car to trade in", "有旧车置换", "有舊車換購", "Есть авто на обмен"), "bool")
OLD_CAR = Field(
    "old_car",
    Text("Car to trade in", "旧车情况", "舊車情況", "Автомобиль на обмен"),
    "text",
    help=Text(
        "Make, year, kilometres, what it is worth to them.",
        "品牌、年份、里程、心理价位。",
        "廠牌、年份、里程、心目中的價格。",
        "Марка, год, пробег и сколько за неё хотят.",
    ),
    visible_when=When("field.trade_in", "is", True),
)
RIVALS = Field(
    "rivals",
    Text("Other models looked at", "对比车型", "比較車款", "С чем сравнивает"),
    "text",
    help=Text(
        "Which makes and models, and what they liked there.",
        "看过哪些品牌车型，喜欢它哪一点。",
        "看過哪些廠牌車款，喜歡哪一點。",
        "Какие марки и модели и что в них понравилось.",
    ),
)
USE = Field(
    "use",
    Text("What matters to them", "用车需求", "用車需求", "Что для него важно"),
    "long_text",
    help=Text(
        "Seats, way to work, boot, charging at home: in their words.",
        "几个人坐、上下班路程、后备厢、家里能否充电，照客户的话写。",
        "幾個人坐、通勤距離、後車廂、家裡能否充電，照客戶的話寫。",
        "Сколько мест, дорога на работу, багажник, зарядка дома — его словами.",
    ),
)
PICKED = Field(
    "picked",
    Text("Car picked", "选定车型", "選定車款", "Выбранный автомобиль"),
    "text",
    help=Text("Model, trim and colour.", "车型、配置、颜色。", "車款、配備、顏色。", "Модель, комплектация, цвет."),
)
NO_DRIVE = Field(
    "no_drive",
    Text("Why no test drive", "未试驾原因", "未試駕原因", "Почему без тест-драйва"),
    "choice",
    options=(
        Option("knows", Text("Knows the car", "已熟悉该车", "已熟悉該車", "Знает машину")),
        Option("no_licence", Text("No licence with them", "没带驾照", "沒帶駕照", "Нет прав с собой")),
        Option("no_time", Text("No time", "没时间", "沒時間", "Нет времени")),
        Option("no_car", Text("No such demo car", "没有该款试驾车", "沒有該款試駕車", "Нет такой тестовой машины")),
        Option("no_wish", Text("Does not want to", "不想试驾", "不想試駕", "Не хочет")),
    ),
)
DEMANDS = Field(
    "demands",
    Text("Price and other demands", "价格及其他要求", "價格及其他要求", "Цена и другие условия"),
    "long_text",
    help=Text(
        "What they ask for before an offer is made.",
        "报价之前，客户对价格、赠品、交期有什么要求。",
        "報價之前，客戶對價格、贈品、交期有什麼要求。",
        "Чего хочет клиент, прежде чем ему сделают предложение.",
    ),
)
SIGNALS = Field(
    "signals",
    Text("Buying signals", "购买信号", "購買訊號", "Признаки готовности"),
    "choices",
    options=(
        Option("delivery", Text("Asks for delivery", "问交车时间", "問交車時間", "Спрашивает о сроках")),
        Option("papers", Text("Asks about plates and papers", "问上牌手续", "問領牌手續", "Спрашивает о документах")),
        Option("family", Text("Brings the family", "带家人来看", "帶家人來看", "Привёл семью")),
        Option("bargains", Text("Bargains over details", "讨价还价", "討價還價", "Торгуется о мелочах")),
        Option("sits", Text("Sits in the car again", "反复看车坐车", "反覆看車坐車", "Снова садится в машину")),
        Option("service", Text("Asks about service", "问售后保养", "問售後保養", "Спрашивает о сервисе")),
    ),
)
DECIDES_ON = Field(
    "decides_on",
    Text("Time to decide until", "给客户考虑到", "給客戶考慮到", "Срок на раздумья до"),
    "date",
    help=Text(
        "Nobody likes to be pressed: the day you agreed to talk again.",
        "不催客户：双方约好再谈的日子。",
        "不催客戶：雙方約好再談的日子。",
        "Без нажима: день, на который договорились вернуться к разговору.",
    ),
)
PLATES = Field(
    "plates",
    Text("Plates", "上牌", "領牌", "Регистрация"),
    "choice",
    options=(
        Option("ours", Text("We see to it", "我们代办", "我們代辦", "Оформляем мы")),
        Option("theirs", Text("They do it", "客户自办", "客戶自辦", "Клиент сам")),
        Option("done", Text("Done", "已办好", "已辦好", "Готово")),
    ),
)
RIVAL = Field(
    "rival",
    Text("Bought instead", "改购车型", "改購車款", "Что купил вместо нашего"),
    "text",
    help=Text(
        "Make and model, or “none” when they bought nothing.",
        "品牌和车型；没有买车就写“未购车”。",
        "廠牌與車款；沒有買車就寫「未購車」。",
        "Марка и модель; если не купил — «не купил».",
    ),
)
REMARK = Field("remark", Text("Remark", "战败说明", "戰敗說明", "Пояснение"), "long_text")

FIELDS = (
    LEVEL,
    REASON,
    DECIDER,
    BUDGET,
    PAYMENT,
    TRADE_IN,
    OLD_CAR,
    RIVALS,
    USE,
    PICKED,
    NO_DRIVE,
    DEMANDS,
    SIGNALS,
    DECIDES_ON,
    PLATES,
    RIVAL,
    REMARK,
)


def answered(deal: DealView, field: str) -> str:
    """What a deal has of one of these fields, in words or by its code; "" where nothing was noted."""
    answers = deal.custom.get("automotive")
    return str(answers.get(field) or "") if isinstance(answers, Mapping) else ""
