"""What a column of customers can be, and what is asked for all of them."""

from dataclasses import replace
from typing import Final

from salesapp.domain.customer_labels import GRADES, KINDS, STATES
from salesapp.domain.import_guess import squashed
from salesapp.domain.importing import ImportField
from salesapp.domain.pack import Field
from salesapp.domain.record_values import is_link
from salesapp.domain.sources import GROUPS
from salesapp.domain.text import Text
from salesapp.services.import_kinds import NO, ImportOption, Known
from salesapp.services.import_own_numbers import NUMBER

KEY: Final = Text(
    en="Key in the other program", zh_Hans="原系统编号", zh_Hant="原系統編號", ru="Код в другой программе"
)
BY_NAME: Final = "by_name"
"""What is asked for all rows: each is a person or an organisation as its name tells."""
_BY_NAME: Final = Text(
    en="Persons or organisations, as the names tell",
    zh_Hans="按名称判断个人或单位",
    zh_Hant="按名稱判斷個人或單位",
    ru="Лица или организации — по названию",
)
_FIRMS: Final = (
    *("account", "account name", "organization name", "organisation name", "company / account"),
    *("单位名称", "單位名稱", "企业名称", "企業名稱", "客户单位", "客戶單位"),
    *("название компании", "название организации"),
)
"""What a column of names is called that are all organisations'."""
OWNER: Final = Text(en="Owner", zh_Hans="负责人", zh_Hant="負責人", ru="Ответственный")
NAME: Final = ImportField(
    key="name",
    label=Text(en="Name", zh_Hans="姓名 / 名称", zh_Hant="姓名 / 名稱", ru="Имя / название"),
    called=("full name", "display name", "lead name", "anzeigename", "姓名", "имя", "фио", "fn"),
)
"""Somebody's name, whoever they are to the house."""
_CUSTOMER_NAME: Final = replace(
    NAME,
    called=(
        *NAME.called,
        *("customer", "customer name", "client", "client name", "account", "account name"),
        *("名称", "名稱", "客户", "客戶", "客户名称", "客戶名稱", "客户姓名", "单位名称", "單位名稱"),
        *("название", "клиент"),
    ),
)
FAMILY_NAME: Final = ImportField(
    key="family_name",
    label=Text(en="Family name", zh_Hans="姓", zh_Hant="姓", ru="Фамилия"),
    called=("last name", "surname", "nachname"),
)
GIVEN_NAME: Final = ImportField(
    key="given_name",
    label=Text(en="Given name", zh_Hans="名", zh_Hant="名", ru="Личное имя"),
    called=("first name", "vorname", "middle name", "additional name", "отчество"),
    several=True,
)
POSITION: Final = ImportField(
    key="position",
    label=Text(en="Position", zh_Hans="职位", zh_Hant="職位", ru="Должность"),
    called=("job title", "title", "job", "arbeitstitel", "职务", "職務", "organization 1 - title"),
)
DEPARTMENT: Final = ImportField(
    key="department",
    label=Text(en="Department", zh_Hans="部门", zh_Hant="部門", ru="Отдел"),
    called=("abteilung", "科室", "organization 1 - department"),
)
PHONE: Final = ImportField(
    key="phone",
    label=Text(en="Phone", zh_Hans="电话", zh_Hant="電話", ru="Телефон"),
    called=(
        *("tel", "telephone", "mobile", "mobile phone", "cell", "cell phone", "phone number", "business phone"),
        *("home phone", "other phone", "company main phone", "phone work", "phone home", "phone other", "phone_work"),
        *("telefon", "mobiltelefon", "tel. dienstlich", "tel. privat", "mobil-tel.-nr.", "telefon (privat)"),
        *("telefon (geschäftlich)", "手机", "手機", "手机号", "联系电话", "聯絡電話", "电话号码", "мобильный", "тел"),
    ),
    several=True,
)
EMAIL: Final = ImportField(
    key="email",
    label=Text(en="Mail", zh_Hans="邮箱", zh_Hant="電子郵件", ru="Почта"),
    called=(
        *("e-mail", "email address", "e-mail address", "e-mail 2 address", "e-mail 3 address", "mail address"),
        *("email work", "email home", "email other", "e-mail-adresse", "primäre e-mail-adresse"),
        *("sekundäre e-mail-adresse", "邮件", "电子邮箱", "信箱", "эл. почта", "электронная почта", "имейл"),
    ),
    several=True,
)
NOTE: Final = ImportField(
    key="note",
    label=Text(en="Note", zh_Hans="备注", zh_Hant="備註", ru="Заметка"),
    called=("notes", "comment", "comments", "remark", "description", "background", "notizen", "说明", "комментарий"),
    several=True,
)
CREATED: Final = ImportField(
    key="created_at",
    label=Text(en="Created on", zh_Hans="创建时间", zh_Hant="建立時間", ru="Создан"),
    called=(
        "created",
        "create date",
        "date added",
        "added on",
        "first seen",
        "first_seen",
        "录入时间",
        "创建日期",
        "建立日期",
        "дата создания",
        "добавлено",
    ),
)
_PLAIN: Final = (
    ImportField(
        key="key",
        label=KEY,
        called=("id", "customer id", "client id", "contact id", "lead id", "prospect id", "uid", "编号", "客户编号"),
    ),
    NUMBER,
    _CUSTOMER_NAME,
    FAMILY_NAME,
    GIVEN_NAME,
    ImportField(
        key="company",
        label=Text(en="Company", zh_Hans="公司", zh_Hant="公司", ru="Компания"),
        called=(
            *("organization", "organisation", "employer", "firma", "org", "company name", "organization 1 - name"),
            *("单位", "公司名称", "公司名稱", "организация"),
        ),
    ),
    POSITION,
    PHONE,
    EMAIL,
    ImportField(
        key="wechat",
        label=Text(en="WeChat", zh_Hans="微信", zh_Hant="微信", ru="WeChat"),
        called=("wechat id", "weixin", "微信号"),
        several=True,
    ),
    ImportField(
        key="link",
        label=Text(en="Website", zh_Hans="网站", zh_Hant="網站", ru="Сайт"),
        called=(
            *(
                "web page",
                "url",
                "homepage",
                "website",
                "web",
                "webseite",
                "webseite (privat)",
                "webseite (geschäftlich)",
            ),
            *("linkedin url", "网址", "網址"),
        ),
        several=True,
    ),
    ImportField(
        key="address",
        label=Text(en="Address", zh_Hans="地址", zh_Hant="地址", ru="Адрес"),
        called=("adr", "street", "address 1 - formatted", "business street", "联系地址", "add"),
        several=True,
    ),
    ImportField(
        key="tag",
        label=Text(en="Tag", zh_Hans="标签", zh_Hant="標籤", ru="Метка"),
        called=("tags", "categories", "group membership", "标签", "метки"),
        several=True,
    ),
)
BIRTHDAY: Final = ImportField(
    key="birthday",
    label=Text(en="Birthday", zh_Hans="生日", zh_Hant="生日", ru="День рождения"),
    called=("date of birth", "dob", "出生日期"),
)
_BEHIND: Final = (
    ImportField(
        key="owner", label=OWNER, called=("sales", "assigned to", "salesperson", "owner name", "业务员", "销售")
    ),
    NOTE,
    BIRTHDAY,
    CREATED,
    ImportField(
        key="last_contact_at",
        label=Text(en="Last contact", zh_Hans="上次联系", zh_Hant="上次聯絡", ru="Последний контакт"),
        called=(
            "last seen",
            "last_seen",
            "last contacted",
            "last activity date",
            "最后联系时间",
            "最近跟进",
            "最近联系",
            "最近聯絡",
        ),
    ),
    ImportField(
        key="contact_name",
        label=Text(en="Contact: name", zh_Hans="联系人：姓名", zh_Hant="聯絡人：姓名", ru="Контакт: имя"),
        called=("contact", "contact person", "contact name", "联系人", "聯絡人", "контактное лицо"),
    ),
    ImportField(
        key="contact_position",
        label=Text(en="Contact: position", zh_Hans="联系人：职位", zh_Hant="聯絡人：職位", ru="Контакт: должность"),
        called=("contact position", "contact title", "联系人职位"),
    ),
    ImportField(
        key="contact_department",
        label=Text(en="Contact: department", zh_Hans="联系人：部门", zh_Hant="聯絡人：部門", ru="Контакт: отдел"),
        called=("contact department", "联系人部门"),
    ),
    ImportField(
        key="contact_phone",
        label=Text(en="Contact: phone", zh_Hans="联系人：电话", zh_Hant="聯絡人：電話", ru="Контакт: телефон"),
        called=("contact phone", "联系人电话", "联系人手机"),
        several=True,
    ),
    ImportField(
        key="contact_email",
        label=Text(en="Contact: mail", zh_Hans="联系人：邮箱", zh_Hant="聯絡人：電子郵件", ru="Контакт: почта"),
        called=("contact email", "contact mail", "联系人邮箱"),
        several=True,
    ),
    ImportField(
        key="contact_key",
        label=Text(en="Contact: key", zh_Hans="联系人：编号", zh_Hant="聯絡人：編號", ru="Контакт: код"),
        called=("contact id", "contact key"),
    ),
)


