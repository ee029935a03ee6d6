"""What a customer's states, kinds and ways to be reached are called, in the order they are offered."""

from typing import Final

from salesapp.domain.text import Text

KINDS: Final = {
    "person": Text("Person", "个人", "個人", "Частное лицо"),
    "organisation": Text("Organisation", "公司 / 单位", "公司 / 單位", "Организация"),
}

STATES: Final = {
    "lead": Text("Lead", "线索", "線索", "Лид"),
    "verified": Text("Verified", "已核实", "已核實", "Проверен"),
    "customer": Text("Customer", "客户", "客戶", "Клиент"),
    "lost": Text("Lost", "已流失", "已流失", "Потерян"),
    "invalid": Text("Invalid", "无效", "無效", "Недействителен"),
}
"""A customer's way: lead, verified, customer; or lost, or never a real one."""

GRADES: Final = {
    "A": Text("A · high priority", "A · 重点", "A · 重點", "A · приоритет"),
    "B": Text("B · to be cultivated", "B · 培育", "B · 培養", "B · развиваем"),
    "C": Text("C · long-term", "C · 长期", "C · 長期", "C · на перспективу"),
}

POINT_KINDS: Final = {
    "phone": Text("Phone", "电话", "電話", "Телефон"),
    "email": Text("E-mail", "邮箱", "電子郵件", "Эл. почта"),
    "wechat": Text("WeChat", "微信", "微信", "WeChat"),
    "link": Text("Website", "网站", "網站", "Сайт"),
}

DATE_KINDS: Final = {
    "birthday": Text("Birthday", "生日", "生日", "День рождения"),
    "family_birthday": Text("Birthday in the family", "家人生日", "家人生日", "День рождения в семье"),
    "anniversary": Text("Anniversary", "纪念日", "紀念日", "Годовщина"),
    "other": Text("Other date", "其他日期", "其他日期", "Другая дата"),
}
