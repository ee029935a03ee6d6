"""Files of other programs that are recognised: leads and stock."""

from typing import Any

from salesapp.plugin_api import ImportMap, Text

from .stock_rows import ROWS

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
LEADS = ImportMap(
    key="portal_leads",
    label=Text("Leads of a car portal", "汽车网站线索", "汽車網站線索", "Заявки автопортала"),
    kind="customer",
    columns={"姓名": "name", "手机": "phone", "来源": "source", "意向车型": "note"},
    known_by=("姓名", "手机", "意向车型"),
)
RECORDS: tuple[Any, ...] = (ROWS, STOCK, LEADS)