def customer_fields(known: Known) -> dict[str, ImportField]:
    """What a column of customers can be."""
    every = [*_PLAIN, *_chosen(known), *_BEHIND, *own_fields(known, "customer")]
    return {each.key: each for each in every}


def _chosen(known: Known) -> list[ImportField]:
    """Those with few answers. What one would want made has more than these."""
    sources = {key: each.label for key, each in known.sources.items()}
    return [
        ImportField(
            key="source",
            label=Text(en="Source", zh_Hans="来源", zh_Hant="來源", ru="Источник"),
            called=("lead source", "客户来源", "origin"),
            choices=sources,
        ),
        ImportField(
            key="grade", label=Text(en="Grade", zh_Hans="等级", zh_Hant="等級", ru="Категория"), choices=GRADES
        ),
        ImportField(
            key="state",
            label=Text(en="State", zh_Hans="状态", zh_Hant="狀態", ru="Состояние"),
            called=("lead status", "customer status", "converted", "客户状态", "статус"),
            choices=STATES,
        ),
        ImportField(
            key="kind",
            label=Text(
                en="Person or organisation", zh_Hans="个人或单位", zh_Hant="個人或單位", ru="Лицо или организация"
            ),
            called=("customer kind", "客户类型", "类型", "類型", "тип"),
            choices=KINDS,
        ),
    ]


