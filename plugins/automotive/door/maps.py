"""Files of other programs that are recognised: leads and stock."""

from collections.abc import Mapping
from typing import Any, Final

from salesapp.plugin_api import ImportMap, Text

from ..cars.stock_rows import ROWS

STOCK = ImportMap(
    key="stock_list",
    label=Text("Stock list", "库存表", "庫存表", "Складской список"),
    kind="automotive.stock",
    columns={
        "车架号": "vin",
        "车型": "model",
        "配置": "trim",
        "颜色": "colour",
        "入库日期": "arrived_on",
        "库位": "place",
    },
    known_by=("车架号", "车型", "入库日期"),
)
CHINESE: Final = {
    **dict.fromkeys(("姓名", "客户姓名", "客户名称", "客户", "联系人"), "name"),
    **dict.fromkeys(("手机", "手机号", "手机号码", "电话", "联系电话", "联系方式"), "phone"),
    **dict.fromkeys(("微信", "微信号"), "wechat"),
    **dict.fromkeys(("来源渠道", "线索来源", "客户来源", "来源", "渠道", "信息来源"), "source"),
    **dict.fromkeys(("销售顾问", "跟进人", "归属顾问", "顾问"), "owner"),
    **dict.fromkeys(("线索时间", "留资时间", "创建时间", "下发时间", "登记日期"), "created_at"),
    **dict.fromkeys(("最近跟进时间", "最后跟进时间"), "last_contact_at"),
    **dict.fromkeys(("地址", "所在城市", "城市", "省市"), "address"),
    **dict.fromkeys(("意向车型", "意向车系", "意向配置", "意向颜色", "意向级别", "预算", "购车预算"), "note"),
    **dict.fromkeys(
        (
            "到店时间",
            "到店日期",
            "来店时间",
            "来店日期",
            "预约到店时间",
            "预计购车时间",
            "旧车置换",
            "备注",
            "跟进记录",
        ),
        "note",
    ),
}
TRADITIONAL: Final = {
    **dict.fromkeys(("姓名", "客戶姓名", "聯絡人"), "name"),
    **dict.fromkeys(("手機", "手機號碼", "電話", "聯絡電話"), "phone"),
    **dict.fromkeys(("來源管道", "來源", "客戶來源"), "source"),
    **dict.fromkeys(("銷售顧問", "業務", "業務代表"), "owner"),
    **dict.fromkeys(("建立時間", "留資時間", "登記日期"), "created_at"),
    **dict.fromkeys(("意向車款", "意向顏色", "意向等級", "預算", "來店時間", "來店日期", "備註"), "note"),
}
RUSSIAN: Final = {
    **dict.fromkeys(("Имя", "ФИО", "Клиент", "Имя клиента"), "name"),
    **dict.fromkeys(("Телефон", "Номер телефона", "Мобильный"), "phone"),
    **dict.fromkeys(("E-mail", "Почта"), "email"),
    **dict.fromkeys(("Источник", "Источник обращения", "Рекламный канал"), "source"),
    **dict.fromkeys(("Менеджер", "Ответственный", "Продавец"), "owner"),
    **dict.fromkeys(("Дата обращения", "Дата создания", "Дата заявки"), "created_at"),
    **dict.fromkeys(("Город", "Адрес"), "address"),
    **dict.fromkeys(("Интересующая модель", "Комплектация", "Цвет", "Уровень готовности", "Бюджет"), "note"),
    **dict.fromkeys(("Дата визита", "Время визита", "Трейд-ин", "Комментарий", "Примечание"), "note"),
}
ENGLISH: Final = {
    **dict.fromkeys(("Name", "Full name", "Customer", "Customer name"), "name"),
    **dict.fromkeys(("Phone", "Mobile", "Phone number"), "phone"),
    **dict.fromkeys(("Email", "E-mail"), "email"),
    **dict.fromkeys(("Source", "Lead source", "Channel"), "source"),
    **dict.fromkeys(("Salesperson", "Sales consultant", "Owner"), "owner"),
    **dict.fromkeys(("Enquiry date", "Lead date", "Created"), "created_at"),
    **dict.fromkeys(("City", "Address"), "address"),
    **dict.fromkeys(
        ("Model of interest", "Trim", "Colour", "Level", "Budget", "Visit time", "Visit date", "Trade-in", "Note"),
        "note",
    ),
}
SOURCES: Final = {
    **dict.fromkeys(("汽车之家", "懂车帝", "易车", "太平洋汽车", "爱卡汽车", "第三方平台", "垂媒"), "platform"),
    **dict.fromkeys(("8891", "U-CAR", "Auto.ru", "Авто.ру", "Авито", "Дром", "Autotrader"), "platform"),
    **dict.fromkeys(("官网", "官網", "小程序", "官方网站", "Сайт", "Website"), "web_form"),
    **dict.fromkeys(
        ("抖音", "快手", "小红书", "微信朋友圈", "视频号", "臉書", "ВКонтакте", "VK", "Facebook"), "social_ads"
    ),
    **dict.fromkeys(("百度", "百度推广", "搜索", "Яндекс", "Яндекс.Директ", "Google"), "search_ads"),
    **dict.fromkeys(
        ("转介绍", "老客户介绍", "老客户转介绍", "朋友介绍", "轉介紹", "Рекомендация", "Referral"), "referral"
    ),
    **dict.fromkeys(("车展", "車展", "Автосалон (выставка)", "Выставка", "Motor show"), "trade_show"),
    **dict.fromkeys(("外展", "店头活动", "市场活动", "團購會", "Мероприятие", "Event"), "event"),
}
"""What the sources of leads are called where they come from. Who walked in by themselves has none of these."""


def _leads(key: str, columns: Mapping[str, str], known_by: str, order: str = "") -> ImportMap:
    """A list of leads: it is known by the heading for the car they would like."""
    label = Text("Leads of a dealership", "汽车销售线索", "汽車銷售線索", "Заявки автосалона")
    return ImportMap(
        key=key,
        label=label,
        kind="customer",
        columns=columns,
        known_by=(known_by,),
        values={"source": SOURCES},
        date_order=order,
    )


LEADS = (
    _leads("portal_leads", CHINESE, "意向车型", "ymd"),
    _leads("portal_series", CHINESE, "意向车系", "ymd"),
    _leads("leads_hant", TRADITIONAL, "意向車款", "ymd"),
    _leads("leads_ru", RUSSIAN, "Интересующая модель", "dmy"),
    _leads("leads_en", ENGLISH, "Model of interest"),
)
RECORDS: tuple[Any, ...] = (ROWS, STOCK, *LEADS)
