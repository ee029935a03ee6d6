"""What a column of activities can be, and what is asked for all of them."""

from collections.abc import Mapping
from typing import Final

from salesapp.domain.activity_kinds import KINDS
from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.importing import ImportField
from salesapp.domain.pack import Field
from salesapp.domain.record_values import is_link
from salesapp.domain.text import Text
from salesapp.services.import_deal_fields import (
    customer_options,
    field_column,
    owner_field,
    owner_options,
)
from salesapp.services.import_kinds import ImportOption, Known
from salesapp.services.import_own_numbers import NUMBER
from salesapp.services.import_party_fields import NAMED, party_fields

DONE, PLANNED, UNKNOWN = "done", "planned", "unknown"
KIND_LABELS: Final[Mapping[str, Text]] = {each.key: each.label for each in KINDS}
STATES: Final[Mapping[str, Text]] = {
    DONE: Text(en="Done", zh_Hans="已完成", zh_Hant="已完成", ru="Выполнено"),
    PLANNED: Text(en="Planned", zh_Hans="计划中", zh_Hant="計劃中", ru="Запланировано"),
}
OUTCOMES: Final[Mapping[str, Text]] = {
    "reached": Text(en="Reached", zh_Hans="已联系上", zh_Hant="已聯絡上", ru="Связались"),
    "not_reached": Text(en="Not reached", zh_Hans="未联系上", zh_Hant="未聯絡上", ru="Не дозвонились"),
}
DIRECTIONS: Final[Mapping[str, Text]] = {
    "out": Text(en="We got in touch", zh_Hans="我方联系", zh_Hant="我方聯絡", ru="Мы обратились"),
    "in": Text(en="They got in touch", zh_Hans="对方联系", zh_Hant="對方聯絡", ru="Обратились к нам"),
}
_FIELDS: Final = (
    ImportField(
        key="kind",
        label=Text(en="Kind", zh_Hans="跟进方式", zh_Hant="跟進方式", ru="Вид"),
        called=("type", "activity type", "activity", "task type", "类型", "類型", "тип"),
        choices=KIND_LABELS,
    ),
    ImportField(
        key="at",
        label=Text(en="Done on", zh_Hans="完成时间", zh_Hant="完成時間", ru="Выполнено"),
        called=(
            *("date", "activity date", "done at", "completed", "completed at", "time"),
            *("日期", "时间", "完成日期", "дата"),
        ),
    ),
    ImportField(
        key="planned_at",
        label=Text(en="Planned for", zh_Hans="计划时间", zh_Hant="計劃時間", ru="Запланировано на"),
        called=(
            *("due", "due date", "due_date", "deadline", "start", "start date"),
            *("截止日期", "计划日期", "計畫日期", "срок"),
        ),
    ),
    ImportField(
        key="state",
        label=Text(en="Done or planned", zh_Hans="是否完成", zh_Hant="是否完成", ru="Выполнено или нет"),
        called=("state", "status", "done", "状态", "狀態", "статус"),
        choices=STATES,
    ),
    ImportField(
        key="outcome",
        label=Text(en="Reached or not", zh_Hans="是否联系上", zh_Hant="是否聯絡上", ru="Связались или нет"),
        called=("outcome", "result", "call result", "结果", "結果", "результат"),
        choices=OUTCOMES,
    ),
    ImportField(
        key="direction",
        label=Text(en="Direction", zh_Hans="联系方向", zh_Hant="聯絡方向", ru="Направление"),
        called=("call direction", "inbound/outbound", "направление звонка", "方向"),
        choices=DIRECTIONS,
    ),
    ImportField(
        key="note",
        label=Text(en="Note", zh_Hans="备注", zh_Hant="備註", ru="Заметка"),
        called=("notes", "subject", "description", "comment", "comments", "body", "text", "内容", "комментарий"),
        several=True,
    ),
    ImportField(
        key="minutes",
        label=Text(en="Minutes", zh_Hans="时长（分钟）", zh_Hant="時長（分鐘）", ru="Минут"),
        called=("duration", "duration (minutes)", "length", "时长", "длительность"),
    ),
    ImportField(
        key="deal",
        label=Text(
            en="Deal: its key or name",
            zh_Hans="商机：编号或名称",
            zh_Hant="商機：編號或名稱",
            ru="Сделка: код или название",
        ),
        called=("deal", "deal id", "opportunity", "opportunity id", "related to", "商机", "商機", "сделка"),
    ),
    NUMBER,
    ImportField(
        key="key",
        label=Text(
            en="Key in the other program", zh_Hans="原系统编号", zh_Hant="原系統編號", ru="Код в другой программе"
        ),
        called=("id", "activity id", "activity_id", "task id", "record id", "编号"),
    ),
)


def fields_of_activities(known: Known) -> Mapping[str, Field]:
    """The fields of activities a column can be, by full key."""
    mine = known.catalog.fields_of("activity")
    return {key: each for key, each in mine.items() if not is_link(each) and each.is_written_by(known.actor.role)}


def activity_fields(known: Known) -> dict[str, ImportField]:
    """What a column of activities can be, by key."""
    made = [*_FIELDS[:8], *party_fields(), *_FIELDS[8:], owner_field(known)]
    made += [field_column(key, each) for key, each in fields_of_activities(known).items()]
    return {each.key: each for each in made}


def activity_options(known: Known) -> dict[str, ImportOption]:
    """What is asked for all activities, by key."""
    made = [
        ImportOption(
            key="kind",
            label=Text(
                en="Kind, where the file names none",
                zh_Hans="文件没写跟进方式时",
                zh_Hant="檔案沒寫跟進方式時",
                ru="Вид, если в файле не указан",
            ),
            choices=KIND_LABELS,
            default="call",
        ),
        ImportOption(
            key="outcome",
            label=Text(
                en="Whether somebody was reached, where the file does not say",
                zh_Hans="文件没写是否联系上时",
                zh_Hant="檔案沒寫是否聯絡上時",
                ru="Связались ли, если в файле не сказано",
            ),
            choices={**OUTCOMES, UNKNOWN: Text(en="Not known", zh_Hans="不清楚", zh_Hant="不清楚", ru="Неизвестно")},
            default="reached",
        ),
        ImportOption(
            key="open_past",
            label=Text(
                en="What was still open, and its day is over",
                zh_Hans="日期已过、仍未完成的",
                zh_Hant="日期已過、仍未完成的",
                ru="Что не закрыто, а срок прошёл",
            ),
            choices={
                DONE: Text(
                    en="Bring in as done", zh_Hans="按已完成导入", zh_Hant="按已完成匯入", ru="Считать выполненным"
                ),
                PLANNED: Text(
                    en="Bring in as overdue", zh_Hans="按逾期导入", zh_Hant="按逾期匯入", ru="Считать просроченным"
                ),
            },
            default=DONE,
        ),
        *owner_options(known),
        *customer_options(known),
    ]
    return {each.key: each for each in made}


def activity_problems(known: Known) -> list[Problem]:
    """What is wrong with the question as a whole."""
    problems = []
    if not {"at", "planned_at"} & known.columns.keys():
        problems.append(problem("columns", N_("An activity needs a day: map a column to when it was done or planned.")))
    if not {*NAMED, "deal", "note"} & known.columns.keys():
        text = N_("An activity needs a customer, a deal or a note: map a column to one of them.")
        problems.append(problem("columns", text))
    for name in ("owner", "unknown_owner", "customer_owner"):
        word = known.option(name)
        if word and not isinstance(known.person(word), int):
            problems.append(problem(name, N_("Choose an owner from the list.")))
    return problems
