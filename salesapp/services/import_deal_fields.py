"""What a column of deals can be, and what is asked for all of them."""

from collections.abc import Mapping
from typing import Final

from salesapp.domain.deal_values import PREFIX
from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.importing import ImportField
from salesapp.domain.money import CURRENCIES, is_currency
from salesapp.domain.own_fields import OWN
from salesapp.domain.pack import Field, Process
from salesapp.domain.permissions import can
from salesapp.domain.record_values import FieldsByKey, is_link
from salesapp.domain.stages import LOST, WON
from salesapp.domain.text import Text
from salesapp.services.import_deal_paths import LOST_WORD, WON_WORD
from salesapp.services.import_kinds import NO, ImportOption, Known
from salesapp.services.import_own_numbers import NUMBER
from salesapp.services.import_party_fields import party_fields

ENTERED: Final = "entered."
"""The date a stage was entered: `entered.needs`."""
STATES: Final[Mapping[str, Text]] = {
    "open": Text(en="Open", zh_Hans="进行中", zh_Hant="進行中", ru="Открыта"),
    "won": WON_WORD,
    "lost": LOST_WORD,
}
_PLAIN: Final = (
    ImportField(
        key="title",
        label=Text(en="Deal name", zh_Hans="商机名称", zh_Hant="商機名稱", ru="Название сделки"),
        called=("deal", "opportunity", "opportunity name", "deal name", "subject", "商机", "сделка"),
        several=True,
    ),
    ImportField(
        key="key",
        label=Text(en="Key in the other program", zh_Hans="原系统编号", zh_Hant="原系統編號", ru="Код в источнике"),
        called=("id", "opportunity id", "opportunity_id", "deal id", "record id", "编号", "код в другой программе"),
    ),
    NUMBER,
    ImportField(
        key="amount",
        label=Text(en="Amount", zh_Hans="金额", zh_Hant="金額", ru="Сумма"),
        called=("value", "close value", "close_value", "deal value", "price", "total", "金額", "стоимость"),
    ),
    ImportField(
        key="currency",
        label=Text(en="Currency", zh_Hans="币种", zh_Hant="幣別", ru="Валюта"),
        called=("currency code", "货币"),
    ),
    ImportField(
        key="expected_close",
        label=Text(en="Expected close", zh_Hans="预计成交日期", zh_Hant="預計成交日期", ru="Ожидаемое закрытие"),
        called=("expected close date", "forecast date", "预计成交", "預計成交", "预计成交时间", "срок сделки"),
    ),
    ImportField(
        key="created_at",
        label=Text(en="Opened on", zh_Hans="创建日期", zh_Hant="建立日期", ru="Открыта"),
        called=(
            *("created", "created at", "created date", "open date", "start date", "engage date", "engaged on"),
            *("added on", "добавлено"),
            *("创建时间", "建立時間", "дата создания"),
        ),
    ),
    ImportField(
        key="closed_at",
        label=Text(en="Closed on", zh_Hans="成交或输单日期", zh_Hant="成交或未成交日期", ru="Закрыта"),
        called=(
            *("close date", "close_date", "closed date", "closed at", "won date", "дата закрытия"),
            *("结单日期", "結案日期"),
        ),
    ),
    ImportField(
        key="note",
        label=Text(en="Note", zh_Hans="备注", zh_Hant="備註", ru="Заметка"),
        called=("notes", "description", "comment", "comments", "说明", "описание", "комментарий"),
        several=True,
    ),
)


def process_of(known: Known) -> tuple[str, Process] | None:
    """The process that was chosen for the file."""
    key = known.option("process", next(iter(known.catalog.processes), ""))
    process = known.catalog.process(key)
    return None if process is None else (key, process)


