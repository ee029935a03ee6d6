"""What the dance school never forgets: a word after the booking, a call while a place is held, the wedding day."""

from datetime import time

from salesapp.plugin_api import (
    ByGrade,
    ByLevel,
    DateKind,
    Deadline,
    Do,
    Escalate,
    Field,
    FollowUp,
    Interval,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Option,
    ResultForm,
    Silence,
    SolarTerm,
    Text,
    Until,
    When,
)

from .courses import COURSE

DECIDED = Field(
    "decided",
    Text("Do they take the place?", "是否报名", "是否報名", "Берут ли место"),
    "choice",
    options=(
        Option("yes", Text("Yes", "报名", "報名", "Да")),
        Option("later", Text("Not yet", "再考虑", "再考慮", "Пока думают")),
    ),
)
PLACE_HELD = ResultForm("place_held", DECIDED.label, "call", (DECIDED,), ("decided",), process=COURSE, by_rule=True)

CONFIRM = FollowUp(
    "confirm",
    Text("Confirm the trial lesson", "确认体验课", "確認體驗課", "Подтвердить пробный урок"),
    when=OnEvent("dance_school.booked"),
    do=Do(
        "message",
        Text("Confirm: {customer}", "发确认信息：{customer}", "發確認訊息：{customer}", "Подтвердить: {customer}"),
    ),
    who="salesperson",
    deadline=Deadline(2, "hour"),
)
STILL_HELD = FollowUp(
    "still_held",
    Text("Call while a place is held", "留位期间致电", "保留名額期間致電", "Звонок, пока место за ними"),
    when=OnStage(COURSE, "place"),
    do=Do(
        "call",
        Text(
            "Ask {customer} about the place",
            "询问 {customer} 是否报名",
            "詢問 {customer} 是否報名",
            "Узнать о месте: {customer}",
        ),
        form="dance_school.place_held",
    ),
    who="salesperson",
    deadline=Deadline(1, "working_day", time(18)),
    every=Interval(3, "day"),
    until=Until(times=3),
    unless=When("state", "is", "won"),
    escalate=Escalate("manager", after=12),
)
WEDDING = FollowUp(
    "wedding_day",
    Text("A month before the wedding", "婚礼前一个月", "婚禮前一個月", "За месяц до свадьбы"),
    when=OnDate("deal.dance_school.wedding_day", days=-30),
    do=Do(
        "call",
        Text("How far is {customer}?", "{customer} 练得怎么样了？", "{customer} 練得如何？", "Как успехи: {customer}?"),
    ),
)
ANNIVERSARY = FollowUp(
    "wedding_anniversary",
    Text("Wedding anniversary", "结婚纪念日", "結婚紀念日", "Годовщина свадьбы"),
    when=OnDate("deal.dance_school.wedding_day", days=365, yearly=False),
    do=Do("message", Text("Greet {customer}", "祝福 {customer}", "祝福 {customer}", "Поздравить: {customer}")),
    unless=When("state", "is_not", "won"),
)
COURSE_ENDS = DateKind("course_ends", Text("Course ends", "课程到期", "課程到期", "Конец курса"))
GO_ON = FollowUp(
    "go_on",
    Text("Two weeks before the course ends", "课程到期前两周", "課程到期前兩週", "За две недели до конца курса"),
    when=OnDate("date.dance_school.course_ends", days=-14),
    do=Do(
        "call",
        Text(
            "Ask {customer} how to go on after {about}",
            "询问 {customer} 是否续报：{about}",
            "詢問 {customer} 是否續報：{about}",
            "Спросить о продолжении: {customer}, {about}",
        ),
    ),
)
OUTDOORS = FollowUp(
    "outdoors",
    Text("Dancing outdoors", "户外舞会", "戶外舞會", "Танцы под открытым небом"),
    when=OnHoliday(SolarTerm("lixia"), days=-7),
    do=Do("message", Text("Invite {customer}", "邀请 {customer}", "邀請 {customer}", "Пригласить: {customer}")),
    unless=When("grade", "is_not", "A"),
)
CALL = Do("call", Text("Call {customer}", "致电 {customer}", "致電 {customer}", "Позвонить: {customer}"))
KEEN = FollowUp(
    "keen",
    Text("By how keen they are", "按意向跟进", "依意願跟進", "По тому, насколько хотят"),
    when=ByLevel("dance_school.keen", (("now", Interval(1, "day")), ("thinks", Interval(5, "day")))),
    do=CALL,
)
BY_GRADE = FollowUp(
    "by_grade",
    Text("A word by grade", "按等级联系", "依等級聯繫", "По категории ученика"),
    when=ByGrade(),
    do=CALL,
    unless=When("state", "is_not", "customer"),
)
MISSED = FollowUp(
    "missed",
    Text("Not heard of since last season", "一季没联系", "一季沒聯繫", "Давно не связывались"),
    when=Silence(Interval(3, "month")),
    do=Do("message", Text("Ask {customer} back", "问候 {customer}", "問候 {customer}", "Позвать снова: {customer}")),
)

FOLLOW_UPS = (
    *(PLACE_HELD, CONFIRM, STILL_HELD, WEDDING, ANNIVERSARY, COURSE_ENDS, GO_ON, OUTDOORS),
    *(KEEN, BY_GRADE, MISSED),
)
