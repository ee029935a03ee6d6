"""The first dance of a wedding: a song, some rehearsals, and a day that does not move."""

from salesapp.plugin_api import AllOf, Field, Gate, KeyStep, LostReason, Not, Process, Stage, Text, When

WEDDING = "dance_school.wedding"

WEDDING_DAY = Field("wedding_day", Text("Wedding day", "婚礼日期", "婚禮日期", "День свадьбы"), "date")
SONG = Field("song", Text("Song", "舞曲", "舞曲", "Песня"), "text")
REHEARSALS = Field(
    "lessons",
    Text("Rehearsals", "排练次数", "排練次數", "Число репетиций"),
    "integer",
    help=Text("Five are usual.", "一般为五次。", "一般為五次。", "Обычно пять."),
)

INSTEAD = Field("instead", Text("Where they dance instead", "改去了哪里", "改去了哪裡", "Куда ушли вместо нас"), "text")

MET = KeyStep("met", Text("Meet the couple", "与新人见面", "與新人見面", "Встретиться с парой"), ("activity.meeting",))
REHEARSED = KeyStep("rehearsed", Text("First rehearsal", "首次排练", "首次排練", "Первая репетиция"))

IN_TIME = Gate(
    "in_time",
    Not(When("field.wedding_day", "within", 3650)),
    hint=Text("That day has passed.", "这个日子已经过去了。", "這個日子已經過去了。", "Этот день уже прошёл."),
)

ASKED = Stage(
    key="asked",
    label=Text("Asked", "咨询", "詢問", "Запрос"),
    goal=Text("Know the day and the song", "了解日期和舞曲", "了解日期與舞曲", "Узнать день и песню"),
    key_steps=(MET,),
    probability=30,
    longest_stay_days=7,
    to_leave=(Gate("known", AllOf((When("field.wedding_day", "filled"), When("field.song", "filled")))), IN_TIME),
)
OFFERED = Stage(
    key="offered",
    label=Text("Offered", "已报价", "已報價", "Предложение"),
    goal=Text("A yes to the rehearsals", "确认排练安排", "確認排練安排", "Согласие на репетиции"),
    key_steps=(REHEARSED,),
    probability=70,
    longest_stay_days=14,
    to_leave=(Gate("agreed", AllOf((When("field.lessons", "at_least", 1), When("amount", "filled")))),),
)

WEDDINGS = Process(
    key="wedding",
    label=Text("Wedding dances", "婚礼舞蹈", "婚禮舞蹈", "Свадебный танец"),
    stages=(ASKED, OFFERED),
    lost_reasons=(
        LostReason("price", Text("Too expensive", "价格太高", "價格太高", "Дорого")),
        LostReason("off", Text("No first dance after all", "决定不跳了", "決定不跳了", "Решили без танца")),
    ),
    fields=(WEDDING_DAY, SONG, REHEARSALS, INSTEAD),
    lost_asks=("instead",),
    lost_needs_call=True,
)
