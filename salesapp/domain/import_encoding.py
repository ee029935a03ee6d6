"""Which encoding bytes are in, told by the text they give: that bytes can be decoded proves next to nothing, for almost
any bytes are text in a code page. Each candidate is decoded and its letters are judged."""

import re
from collections.abc import Callable
from typing import Final

CANDIDATES: Final = ("gb18030", "big5", "shift_jis", "euc-kr", "cp1251", "cp1252", "koi8-r", "cp866")
READ_AS: Final = {"big5": "cp950", "shift_jis": "cp932", "euc-kr": "cp949"}
"""The wider form of an encoding, which programs write under the name of the narrower one."""
_AT_HOME: Final = {"zh_Hans": ("gb18030",), "zh_Hant": ("big5",), "ru": ("cp1251",), "en": ("cp1252",)}
_LIKELY: Final = {"gb18030": 0.06, "cp1252": 0.06, "cp1251": 0.04, "big5": 0.03, "shift_jis": 0.0, "euc-kr": 0.0}
_COMMON_HANS: Final = frozenset(
    "的一是不了人在有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同"
    "三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内"
    "加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战"
    "干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量"
    "空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏"
    "医护号楼街镇县省州村店购贸易团集份限责限电话址邮箱客户姓职称备注类型状态合同金额日期负责销售产品价格订购刘陈杨赵吴徐孙朱胡郭何罗梁宋郑谢韩唐冯邓曹彭曾萧田董潘袁蔡蒋余杜叶魏苏吕丁沈任姚卢傅钟姜崔谭廖范汪陆石"
    "药厂械材料装修服饰饮食餐旅游银证券投科苑桥河湖港湾朝阳丰台石景门头沟房顺义昌平怀柔密云延庆津沪渝深圳杭宁波温州厦福"
)
_COMMON_HANT: Final = frozenset(
    "的一是不了人在有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可里後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手用主行方又如前所本見經頭面公同"
    "三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內"
    "加化由卻代軍產入先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計或司利受光王果親界及今京務制解各任至清物臺台象記邊共風戰"
    "干接它許八特覺望直服毛林題建南度統色字請交愛讓認算論百吃義科怎元社術結六功指思非流每青管夫連遠資隊跟帶花快條院變聯言權往展該領傳近留紅治決周保達辦運武半候七必城父強步完革深區即求品士轉量"
    "空甚眾技輕程告江語英基派滿式李息寫呢識極令黃德收臉錢黨倒未持取設始版雙歷越史商千片容研像找友孩站廣改議形委早房音火際則首單據導影失拿網香似斯專石若兵弟誰校讀志飛觀爭究包組造落視濟喜離雖壞"
    "醫護號樓街鎮縣省州村店購貿易團集份限責電話址郵箱客戶姓職稱備註類型狀態額負銷售價格訂劉陳楊趙吳徐孫朱胡郭羅梁宋鄭謝韓唐馮鄧曹彭曾蕭田董潘袁蔡蔣余杜葉魏蘇呂丁沈任姚盧傅鐘姜崔譚廖范汪陸石"
    "弄巷段號室鄉里台北高雄新竹中南桃園嘉屏花蓮宜蘭基隆股份限企業行"
)
_COMMON_HANGUL: Final = frozenset(
    "이다는을가의에고하은지도를로사인한기서어자그리대일아시나해수만정게있들과보여부스제었장라전주구성안공소생관동중비학원상화오면무신경으위문조물민실발연모교마우방음선계니요김박최강윤임"
    "송권황류홍심노곽배백허남유준현영예진혜숙희철석훈호재태승규형빈찬균종병창길순옥미애란름메객명칭번처담당직책급업회팀품목량단격금액합총날짜등록완료결납입출매판약견적거래답변용내참설분"
    "점포택건축식치울산광역별특군읍층북천항춘평양청충덕월년초말"
)
_RUSSIAN: Final = frozenset("оеаинтсрвлкмдпуяыьбгзчйхжшюцщэфъё")
_FREQUENT: Final = frozenset("оеаинтсрвлкм")
_VOWELS: Final = frozenset("аеёиоуыэюя")
_WESTERN: Final = frozenset("äöüßéèêëàâáíìîïóòôúùûñçãõøåæœÄÖÜÉÈÀÁÓÚÑÇØÅ")
_SIGNS: Final = frozenset("’‘“”„«»–—…€£©®°§·№•™´¿¡²³½¼×")
_WORD: Final = re.compile(r"[^\W\d_]+")


def guess_encoding(sample: bytes, language: str) -> str:
    """The likeliest encoding of bytes that are neither UTF-8 nor UTF-16; the language of the house decides what the
    bytes leave open."""
    return max(CANDIDATES, key=lambda each: _plausible(sample, each) + _LIKELY.get(each, -0.05) + _hint(each, language))


