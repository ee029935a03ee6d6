"""What customers agree to, and how they said so."""

from typing import Final

from salesapp.domain.text import Text

PURPOSES: Final = {
    "contact": Text(
        "To be contacted about offers", "接收产品与报价联系", "接收產品與報價聯繫", "Связь по предложениям"
    ),
    "news": Text("News and events by message", "接收资讯与活动通知", "接收資訊與活動通知", "Новости и приглашения"),
    "keep": Text(
        "Keeping and using their data", "保存和使用个人信息", "保存及使用個人資料", "Хранение и обработка данных"
    ),
    "partners": Text("Passing data to partners", "向合作方提供信息", "提供資料給合作夥伴", "Передача данных партнёрам"),
}
"""What for."""
HOWS: Final = {
    "paper": Text("Signed on paper", "纸质签字", "紙本簽名", "Подпись на бумаге"),
    "form": Text("Ticked in a form", "在线表单勾选", "線上表單勾選", "Отметка в форме"),
    "message": Text("By mail or message", "邮件或消息", "郵件或訊息", "Письмом или сообщением"),
    "spoken": Text("In person or by phone", "当面或电话", "當面或電話", "Лично или по телефону"),
}
"""In which way."""
