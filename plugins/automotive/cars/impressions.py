"""What a customer says of a test drive: the form that is filled in when the car is back."""

from salesapp.plugin_api import Field, Option, ResultForm, Text

from ..showroom import KEY

LIKED = Field("liked", Text("What they liked", "喜欢哪里", "喜歡哪裡", "Что понравилось"), "text")
DISLIKED = Field("disliked", Text("What they did not like", "不满意哪里", "不滿意哪裡", "Что не понравилось"), "text")
COMPARED = Field("compared", Text("Compared with", "和哪款车比较", "和哪款車比較", "С чем сравнивали"), "text")
READY = Field(
    "ready",
    Text("Ready to talk price", "愿意谈价格", "願意談價格", "Готов обсуждать цену"),
    "choice",
    options=(
        Option("yes", Text("Yes", "愿意", "願意", "Да")),
        Option("no", Text("Not yet", "还不", "還不", "Пока нет")),
    ),
)
FORM = ResultForm(
    "drive",
    Text("Impressions of the test drive", "试驾感受", "試駕感受", "Впечатления от тест-драйва"),
    "demo",
    fields=(LIKED, DISLIKED, COMPARED, READY),
    required=("liked", "ready"),
    process=KEY,
)