def _hint(encoding: str, language: str) -> float:
    return 0.12 if encoding in _AT_HOME.get(language, ()) else 0.0


def _plausible(sample: bytes, encoding: str) -> float:
    """How much of what is not ASCII makes sense, from 0 to 1; bytes that are none of the encoding's count against."""
    text = sample.decode(READ_AS.get(encoding, encoding), "replace")
    wrong = text.count("\ufffd")
    if encoding in _JUDGES_OF_SIGNS:
        judge = _JUDGES_OF_SIGNS[encoding]
        marks = [judge(sign) for sign in text if sign > "\x7f" and sign != "\ufffd"]
    else:
        marks = [mark for word in _words(text) for mark in _JUDGES_OF_WORDS[encoding](word)]
    return (sum(marks) - wrong) / max(1, len(marks) + wrong)


def _words(text: str) -> list[str]:
    """Words that hold more than ASCII, and single signs."""
    return re.findall(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*|[^\x00-\x7f\ufffd]", text)


def _han(sign: str, common: frozenset[str], encoded: bytes, usual: tuple[int, int]) -> float:
    if sign in common:
        return 1.0
    if "\u4e00" <= sign <= "\u9fff" and len(encoded) == 2:
        return (
            0.55 if usual[0] <= encoded[0] <= usual[1] and encoded[1] >= (0xA1 if usual[0] == 0xB0 else 0x40) else 0.1
        )
    return 0.6 if sign in "，。、：；（）《》“”！？－—…·￥　１２３４５６７８９０【】「」" else 0.05


def _gb18030(sign: str) -> float:
    return _han(sign, _COMMON_HANS, sign.encode("gb18030", "replace"), (0xB0, 0xD7))


def _big5(sign: str) -> float:
    return _han(sign, _COMMON_HANT, sign.encode("cp950", "replace"), (0xA4, 0xC6))


def _shift_jis(sign: str) -> float:
    if "\u3041" <= sign <= "\u30fc":
        return 0.95
    encoded = sign.encode("cp932", "replace")
    return 0.5 if len(encoded) == 2 and 0x88 <= encoded[0] <= 0x97 else 0.05


def _euc_kr(sign: str) -> float:
    """Chinese, too, gives syllables when it is read as Korean, but seldom those that Korean is made of."""
    if sign in _COMMON_HANGUL:
        return 1.0
    encoded = sign.encode("cp949", "replace")
    return 0.7 if "\uac00" <= sign <= "\ud7a3" and min(encoded) >= 0xA1 else 0.05


def _russian(word: str) -> list[float]:
    """Of each letter; a word has one case (or a capital in front), a vowel, and no letter of another alphabet."""
    if len(word) == 1 and not word.isalpha():
        return [0.5 if word in "«»—–№…“”" else 0.05]
    letters = set(word.casefold())
    if not letters <= _RUSSIAN or not _one_case(word) or (len(word) > 3 and not letters & _VOWELS):
        return [0.05] * len(word)
    if len(word) == 1:
        return [0.6]
    less = 0.2 if word.isupper() else 0.0  # the small letters of KOI8-R are capitals in cp1251
    return [(1.0 if letter in _FREQUENT else 0.8) - less for letter in word.casefold()]


def _western(word: str) -> list[float]:
    """Of each letter beyond ASCII: they stand among plain letters, few in a word."""
    beyond = [sign for sign in word if sign > "\x7f"]
    if len(word) == 1 and not word.isalpha():
        return [0.6 if word in _SIGNS else 0.05]
    if 2 * len(beyond) > len(word) + 1 or not _one_case(word) or len(word) < 2:
        return [0.1] * len(beyond)
    return [0.95 if sign in _WESTERN else 0.3 for sign in beyond]


def _one_case(word: str) -> bool:
    return word.islower() or word.isupper() or word.istitle() or (word[:1].isupper() and word[1:].islower())


_JUDGES_OF_SIGNS: Final[dict[str, Callable[[str], float]]] = {
    "gb18030": _gb18030,
    "big5": _big5,
    "shift_jis": _shift_jis,
    "euc-kr": _euc_kr,
}
_JUDGES_OF_WORDS: Final[dict[str, Callable[[str], list[float]]]] = {
    "cp1251": _russian,
    "koi8-r": _russian,
    "cp866": _russian,
    "cp1252": _western,
}


def looks_like_utf16(start: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where every second byte is often zero (line ends and digits are), without a mark."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    few = max(2, len(start) // 100)
    if odd >= few and even * 20 <= odd:
        return "utf-16-le"
    return "utf-16-be" if even >= few and odd * 20 <= even else None