def fields_of_deals(known: Known) -> Mapping[str, Field]:
    """The fields of deals a column can be, by the name a change calls them: those every deal has, and the process's."""
    mine: FieldsByKey = known.catalog.fields_of("deal")
    found = {key: each for key, each in mine.items() if not is_link(each) and each.is_written_by(known.actor.role)}
    chosen = process_of(known)
    return found | {f"{PREFIX}{each.key}": each for each in (chosen[1].fields if chosen else ())}


def deal_fields(known: Known) -> dict[str, ImportField]:
    """What a column of deals can be, by key."""
    made = [_PLAIN[0], *party_fields(), _PLAIN[1], owner_field(known), *_process_fields(known), *_PLAIN[2:]]
    made += [field_column(key, each) for key, each in fields_of_deals(known).items()]
    return {each.key: each for each in made}


def owner_field(known: Known) -> ImportField:
    """Whose a row is."""
    return ImportField(
        key="owner",
        label=Text(en="Owner", zh_Hans="负责人", zh_Hant="負責人", ru="Ответственный"),
        called=(
            "sales agent",
            "sales_agent",
            "agent",
            "sales rep",
            "salesperson",
            "rep",
            "deal owner",
            "销售",
            "менеджер",
        ),
        choices=known.people_choices or None,
    )


def _process_fields(known: Known) -> list[ImportField]:
    processes = {key: each.label for key, each in known.catalog.processes.items()}
    made = [
        ImportField(
            key="process",
            label=Text(en="Process", zh_Hans="销售流程", zh_Hant="銷售流程", ru="Процесс"),
            called=("pipeline", "sales process", "流程", "管道", "воронка", "процесс продаж"),
            choices=processes,
        ),
        ImportField(
            key="stage",
            label=Text(en="Stage", zh_Hans="阶段", zh_Hant="階段", ru="Этап"),
            called=("deal stage", "deal_stage", "sales stage", "phase", "阶段名称", "стадия"),
            choices=stage_choices(known),
            parts=True,
        ),
        ImportField(
            key="state",
            label=Text(en="Outcome", zh_Hans="结果", zh_Hant="結果", ru="Исход"),
            called=("status", "state", "result", "won/lost", "状态", "статус"),
            choices=STATES,
        ),
    ]
    chosen = process_of(known)
    if chosen is None:
        return made
    reasons = {each.key: each.label for each in chosen[1].lost_reasons}
    return [*made, _reason(reasons), *(_entered(each.key, each.label) for each in chosen[1].stages)]


def _reason(reasons: Mapping[str, Text]) -> ImportField:
    return ImportField(
        key="lost_reason",
        label=Text(en="Why it was lost", zh_Hans="输单原因", zh_Hant="未成交原因", ru="Причина проигрыша"),
        called=("lost reason", "loss reason", "reason", "closed lost reason"),
        choices=reasons,
    )


def stage_choices(known: Known) -> dict[str, Text]:
    """What a word of a stage can stand for: a stage of the chosen process, or the end of the path."""
    chosen = process_of(known)
    stages = {each.key: each.label for each in chosen[1].stages} if chosen else {}
    return stages | {WON: WON_WORD, LOST: LOST_WORD}


def _entered(key: str, label: Text) -> ImportField:
    """“Stage date: Needs”."""
    words = Text(
        en=f"Stage date: {label.en}",
        zh_Hans=f"进入阶段日期：{label.zh_Hans}",
        zh_Hant=f"進入階段日期：{label.zh_Hant}",
        ru=f"Дата этапа: {label.ru}",
    )
    return ImportField(key=f"{ENTERED}{key}", label=words, called=(f"stage date: {key}", f"{label.en.lower()} date"))


def field_column(key: str, field: Field) -> ImportField:
    """A field of the house as a column."""
    choices = {each.key: each.label for each in field.options} if field.type == "choice" else None
    return ImportField(key=key, label=field.label, choices=choices, several=field.type == "choices")


def _same(text: str) -> Text:
    return Text(text, text, text, text)


# --- what is asked for all rows ---


