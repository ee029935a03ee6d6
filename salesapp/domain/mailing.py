"""Messages to a group: the ways they go, when they go, and the places in their text that each customer fills.

A text is data and never a template: `{customer}` is one of a few known places, looked up once; what stands there is not
looked at again.
"""

from datetime import datetime, timedelta
from typing import Final

from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.placeholders import OF_MESSAGES, unknown
from salesapp.domain.text import Text

WAYS: Final = {
    "email": Text("By e-mail", "发邮件", "寄電子郵件", "По эл. почте"),
    "sms": Text("By SMS", "发短信", "傳簡訊", "По SMS"),
    "task": Text("A task for each", "逐个建任务", "逐一建立任務", "Задача по каждому"),
}
POINT_OF: Final = {"email": "email", "sms": "phone"}
"""Which way to reach somebody a message needs."""
LANDLINES: Final = (
    *("+8610", *(f"+86{n}" for n in range(2, 10))),  # mobile ones begin with 13 to 19
    *("+73", "+74", "+78"),
    *(f"+886{n}" for n in range(2, 9)),
)
"""How numbers begin, in mainland China, Russia and Taiwan, that get no SMS."""
PURPOSES_OF: Final = {"email": ("news", "contact"), "sms": ("news", "contact"), "task": ("contact",)}
"""What a customer must not have taken their consent to back from."""

DRAFT, GOING, DONE, STOPPED, MISSED = "draft", "going", "done", "stopped", "missed"
TOO_MANY: Final = "too_many"
"""What became of a run whose list had grown beyond MOST."""
UNREADABLE: Final = "unreadable"
"""What became of a run whose list asks for something that is not there any more."""
WAITING, SENDING, SENT, SKIPPED, FAILED, PLANNED = "waiting", "sending", "sent", "skipped", "failed", "planned"
REASONS: Final = {
    "no_address": Text("no address of this kind", "没有可用的联系方式", "沒有可用的聯絡方式", "нет такого контакта"),
    "opted_out": Text("asked for no more", "已退订", "已退訂", "отказались от рассылок"),
    "same_address": Text(
        "another customer has the same address", "与其他客户地址相同", "與其他客戶地址相同", "адрес совпал с другим"
    ),
    "not_allowed": Text("not yours to write to", "无权联系", "無權聯絡", "не ваш клиент"),
    "archived": Text("archived", "已归档", "已封存", "в архиве"),
    "left": Text("who wrote it has left", "发起人已离职", "發起人已離職", "автор больше не работает"),
    "stopped": Text("it was stopped before", "发送前已停止", "寄送前已停止", "рассылку остановили раньше"),
    "refused": Text(
        "the mail server does not take this address", "邮件服务器拒收", "郵件伺服器拒收", "сервер отверг адрес"
    ),
    "bad_address": Text(
        "the address cannot be written to", "邮箱地址无法投递", "電子郵件地址無法寄達", "на этот адрес нельзя отправить"
    ),
    "server": Text(
        "could not be sent, after several tries",
        "多次尝试后仍未发出",
        "多次嘗試後仍未寄出",
        "не ушло после нескольких попыток",
    ),
    "no_mail": Text(
        "mail is not fully set up any more", "邮件设置不完整", "郵件設定不完整", "почта настроена не полностью"
    ),
    "late": Text("it would have come too late", "已过发送时间", "已過寄送時間", "пришло бы слишком поздно"),
    "rule": Text("a rule speaks against it", "不符合规则", "不符合規則", "не допускается правилами"),
}
"""Why a customer was left out."""
FAILURES: Final = ("bad_address", "no_mail")
"""Those of them that can be mended, so that it is tried again."""

MOST: Final = 50_000
"""Customers in one message; a list of more is narrowed first."""
WAITS: Final = timedelta(seconds=30)
"""So long it can be taken back after the button was pressed."""
PER_MINUTE: Final = 30
"""So many leave in a minute, of all messages together, unless the owner says otherwise: mail servers take those who
send faster for a nuisance."""
TRIES: Final = 5
LATE: Final = timedelta(days=1)
"""What should have gone longer ago than this is left out: a greeting after the feast is none."""
LONG: Final = timedelta(minutes=10)
"""What takes longer than this to leave is said before it is sent."""
NAME_LENGTH: Final = 80
SUBJECT_LENGTH: Final = 200
BODY_LENGTH: Final = {"email": 10_000, "sms": 500, "task": 2000}


def takes(way: str, customers: int, per_minute: int) -> timedelta:
    """How long so many messages need to leave."""
    return timedelta(minutes=-(-customers // per_minute) if way in POINT_OF else 0)


def is_late(timed: bool, began: datetime, now: datetime) -> bool:
    """Whether what has not left yet of a run is left out: one that goes when its button is pressed is never late."""
    return timed and now - began > LATE


def check_texts(way: str, name: str, subject: str, body: str) -> list[Problem]:
    """Everything that is wrong with what was written."""
    if way not in WAYS:
        return [problem("way", N_("Choose how it goes."))]
    problems = _too_long("name", name, NAME_LENGTH) + _too_long("subject", subject, SUBJECT_LENGTH)
    problems += _too_long("body", body, BODY_LENGTH[way])
    if not name:
        problems.append(problem("name", N_("Give it a name, so that you find it again.")))
    if way == "email" and not subject:
        problems.append(problem("subject", N_("A mail needs a subject.")))
    if not body:
        problems.append(problem("body", N_("Write what they are to read.")))
    return problems + [
        problem(place, N_("“{%(word)s}” stands for nothing. What you can use stands below."), word=word)
        for place, text in (("subject", subject), ("body", body))
        for word in unknown(text, OF_MESSAGES)[:3]
    ]


def _too_long(place: str, text: str, most: int) -> list[Problem]:
    if len(text) <= most:
        return []
    return [problem(place, N_("This is too long: %(length)s characters, at most %(max)s."), length=len(text), max=most)]