def own_fields(known: Known, kind: str) -> list[ImportField]:
    """The fields of the owner and of plugins; one that names a person or a customer is not told by a cell."""
    return [_own(key, each) for key, each in importable(known, kind).items()]


def importable(known: Known, kind: str) -> dict[str, Field]:
    """Those a column can be, by full key; whoever may not write one does not bring one."""
    fields = known.catalog.fields_of(kind)
    role = known.actor.role
    return {
        key: each for key, each in fields.items() if not is_link(each) and (not each.writers or role in each.writers)
    }


def _own(key: str, field: Field) -> ImportField:
    choices = {option.key: option.label for option in field.options} or None
    return ImportField(key=key, label=field.label, choices=choices, several=field.type in ("choices", "textarea"))


def customer_options(known: Known) -> dict[str, ImportOption]:
    """What is asked for all rows."""
    sources = {key: each.label for key, each in known.sources.items()}
    every = (
        ImportOption(
            key="kind",
            label=Text(en="They are", zh_Hans="客户类型", zh_Hant="客戶類型", ru="Это"),
            choices={BY_NAME: _BY_NAME, **KINDS},
            default=BY_NAME,
            said_by=dict.fromkeys(map(squashed, _FIRMS), "organisation"),
        ),
        ImportOption(
            key="source",
            label=Text(
                en="Source, where a row names none",
                zh_Hans="未填来源时",
                zh_Hant="未填來源時",
                ru="Источник, если в строке его нет",
            ),
            choices=sources,
            default="",
        ),
        ImportOption(
            key="make_sources",
            label=Text(
                en="Add sources that are not known yet",
                zh_Hans="自动新增未知来源",
                zh_Hant="自動新增未知來源",
                ru="Добавлять неизвестные источники",
            ),
        ),
        ImportOption(
            key="source_group",
            label=Text(
                en="Group of new sources", zh_Hans="新来源归入", zh_Hant="新來源歸入", ru="Группа новых источников"
            ),
            choices={str(key): label for key, label in GROUPS.items()},
            default="online",
        ),
        *owner_options(known),
    )
    return {each.key: each for each in every}


def owner_options(known: Known) -> tuple[ImportOption, ...]:
    """Whose the records become."""
    people = known.people_choices
    return (
        ImportOption(
            key="owner",
            label=Text(
                en="Owner, where a row names none",
                zh_Hans="未填负责人时",
                zh_Hant="未填負責人時",
                ru="Ответственный, если в строке его нет",
            ),
            choices=people,
            default=next(iter(people)) if len(people) == 1 else "",  # proposed where there is nobody else
        ),
        ImportOption(
            key="unknown_owner",
            label=Text(
                en="Owner, where nobody here is called so",
                zh_Hans="找不到负责人时",
                zh_Hant="找不到負責人時",
                ru="Ответственный, если такого здесь нет",
            ),
            choices=people,
            default="",
        ),
    )


__all__ = ["NO", "customer_fields", "customer_options", "importable", "own_fields", "owner_options"]
