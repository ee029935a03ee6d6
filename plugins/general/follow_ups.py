"""What happens by itself in any trade. Each number is a default the owner can change; docs/follow-ups.md has the
reasons."""

from salesapp.plugin_api import (
    AnyOf,
    ByGrade,
    Deadline,
    Do,
    Escalate,
    FollowUp,
    Interval,
    Not,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    PartialDate,
    Silence,
    SolarTerm,
    Text,
    Until,
    When,
)

OWN_STAGE = When("process", "one_of", ("general.seven", "general.classic", "automotive.showroom"))
"""These processes have a stage after the signature; there the calls begin with it, not when the deal is closed. A car
deal has calls of its own, from the delivery."""
NOBODYS = Not(When("owner", "filled"))

# --- after a sale ---

FIRST = Do(
    "call",
    Text(
        en="Call {customer}: thank them, and ask whether everything has arrived and works",
        zh_Hans="致电 {customer}：致谢，并确认东西是否收齐、使用是否正常",
        zh_Hant="致電 {customer}：致謝，並確認東西是否收齊、使用是否正常",
        ru="Позвонить: {customer}. Поблагодарить и спросить, всё ли получено и работает",
    ),
    form="general.after_sale",
)
SECOND = Do(
    "call",
    Text(
        en="Call {customer}: how does it go in use, and is everything settled?",
        zh_Hans="致电 {customer}：用得怎么样，问题是否都已解决",
        zh_Hant="致電 {customer}：用得如何，問題是否都已解決",
        ru="Позвонить: {customer}. Как идут дела и всё ли решено",
    ),
    form="general.in_use",
)
FIRST_LABEL = Text(
    en="First call after the sale",
    zh_Hans="成交后首次回访",
    zh_Hant="成交後首次回訪",
    ru="Первый звонок после продажи",
)
SECOND_LABEL = Text(
    en="Second call after the sale",
    zh_Hans="成交后二次回访",
    zh_Hant="成交後二次回訪",
    ru="Второй звонок после продажи",
)


def first_call(key: str, label: Text, when: OnEvent | OnStage, unless: When | None = None) -> FollowUp:
    """Within a day that passes: whoever waits longer hears of trouble from others."""
    deadline, late = Deadline(24, "hour"), Escalate("manager", after=4)
    return FollowUp(key, label, when, FIRST, "salesperson", deadline, unless=unless, escalate=late)


def second_call(key: str, label: Text, when: OnEvent | OnStage, unless: When | None = None) -> FollowUp:
    """Within a week: by then it is in use, and what was promised has been done."""
    deadline, late = Deadline(7, "day"), Escalate("manager", after=24)
    return FollowUp(key, label, when, SECOND, "salesperson", deadline, unless=unless, escalate=late)


def of_process(label: Text, en: str, hans: str, hant: str, ru: str) -> Text:
    """The label of the same call for one process."""
    return Text(f"{label.en} ({en})", f"{label.zh_Hans}（{hans}）", f"{label.zh_Hant}（{hant}）", f"{label.ru} ({ru})")


WON = OnEvent("deal.won")
IN_SEVEN = OnStage("general.seven", "after_sales")
IN_CLASSIC = OnStage("general.classic", "follow_up")
SEVEN = ("seven stages", "七阶段流程", "七階段流程", "семь этапов")
CLASSIC = ("classic seven", "经典七步法", "經典七步驟", "классические семь шагов")

CALLS = (
    first_call("first_call", FIRST_LABEL, WON, OWN_STAGE),
    second_call("second_call", SECOND_LABEL, WON, OWN_STAGE),
    first_call("first_call_seven", of_process(FIRST_LABEL, *SEVEN), IN_SEVEN),
    second_call("second_call_seven", of_process(SECOND_LABEL, *SEVEN), IN_SEVEN),
    first_call("first_call_classic", of_process(FIRST_LABEL, *CLASSIC), IN_CLASSIC),
    second_call("second_call_classic", of_process(SECOND_LABEL, *CLASSIC), IN_CLASSIC),
)

# --- days to think of ---

BIRTHDAY = FollowUp(
    "birthday",
    Text(en="Birthday", zh_Hans="客户生日", zh_Hant="客戶生日", ru="День рождения"),
    OnDate("date.birthday", yearly=True),
    Do(
        "message",
        Text(
            en="Wish {contact} a happy birthday",
            zh_Hans="祝 {contact} 生日快乐",
            zh_Hant="祝 {contact} 生日快樂",
            ru="Поздравить с днём рождения: {contact}",
        ),
    ),
)

FAMILY_BIRTHDAY = FollowUp(
    "family_birthday",
    Text(
        en="Birthday in the family", zh_Hans="客户家人生日", zh_Hant="客戶家人生日", ru="День рождения в семье клиента"
    ),
    OnDate("date.family_birthday", yearly=True),
    Do(
        "message",
        Text(
            en="{contact} celebrates a birthday in the family: send good wishes",
            zh_Hans="{contact} 的家人今天生日，送上祝福",
            zh_Hant="{contact} 的家人今天生日，送上祝福",
            ru="{contact}: день рождения в семье. Передать поздравления",
        ),
    ),
)

