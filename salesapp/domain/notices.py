"""Notices: what people are told about, in which words, and the ways they can choose to be told.

A notice holds codes and ids. Names come from the records when it is shown, so that nobody reads the name of what is
no longer theirs to see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.permissions import Actor, can
from salesapp.domain.text import Text

OFF, APP, DIGEST, MAIL = "off", "app", "digest", "mail"
PLUGIN: Final = "plugin.told"
"""The kind of what plugins tell in words of their own."""
WAYS: Final = {
    OFF: Text("Not at all", "不提醒", "不提醒", "Не сообщать"),
    APP: Text("Only here", "仅在系统内", "僅在系統內", "Только здесь"),
    DIGEST: Text("Here and in the digest", "系统内 + 早报", "系統內＋晨報", "Здесь и в сводке"),
    MAIL: Text("Here and by mail", "系统内 + 邮件", "系統內＋電子郵件", "Здесь и по почте"),
}
"""How much somebody hears of a kind; each way includes the ones before it but "off"."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice. `says` are its sentences with %(who)s and %(name)s, by the notice's `how` ("" usually);
    `usual` the way until somebody chooses, `ways` what can be chosen, `verb` the right one needs to be told at all."""

    key: str
    label: Text
    says: Mapping[str, Text]
    usual: str = MAIL
    ways: tuple[str, ...] = (OFF, APP, DIGEST, MAIL)
    verb: str = ""
    icon: str = "bell"


def _says(text: Text, **others: Text) -> Mapping[str, Text]:
    return MappingProxyType({"": text, **others})


KINDS: Final = (
    Kind(
        "decision.waits",
        Text("Somebody needs my decision", "有申请待我审批", "有申請待我簽核", "Нужно моё решение"),
        _says(
            Text(
                "%(who)s asks for your decision: %(name)s",
                "%(who)s 提交了申请，等你审批：%(name)s",
                "%(who)s 送出了申請，等你簽核：%(name)s",
                "%(who)s просит вашего решения: %(name)s",
            )
        ),
        icon="circle-check",
    ),
    Kind(
        "decision.decided",
        Text("My request was decided", "我的申请有结果", "我的申請有結果", "По моему запросу принято решение"),
        _says(
            Text(
                "%(who)s decided on your request: %(name)s",
                "%(who)s 处理了你的申请：%(name)s",
                "%(who)s 處理了你的申請：%(name)s",
                "%(who)s — решение по вашему запросу: %(name)s",
            ),
            granted=Text(
                "%(who)s agreed to your request: %(name)s",
                "%(who)s 同意了你的申请：%(name)s",
                "%(who)s 同意了你的申請：%(name)s",
                "%(who)s — ваш запрос одобрен: %(name)s",
            ),
            refused=Text(
                "%(who)s turned down your request: %(name)s",
                "%(who)s 没有同意你的申请：%(name)s",
                "%(who)s 沒有同意你的申請：%(name)s",
                "%(who)s — ваш запрос отклонён: %(name)s",
            ),
        ),
        icon="circle-check",
    ),
    Kind(
        "customer.given",
        Text("A customer is given to me", "有客户交给我", "有客戶交給我", "Мне передан клиент"),
        _says(
            Text(
                "%(who)s gave you a customer: %(name)s",
                "%(who)s 把客户交给了你：%(name)s",
                "%(who)s 把客戶交給了你：%(name)s",
                "%(who)s — вам передан клиент: %(name)s",
            )
        ),
        icon="users",
    ),
    Kind(
        "customer.shared",
        Text("A customer is shared with me", "有客户共享给我", "有客戶共享給我", "Со мной поделились клиентом"),
        _says(
            Text(
                "%(who)s shares a customer with you: %(name)s",
                "%(who)s 共享了客户给你：%(name)s",
                "%(who)s 共享了客戶給你：%(name)s",
                "%(who)s — с вами поделились клиентом: %(name)s",
            ),
            work=Text(
                "%(who)s shares a customer with you, to work with: %(name)s",
                "%(who)s 共享了客户给你，可以一起跟进：%(name)s",
                "%(who)s 共享了客戶給你，可以一起跟進：%(name)s",
                "%(who)s — с вами поделились клиентом для совместной работы: %(name)s",
            ),
        ),
        icon="share-2",
    ),
    Kind(
        "deal.given",
        Text("A deal is given to me", "有商机交给我", "有商機交給我", "Мне передана сделка"),
        _says(
            Text(
                "%(who)s gave you a deal: %(name)s",
                "%(who)s 把商机交给了你：%(name)s",
                "%(who)s 把商機交給了你：%(name)s",
                "%(who)s — вам передана сделка: %(name)s",
            )
        ),
        icon="briefcase",
    ),
    Kind(
        "activity.given",
        Text(
            "Somebody plans something for me", "别人为我安排跟进", "別人為我安排跟進", "Для меня что-то запланировали"
        ),
        _says(
            Text(
                "%(who)s planned something for you: %(name)s",
                "%(who)s 给你安排了跟进：%(name)s",
                "%(who)s 幫你安排了跟進：%(name)s",
                "%(who)s — для вас запланировано: %(name)s",
            )
        ),
        usual=DIGEST,
        icon="calendar",
    ),
    Kind(
        "follow_up.late",
        Text(
            "A follow-up in my team is late",
            "团队里有跟进未按时完成",
            "團隊裡有跟進未如期完成",
            "В моей команде что-то не сделано в срок",
        ),
        _says(
            Text(
                "The deadline has passed, and it is not done: %(name)s",
                "已过期限，还没有完成：%(name)s",
                "已過期限，還沒有完成：%(name)s",
                "Срок прошёл, а это не сделано: %(name)s",
            ),
            before=Text(
                "The deadline is near, and it is not done yet: %(name)s",
                "期限快到了，还没有完成：%(name)s",
                "期限快到了，還沒有完成：%(name)s",
                "Срок подходит, а это ещё не сделано: %(name)s",
            ),
            many=Text(
                "Follow-ups past their deadline: %(name)s",
                "已过期限还没完成的跟进：%(name)s 项",
                "已過期限還沒完成的跟進：%(name)s 項",
                "Не сделано в срок: %(name)s",
            ),
        ),
        usual=DIGEST,
        icon="clock",
    ),
    Kind(
        "follow_up.missed_off",
        Text(
            "Something of mine came due while SalesApp was off",
            "系统停机期间，我有跟进到期",
            "系統停機期間，我有跟進到期",
            "Пока SalesApp не работал, у меня подошли сроки",
        ),
        _says(
            Text(
                "What came due for you while SalesApp was off: %(name)s",
                "系统停机期间，你有 %(name)s 项跟进到期",
                "系統停機期間，你有 %(name)s 項跟進到期",
                "Пока SalesApp не работал, подошёл срок ваших действий: %(name)s",
            )
        ),
        usual=DIGEST,
        icon="clock",
    ),
    Kind(
        "batch.given",
        Text(
            "Several are given to me at once",
            "有多条记录一次交给我",
            "有多筆記錄一次交給我",
            "Мне передано сразу несколько",
        ),
        _says(
            Text(
                "%(who)s gave you several at once: %(name)s",
                "%(who)s 一次交给了你 %(name)s 条记录",
                "%(who)s 一次交給了你 %(name)s 筆記錄",
                "%(who)s — вам передано сразу: %(name)s",
            )
        ),
        icon="users",
    ),
    Kind(
        "customer.enquired",
        Text("A customer of mine asks again", "我的客户再次咨询", "我的客戶再次詢問", "Мой клиент обратился снова"),
        _says(
            Text(
                "Your customer got in touch again: %(name)s (noted by %(who)s)",
                "你的客户又来咨询了：%(name)s（%(who)s 登记）",
                "你的客戶又來詢問了：%(name)s（%(who)s 登記）",
                "Ваш клиент обратился снова: %(name)s (записал(а) %(who)s)",
            )
        ),
        icon="phone",
    ),
    Kind(
        "customer.asked_for",
        Text(
            "Somebody asks about a customer of mine",
            "有人询问我的客户",
            "有人詢問我的客戶",
            "Спрашивают о моём клиенте",
        ),
        _says(
            Text(
                "%(who)s asks about your customer: %(name)s",
                "%(who)s 想了解你的客户：%(name)s",
                "%(who)s 想了解你的客戶：%(name)s",
                "%(who)s спрашивает о вашем клиенте: %(name)s",
            )
        ),
        icon="hand",
    ),
    Kind(
        PLUGIN,
        Text("A plugin has something for me", "插件有事提醒我", "外掛有事提醒我", "Плагин сообщает мне о чём-то"),
        _says(
            Text("%(says)s: %(name)s", "%(says)s：%(name)s", "%(says)s：%(name)s", "%(says)s: %(name)s"),
            page=Text(*["%(says)s"] * 4),
        ),
        icon="sparkles",
    ),
    Kind(
        "mailing.failed",
        Text(
            "A message to a group of mine did not go out",
            "我的群发没有发出",
            "我的群發沒有寄出",
            "Моя рассылка не ушла",
        ),
        _says(
            Text(
                "Your message to a group did not go out: %(name)s",
                "你的群发没有发出：%(name)s",
                "你的群發沒有寄出：%(name)s",
                "Ваша рассылка не ушла: %(name)s",
            ),
            too_many=Text(
                "Its list has grown too long, so nothing went out this time: %(name)s",
                "名单人数超出上限，这次没有发出：%(name)s",
                "名單人數超出上限，這次沒有寄出：%(name)s",
                "Список стал слишком длинным, в этот раз ничего не ушло: %(name)s",
            ),
            unreadable=Text(
                "Its list cannot be read any more, so nothing went out this time: %(name)s",
                "名单条件已失效，这次没有发出：%(name)s",
                "名單條件已失效，這次沒有寄出：%(name)s",
                "Условия списка больше не действуют, в этот раз ничего не ушло: %(name)s",
            ),
            missed=Text(
                "SalesApp was off when its time came, so nothing went out this time: %(name)s",
                "到点时系统停机，这次没有发出：%(name)s",
                "到點時系統停機，這次沒有寄出：%(name)s",
                "SalesApp не работал в назначенное время, в этот раз ничего не ушло: %(name)s",
            ),
            left=Text(
                "Who wrote this message to a group has left, so it no longer goes out; copy it to go on: %(name)s",
                "发起人已离职，这个群发不再发送；如需继续，请复制一份：%(name)s",
                "發起人已離職，這個群發不再寄送；如需繼續，請複製一份：%(name)s",
                "Автор рассылки больше не работает, она остановлена. Чтобы продолжить, скопируйте её: %(name)s",
            ),
            failed=Text(
                "Not one of them could be sent: %(name)s",
                "一条也没有发送成功：%(name)s",
                "一則也沒有寄送成功：%(name)s",
                "Не удалось отправить ни одного сообщения: %(name)s",
            ),
        ),
        icon="mail",
    ),
    Kind(
        "activity.overdue",
        Text("What I have overdue", "我的逾期活动", "我的逾期活動", "Мои просроченные активности"),
        MappingProxyType({}),
        usual=DIGEST,
        ways=(OFF, DIGEST),
        icon="clock",
    ),
    Kind(
        "job.parked",
        Text("A background job was given up", "后台任务已放弃", "背景工作已放棄", "Фоновая задача остановлена"),
        _says(
            Text(
                "A background job was given up after eight tries",
                "一个后台任务试了八次仍未成功，已停止",
                "一項背景工作試了八次仍未成功，已停止",
                "Фоновая задача остановлена после восьми попыток",
            )
        ),
        ways=(OFF, APP, MAIL),
        verb="settings.manage",
        icon="list-checks",
    ),
    Kind(
        "mail.failing",
        Text("Mails cannot be sent", "邮件发不出去", "郵件寄不出去", "Почта не отправляется"),
        _says(
            Text(
                "Mails cannot be sent at present",
                "邮件目前发不出去",
                "郵件目前寄不出去",
                "Почта сейчас не отправляется",
            )
        ),
        usual=APP,  # not by mail, for a good reason
        ways=(OFF, APP),
        verb="settings.manage",
        icon="mail",
    ),
)
KINDS_BY_KEY: Final = {kind.key: kind for kind in KINDS}

HIDDEN: Final = Text(
    "This was about something you can no longer see",
    "这条提醒涉及的内容你已无权查看",
    "這則提醒涉及的內容你已無權查看",
    "Это о том, что вам больше не видно",
)
HOUR_FIELDS: Final = ("digest_hour", "quiet_from", "quiet_to")
HOURS: Final = tuple(str(hour) for hour in range(24))
NOBODY: Final = "SalesApp"
"""Who did it when nobody did: an import, a job."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How one person wants to be told. Hours are whole ones of their own day: `digest_hour` None for no digest,
    `quiet_from` None for no quiet hours."""

    ways: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    digest_hour: int | None = 8
    quiet_from: int | None = 21
    quiet_to: int | None = 7

    def way(self, kind: str) -> str:
        """How they hear of this kind; of one that is not known any more, not at all."""
        found = KINDS_BY_KEY.get(kind)
        if found is None:
            return OFF
        chosen = self.ways.get(kind, found.usual)
        return chosen if chosen in found.ways else found.usual


def read_choices(typed: Mapping[str, str], kinds: Sequence[Kind], before: Choices) -> tuple[Choices, list[Problem]]:
    """What a form means: `way_<kind>`, `digest_hour`, `quiet_from`, `quiet_to`; and what is wrong with it. Kinds it
    does not show stay as they were."""
    problems: list[Problem] = []
    ways = dict(before.ways)
    for kind in kinds:
        ways[kind.key] = typed.get(way_field(kind.key), "")
        if ways[kind.key] not in kind.ways:
            problems.append(problem(way_field(kind.key), N_("Please choose one of the list.")))
    hours = {name: _hour(name, typed.get(name, ""), problems) for name in HOUR_FIELDS}
    begin, end = hours["quiet_from"], hours["quiet_to"]
    if not problems and (begin is None) != (end is None):
        missing = "quiet_from" if begin is None else "quiet_to"
        problems.append(problem(missing, N_("Choose both hours, or neither.")))
    if begin is not None and begin == end:
        problems.append(problem("quiet_to", N_("The quiet hours have to end at another hour than they begin.")))
    return Choices(ways, hours["digest_hour"], begin, end), problems


def way_field(kind: str) -> str:
    """What the form field of a kind is called."""
    return f"way_{kind.replace('.', '_')}"


def _hour(name: str, text: str, problems: list[Problem]) -> int | None:
    if not text:
        return None
    if text not in HOURS:
        problems.append(problem(name, N_("Please choose one of the list.")))
        return None
    return int(text)


def kinds_for(actor: Actor) -> list[Kind]:
    """The kinds that can come to this person."""
    return [kind for kind in KINDS if not kind.verb or can(actor, kind.verb)]


def sentence(kind: str, how: str, who: str, name: str, language: str, told: Mapping[str, str] | None = None) -> str:
    """What the notice says, in this language. `told` are a plugin's own words, by language."""
    says = KINDS_BY_KEY[kind].says
    words = {"who": who or NOBODY, "name": name, "says": (told or {}).get(language, "")}
    return says.get(how, says[""]).in_language(language) % words


def hidden(language: str) -> str:
    """What it says to somebody who may not see the record: neither its name nor a way to it."""
    return HIDDEN.in_language(language)
