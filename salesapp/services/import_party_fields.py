"""The columns by which contacts, deals and activities name their customer: read by `import_parties.read_party`."""

from typing import Final

from salesapp.domain.importing import ImportField
from salesapp.domain.text import Text

NAMED: Final = ("customer", "customer_key", "customer_phone", "customer_email")
"""Their keys: one of them is enough."""
_CUSTOMER: Final = ImportField(
    key="customer",
    label=Text(en="Customer", zh_Hans="客户", zh_Hant="客戶", ru="Клиент"),
    called=(
        *("account", "account name", "company", "company name", "organization", "organisation"),
        *("client", "client name", "customer name", "客户名称", "客戶名稱", "公司", "公司名称", "公司名稱", "单位"),
        *("компания", "организация"),
    ),
)
_KEY: Final = ImportField(
    key="customer_key",
    label=Text(en="Customer's key", zh_Hans="客户编号", zh_Hant="客戶編號", ru="Код клиента"),
    called=("account id", "customer id", "client id", "company id"),
)
_PHONE_LABEL: Final = Text(en="Customer's phone", zh_Hans="客户电话", zh_Hant="客戶電話", ru="Телефон клиента")
_PHONE_CALLED: Final = ("company phone", "company main phone", "公司电话", "公司電話", "телефон компании")
_MAIL_LABEL: Final = Text(en="Customer's mail", zh_Hans="客户邮箱", zh_Hant="客戶信箱", ru="Почта клиента")
_MAIL_CALLED: Final = ("company email", "company mail", "公司邮箱", "公司信箱", "почта компании")


def party_fields(*, alone: bool = True) -> tuple[ImportField, ...]:
    """How a row names its customer. `alone`: nobody else in the row has a phone or a mail address, so that a column
    called just so is the customer's."""
    phones = ("phone", "mobile", "电话", "電話", "手机", "手機", "телефон") if alone else ()
    mails = ("email", "e-mail", "mail", "邮箱", "信箱", "почта") if alone else ()
    return (
        _CUSTOMER,
        _KEY,
        ImportField(key="customer_phone", label=_PHONE_LABEL, called=(*_PHONE_CALLED, *phones)),
        ImportField(key="customer_email", label=_MAIL_LABEL, called=(*_MAIL_CALLED, *mails)),
    )