PURCHASE = FollowUp(
    "purchase_anniversary",
    Text(en="Purchase anniversary", zh_Hans="购买周年", zh_Hant="購買週年", ru="Годовщина покупки"),
    OnDate("deal.closed", yearly=True),
    Do(
        "message",
        Text(
            en="Purchase anniversary of {customer} ({deal}): send a greeting, ask how it goes",
            zh_Hans="{customer} 的购买周年（{deal}）：问候一声，问问使用情况",
            zh_Hant="{customer} 的購買週年（{deal}）：問候一聲，問問使用情況",
            ru="{customer}: годовщина покупки ({deal}). Поздравить и спросить, как дела",
        ),
    ),
    "salesperson",
    until=Until(bought_again=True),
    unless=AnyOf((When("state", "is_not", "won"), When("process", "is", "automotive.showroom"))),
)

# --- feasts: to everybody a mailing is better, so these are for customers of grade A, and off ---

NOT_A = Not(When("grade", "is", "A"))
GREETING = Text(
    en="Send {customer} a personal greeting for the feast",
    zh_Hans="给 {customer} 发一条亲笔节日问候",
    zh_Hant="給 {customer} 發一則親筆節日問候",
    ru="Лично поздравить с праздником: {customer}",
)


QUIET = Text(
    en="Qingming is near: write {customer} a quiet line about the journey and the weather, without good wishes",
    zh_Hans="清明将至：给 {customer} 发一条出行、天气提醒（清明不说“快乐”）",
    zh_Hant="清明將至：給 {customer} 發一則出行、天氣提醒（清明不說「快樂」）",
    ru="Скоро Цинмин: написать {customer} о дороге и погоде, без поздравлений",
)
"""People tidy the graves of their family then: nobody is congratulated."""


def feast(key: str, label: Text, day: PartialDate | SolarTerm, days: int = 0, text: Text = GREETING) -> FollowUp:
    """A personal line to the customers who matter most."""
    when, do = OnHoliday(day, days), Do("message", text)
    return FollowUp(key, label, when, do, unless=AnyOf((NOT_A, NOBODYS)), on=False)


FEASTS = (
    feast(
        "new_year",
        Text(en="New Year greeting", zh_Hans="元旦问候", zh_Hant="元旦問候", ru="Поздравление с Новым годом"),
        PartialDate("solar", None, 1, 1),
        days=-2,
    ),
    feast(
        "spring_festival",
        Text(
            en="Spring Festival greeting", zh_Hans="春节问候", zh_Hant="春節問候", ru="Поздравление с Праздником весны"
        ),
        PartialDate("lunar", None, 1, 1),
        days=-1,
    ),
    feast(
        "qingming",
        Text(en="Qingming message", zh_Hans="清明节关怀", zh_Hant="清明節關懷", ru="Сообщение к Цинмину"),
        SolarTerm("qingming"),
        days=-1,
        text=QUIET,
    ),
    feast(
        "mid_autumn",
        Text(
            en="Mid-Autumn greeting",
            zh_Hans="中秋问候",
            zh_Hant="中秋問候",
            ru="Поздравление с Праздником середины осени",
        ),
        PartialDate("lunar", None, 8, 15),
    ),
)

# --- staying in touch ---

OUT = When("state", "one_of", ("lost", "invalid"))

BY_GRADE = FollowUp(
    "by_grade",
    Text(en="Contact by grade", zh_Hans="按等级定期联系", zh_Hant="依等級定期聯繫", ru="Контакт по категории"),
    ByGrade(),
    Do(
        "call",
        Text(
            en="Get in touch with {customer}",
            zh_Hans="联系一下 {customer}",
            zh_Hant="聯繫一下 {customer}",
            ru="Связаться: {customer}",
        ),
    ),
    unless=AnyOf((When("grade", "empty"), OUT, NOBODYS)),
    waits=True,
)

SILENT = FollowUp(
    "silent",
    Text(en="Silent customers", zh_Hans="久未联系的客户", zh_Hant="久未聯繫的客戶", ru="Давно без контакта"),
    Silence(Interval(3, "month")),
    Do(
        "call",
        Text(
            en="Nobody has spoken with {customer} for a long time: call, before somebody else does",
            zh_Hans="好久没人联系 {customer} 了：打个电话，别让别人抢先",
            zh_Hant="好久沒人聯繫 {customer} 了：打通電話，別讓別人搶先",
            ru="Давно без контакта: {customer}. Позвонить, пока не позвонил кто-то другой",
        ),
    ),
    deadline=Deadline(3, "working_day"),
    unless=AnyOf((Not(When("state", "is", "customer")), NOBODYS)),
    escalate=Escalate("manager", after=48),
    waits=True,
)

STALE = FollowUp(
    "stale_file",
    Text(en="Files to confirm", zh_Hans="待更新的档案", zh_Hant="待更新的檔案", ru="Карточки на проверку"),
    Silence(Interval(6, "month")),
    Do(
        "task",
        Text(
            en="Confirm the file of {customer}: the people, the numbers, the need",
            zh_Hans="核对 {customer} 的档案：联系人、电话、需求是否还对",
            zh_Hant="核對 {customer} 的檔案：聯絡人、電話、需求是否仍正確",
            ru="Проверить карточку: {customer}. Люди, телефоны, потребность",
        ),
    ),
    deadline=Deadline(5, "working_day"),
    unless=AnyOf((When("touched", "within", 180), Not(When("state", "one_of", ("verified", "customer"))), NOBODYS)),
)

FOLLOW_UPS = (*CALLS, BIRTHDAY, FAMILY_BIRTHDAY, PURCHASE, *FEASTS, BY_GRADE, SILENT, STALE)
