"""What people do beside selling: rules and approvals name these functions, never a person."""

from dataclasses import dataclass
from typing import Final

from salesapp.domain.text import Text


@dataclass(frozen=True, slots=True)
class Function:
    """One built-in function; a person may have several. `key` is stored, so it never changes."""

    key: str
    label: Text


FUNCTIONS: Final[tuple[Function, ...]] = (
    Function("finance", Text(en="Finance", zh_Hans="财务", zh_Hant="財務", ru="Финансы")),
    Function("legal", Text(en="Legal", zh_Hans="法务", zh_Hant="法務", ru="Юристы")),
    Function("marketing", Text(en="Marketing", zh_Hans="市场", zh_Hant="行銷", ru="Маркетинг")),
    Function(
        "service", Text(en="After-sales service", zh_Hans="售后服务", zh_Hant="售後服務", ru="Послепродажный сервис")
    ),
    Function("front_desk", Text(en="Front desk", zh_Hans="前台", zh_Hant="櫃檯接待", ru="Ресепшен")),
    Function(
        "sales_assistant", Text(en="Sales assistant", zh_Hans="销售助理", zh_Hant="業務助理", ru="Ассистент продаж")
    ),
    Function(
        "order_entry",
        Text(en="Order entry clerk", zh_Hans="订单录入员", zh_Hant="訂單輸入員", ru="Оператор ввода заказов"),
    ),
    Function(
        "sales_accountant",
        Text(en="Sales accountant", zh_Hans="销售会计", zh_Hant="銷售會計", ru="Бухгалтер по продажам"),
    ),
    Function("warehouse", Text(en="Warehouse", zh_Hans="仓库", zh_Hant="倉庫", ru="Склад")),
    Function(
        "technical_service",
        Text(en="Technical service", zh_Hans="技术服务", zh_Hant="技術服務", ru="Техническая поддержка"),
    ),
    Function(
        "regional_director",
        Text(en="Regional director", zh_Hans="区域总监", zh_Hant="區域總監", ru="Региональный директор"),
    ),
    Function("mentor", Text(en="Mentor", zh_Hans="导师", zh_Hant="導師", ru="Наставник")),
)
"""In the order they are offered."""

FUNCTIONS_BY_KEY: Final[dict[str, Function]] = {function.key: function for function in FUNCTIONS}