def deal_options(known: Known) -> dict[str, ImportOption]:
    """What is asked for all deals, by key."""
    processes = {key: each.label for key, each in known.catalog.processes.items()}
    made = [
        ImportOption(
            key="process",
            label=Text(en="Process", zh_Hans="销售流程", zh_Hant="銷售流程", ru="Процесс"),
            choices=processes,
            default=next(iter(processes), ""),
        ),
        ImportOption(
            key="currency",
            label=Text(en="Currency", zh_Hans="币种", zh_Hant="幣別", ru="Валюта"),
            choices={code: _same(code) for code in _currencies(known)},
            default=known.company.currency,
        ),
        *owner_options(known),
        *customer_options(known),
    ]
    if can(known.actor, "settings.manage"):
        made.append(
            ImportOption(
                key="add_options",
                label=Text(
                    en="Add words nobody knows to the choices of our own fields",
                    zh_Hans="把未知的词加入自定义字段的选项",
                    zh_Hant="把未知的詞加入自訂欄位的選項",
                    ru="Добавлять незнакомые слова к вариантам своих полей",
                ),
            )
        )
    return {each.key: each for each in made}


def owner_options(known: Known) -> list[ImportOption]:
    """Whose the rows are where the file does not say, or names somebody who is not here."""
    people = known.people_choices
    return [
        ImportOption(
            key="owner",
            label=Text(
                en="Owner, where the file names none",
                zh_Hans="文件没写负责人时，归谁",
                zh_Hant="檔案沒寫負責人時，歸誰",
                ru="Ответственный, если в файле он не указан",
            ),
            choices=people,
            default="",
        ),
        ImportOption(
            key="unknown_owner",
            label=Text(
                en="Owner, where nobody here has the name",
                zh_Hans="查无此人时，归谁",
                zh_Hant="查無此人時，歸誰",
                ru="Ответственный, если такого человека здесь нет",
            ),
            choices=people,
            default="",
        ),
    ]


def customer_options(known: Known) -> list[ImportOption]:
    """What becomes of customers nobody knows, and whose they are: the record's owner's, or somebody's."""
    return [
        ImportOption(
            key="make_customers",
            label=Text(
                en="Add organisations for customers nobody knows",
                zh_Hans="为未知的客户新建单位",
                zh_Hant="為未知的客戶新增單位",
                ru="Заводить организации для неизвестных клиентов",
            ),
            default=NO,
        ),
        ImportOption(
            key="customer_owner",
            label=Text(
                en="Owner of the organisations added (else the deal's)",
                zh_Hans="新建单位的负责人（不选则随商机）",
                zh_Hant="新增單位的負責人（不選則隨商機）",
                ru="Ответственный за новые организации (иначе — за сделку)",
            ),
            choices=known.people_choices,
            default="",
        ),
    ]


def _currencies(known: Known) -> tuple[str, ...]:
    company = known.company
    return tuple(dict.fromkeys((company.currency, *(company.currencies or CURRENCIES))))


def deal_problems(known: Known) -> list[Problem]:
    """What is wrong with the question as a whole."""
    problems = []
    if process_of(known) is None:
        problems.append(problem("process", N_("Choose a sales process.")))
    if not is_currency(known.option("currency", known.company.currency)):
        problems.append(problem("currency", N_("Choose a currency.")))
    if not {"title", "customer", "customer_key", "key"} & known.columns.keys():
        text = N_("A deal needs a name, a customer or a key: map a column to one of them.")
        problems.append(problem("columns", text))
    for name in ("owner", "unknown_owner", "customer_owner"):
        word = known.option(name)
        if word and not isinstance(known.person(word), int):
            problems.append(problem(name, N_("Choose an owner from the list.")))
    return problems


def own_choice(key: str, field: Field) -> bool:
    """Whether new words can become options of it: the owner's field."""
    return key.startswith(f"{OWN}.") and field.type in ("choice", "choices")
