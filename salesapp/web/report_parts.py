"""The parts of the reports: figures, tables with links, and what their charts draw."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesapp.domain.errors import N_
from salesapp.domain.pack import Process
from salesapp.store.report_medians import Median
from salesapp.store.reports import Closed, Standing
from salesapp.web import deal_words
from salesapp.web.i18n import gettext, ngettext, say, show_number
from salesapp.web.inputs import plain_amount
from salesapp.web.report_asking import EMPTY, Lists, Row, between
from salesapp.web.report_words import about, both, days_exactly, percent, rounded, stay_in_days
from salesapp.web.request import catalog

NO_SOURCE: Final = ""
_BECAME: Final[Row] = ("state", "is", ["customer"])


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: what it says, where it leads, and what a file has in its place."""

    text: str
    href: str = ""
    plain: str | None = None

    @property
    def in_file(self) -> str:
        """What a file says."""
        return self.text if self.plain is None else self.plain


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: what it is about, its share of the longest in percent and that of a part of it, what is said
    beside it, and the number it draws, which opens its list."""

    label: str
    share: int
    said: str
    number: Cell | None = None
    second: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One report: its table, the bars above it, and what explains it. `kind` says how the bars are drawn."""

    key: str
    title: str
    explanation: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    kind: str = ""
    bars: tuple[Bar, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the head: short and full, what it counts, and the list behind it."""

    label: str
    short: str
    explanation: str
    full: str = ""
    href: str = ""
    under: str = ""


def number(n: int, href: str = "") -> Cell:
    """A count; one of nothing leads nowhere."""
    return Cell(show_number(n), href if n else "", str(n))


def share_of(n: int, most: int) -> int:
    """How long a bar is; never nothing where there is something."""
    return max(1 if n else 0, round(100 * n / most)) if most > 0 else 0


# --- the head ---


@dataclass(frozen=True, slots=True)
class Money:
    """What was won in one currency."""

    currency: str
    won: int
    priced: int
    minor: int
    median: Median | None
    open_deals: int

    @property
    def mean(self) -> float | None:
        """The average of those that have an amount."""
        return self.minor / self.priced if self.priced else None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the closed and open deals come to."""

    won: int = 0
    lost: int = 0
    open: int = 0
    secs: int = 0
    cycle: Median | None = None
    money: tuple[Money, ...] = field(default=())

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def every(self) -> int:
        return self.closed + self.open

    @property
    def mean_cycle(self) -> float | None:
        """The average time from opening to close, in seconds."""
        return self.secs / self.won if self.won else None


def totals(closed: Iterable[Closed], medians: Mapping[str, Median], open_by: Mapping[str, int]) -> Totals:
    """Added up; currencies in the order of the deals won in them."""
    ends: Counter[str] = Counter()
    won: dict[str, list[int]] = {}
    secs = 0
    for each in closed:
        ends[each.state] += each.n
        if each.state == "won":
            sums = won.setdefault(each.currency, [0, 0, 0])
            sums[0], sums[1], sums[2] = sums[0] + each.n, sums[1] + each.priced, sums[2] + each.amount_minor
            secs += each.secs
    money = [
        Money(key, n, priced, minor, medians.get(key), open_by.get(key, 0)) for key, (n, priced, minor) in won.items()
    ]
    money.sort(key=lambda each: (-each.won, each.currency))
    return Totals(ends["won"], ends["lost"], sum(open_by.values()), secs, medians.get(""), tuple(money))


def velocity(found: Totals, money: Money) -> float | None:
    """Minor units a day: open deals x win rate x average value / average cycle in days."""
    cycle, mean = found.mean_cycle, money.mean
    if not cycle or mean is None:
        return None
    return money.open_deals * (found.won / found.closed) * mean / (cycle / 86400)


def figures(found: Totals, lists: Lists, done: int) -> list[Figure]:
    """The head of figures."""
    main = found.money[0] if found.money else None
    won = lists.closed("won")
    shown = [
        Figure(
            gettext("Won"),
            show_number(found.won),
            gettext("Deals that were won in this time."),
            href=won,
        ),
        Figure(
            gettext("Lost"),
            show_number(found.lost),
            gettext("Deals that were lost in this time."),
            href=lists.closed("lost"),
        ),
        Figure(
            gettext("Win rate"),
            percent(found.won, found.closed),
            _rate_explained(found),
        ),
        Figure(
            gettext("Opportunities"),
            show_number(found.every),
            gettext("Deals that were closed in this time, won or lost, and those that are open now."),
            href=in_play(lists),
        ),
    ]
    activities = Figure(
        gettext("Activities done"),
        show_number(done),
        gettext("What was done in this time, of whatever kind and for whichever process."),
        href=lists.activities(),
    )
    return [*shown, *_money_figures(found, main, won), activities]


def _rate_explained(found: Totals) -> str:
    """Both definitions, to two decimals."""
    words = {
        "rate": percent(found.won, found.closed, 2),
        "won": show_number(found.won),
        "closed": show_number(found.closed),
        "all_rate": percent(found.won, found.every, 2),
        "every": show_number(found.every),
    }
    text = gettext(
        "Won of closed: %(rate)s (%(won)s of %(closed)s; open deals do not count). Won of all: %(all_rate)s "
        "(%(won)s of %(every)s, those that are open now among them)."
    )
    return text % words


def in_play(lists: Lists) -> str:
    """The list of all opportunities."""
    days = between("closed", lists.asked.days)
    if not days:
        return lists.deals()
    closed = [{"field": fact, "op": op, "value": {"date": values[0]}} for fact, op, values in days]
    return lists.deals(beyond={"any": [{"field": "state", "op": "is", "value": "open"}, {"all": closed}]})


def _money_figures(found: Totals, main: Money | None, won: str) -> list[Figure]:
    if main is None:
        return []
    cycle, median = found.mean_cycle or 0, found.cycle
    value, full = both(main.minor, main.currency)
    mean, mean_full = both(main.mean, main.currency)
    middle_full = both(main.median.value if main.median else None, main.currency)[1]
    rest = ngettext("and %(num)s other currency, below", "and %(num)s other currencies, below", len(found.money) - 1)
    others = rest % {"num": len(found.money) - 1} if len(found.money) > 1 else ""
    pace = velocity(found, main)
    pace_short, pace_full = both(pace, main.currency)
    return [
        Figure(
            gettext("Revenue won"),
            value,
            gettext(
                "The amounts of the deals that were won in this time, in this currency. Amounts of different "
                "currencies are never added up."
            ),
            full,
            won,
            others,
        ),
        Figure(
            gettext("Average value"),
            mean,
            gettext(
                "The mean amount of won deals, of those that have one. The median is the one in the middle: half "
                "are smaller, half larger."
            ),
            mean_full,
            under=gettext("median %(what)s") % {"what": about(middle_full, main.median)},
        ),
        Figure(
            gettext("Cycle"),
            stay_in_days(round(cycle)),
            gettext(
                "From opening to close, of the deals won in this time. On average: %(mean)s; in the middle: %(median)s."
            )
            % {"mean": days_exactly(cycle), "median": about(days_exactly(median.value), median) if median else "–"},
            days_exactly(cycle),
            under=gettext("median %(what)s")
            % {"what": about(stay_in_days(round(median.value)), median) if median else "–"},
        ),
        Figure(
            gettext("Velocity a day"),
            pace_short,
            gettext(
                "Open deals × win rate × average value ÷ average cycle: what comes in on a day if it goes on like "
                "this. Open deals in this currency: %(n)s."
            )
            % {"n": show_number(main.open_deals)},
            pace_full,
        ),
    ]


def money_part(found: Totals, lists: Lists) -> Part:
    """What was won, per currency."""
    head = (
        N_("Currency"),
        N_("Won, with an amount"),
        N_("Revenue won"),
        N_("Average value"),
        N_("Median value"),
        N_("Velocity a day"),
    )
    rows = []
    for each in found.money:
        pace = velocity(found, each)
        middle = each.median.value if each.median else None
        rows.append(
            (
                Cell(each.currency),
                number(
                    each.priced, lists.deals("won", *between("closed", lists.asked.days), beyond=_in(each.currency))
                ),
                *(_amount(value, each.currency) for value in (each.minor, each.mean)),
                Cell(about(both(middle, each.currency)[1], each.median), plain=_plain(middle, each.currency)),
                _amount(pace, each.currency),
            )
        )
    return Part(
        "money",
        gettext("Revenue"),
        gettext("Won deals per currency. Average and median are of those that have an amount."),
        tuple(gettext(each) for each in head),
        tuple(rows),
    )


def _in(currency: str) -> dict[str, Any]:
    """The condition for an amount in this currency."""
    return {"field": "amount", "op": "at_least", "value": {"minor": 0, "currency": currency}}


def _amount(minor: float | None, currency: str) -> Cell:
    return Cell(both(minor, currency)[1], plain=_plain(minor, currency))


def _plain(minor: float | None, currency: str) -> str:
    return "" if minor is None else plain_amount(rounded(minor), currency)


# --- the funnel ---


def funnel(process: Process, cohorts: Iterable[Standing], stays: Mapping[str, int], lists: Lists) -> Part:
    """Stage by stage: who came into it in the time, and where they are now."""
    keys = [stage.key for stage in process.stages]
    found = {key: _of_stage(key, keys, cohorts) for key in keys}
    most = max((sum(each.values()) for each in found.values()), default=0)
    rows, bars = [], []
    for place, stage in enumerate(process.stages):
        came, later = found[stage.key], keys[place + 1 :]
        entered = sum(came.values())
        of = between(f"entered.{stage.key}", lists.asked.days, filled=True)
        here = [("stage", "not_one_of", later)] if later else []
        rate, stay = percent(came["on"], entered), stay_in_days(stays.get(stage.key))
        label = say(stage.label)
        rows.append(
            (
                Cell(label),
                number(entered, lists.deals("all", *of)),
                number(came["on"], _went_on(lists, of, later)),
                Cell(rate),
                number(came["stayed"], lists.deals("open", *of, *here)),
                number(came["lost"], lists.deals("lost", *of, *here)),
                Cell(stay, plain=str(round(stays[stage.key] / 86400, 2)) if stage.key in stays else ""),
            )
        )
        said = gettext("went on: %(rate)s · stay: %(stay)s") % {"rate": rate, "stay": stay}
        bars.append(Bar(label, share_of(entered, most), said, rows[-1][1], share_of(came["on"], most)))
    head = (
        N_("Stage"),
        N_("Entered"),
        N_("Went on"),
        N_("Went on, %"),
        N_("Stayed"),
        N_("Lost"),
        N_("Median stay"),
    )
    return Part(
        "funnel",
        gettext("Funnel"),
        gettext(
            "Entered: deals that came into the stage in this time for the first time. Of these, as they stand now: "
            "went on are won or in a later stage; lost were lost in this stage or before it; stayed are open here or "
            "before it. The stay is of deals that left the stage in this time: half were shorter, give or take a tenth."
        ),
        tuple(gettext(each) for each in head),
        tuple(rows) if most else (),
        "funnel",
        tuple(bars),
    )


def stays(process: Process, found: Mapping[str, int]) -> Part:
    """How long deals stay in each stage."""
    most = max((found.get(stage.key, 0) for stage in process.stages), default=0)
    rows, bars = [], []
    for stage in process.stages:
        label, secs = say(stage.label), found.get(stage.key)
        said = stay_in_days(secs)
        rows.append((Cell(label), Cell(said, plain="" if secs is None else str(round(secs / 86400, 2)))))
        bars.append(Bar(label, share_of(secs or 0, most), said))
    return Part(
        "stays",
        gettext("Time in each stage"),
        gettext(
            "Half of the deals that left the stage in this time had been there shorter, half longer, give or take a "
            "tenth; of the people whose deals they were then."
        ),
        (gettext("Stage"), gettext("Median stay")),
        tuple(rows) if most else (),
        "bars",
        tuple(bars),
    )


def _of_stage(key: str, keys: Sequence[str], cohorts: Iterable[Standing]) -> dict[str, int]:
    later = set(keys[keys.index(key) + 1 :])
    came = {"on": 0, "stayed": 0, "lost": 0}
    for each in cohorts:
        if each.stage == key:
            gone = each.state == "won" or each.stands in later
            came["on" if gone else "lost" if each.state == "lost" else "stayed"] += each.n
    return came


def _went_on(lists: Lists, of: list[Row], later: list[str]) -> str:
    if not later:
        return lists.deals("won", *of)
    won = {"field": "state", "op": "is", "value": "won"}
    return lists.deals("all", *of, beyond={"any": [won, {"field": "stage", "op": "one_of", "value": later}]})


# --- lost reasons, months, people, sources, choices ---


def reasons(closed: Iterable[Closed], lists: Lists) -> Part:
    """Why deals were lost, the most frequent reason first."""
    n: Counter[str] = Counter()
    for each in closed:
        if each.state == "lost":
            n[each.lost_reason] += each.n
    most, every = max(n.values(), default=0), sum(n.values())
    rows, bars = [], []
    for key, count in sorted(n.items(), key=lambda item: (-item[1], item[0])):
        label = deal_words.reason_label(lists.asked.process, key or None)
        row: Row = ("lost_reason", "is", [key]) if key else ("lost_reason", *EMPTY)
        rows.append((Cell(label), number(count, lists.closed("lost", row)), Cell(percent(count, every))))
        bars.append(Bar(label, share_of(count, most), percent(count, every), rows[-1][1]))
    return Part(
        "lost",
        gettext("Why deals were lost"),
        gettext("The reasons of the deals that were lost in this time."),
        (gettext("Reason"), gettext("Deals"), gettext("Share")),
        tuple(rows),
        "bars",
        tuple(bars),
    )


def months(found: Sequence[tuple[str, tuple[Any, Any], Mapping[str, int]]], lists: Lists) -> Part:
    """Won and lost by month: label, days, counts."""
    most = max((max(counts.values()) for _, _, counts in found), default=0)
    rows, bars = [], []
    for label, days, counts in found:
        won, lost = counts["won"], counts["lost"]
        rows.append(
            (
                Cell(label),
                number(won, lists.closed("won", days=days)),
                number(lost, lists.closed("lost", days=days)),
                Cell(percent(won, won + lost)),
            )
        )
        words = {"label": label, "won": show_number(won), "lost": show_number(lost)}
        said = gettext("%(label)s: %(won)s won, %(lost)s lost") % words
        bars.append(Bar(label, share_of(won, most), said, second=share_of(lost, most)))
    return Part(
        "months",
        gettext("Won and lost by month"),
        gettext("Deals by the month in which they were closed; at most the last twelve months of the time."),
        (gettext("Month"), gettext("Won"), gettext("Lost"), gettext("Win rate")),
        tuple(rows) if len(rows) > 1 and most else (),
        "columns",
        tuple(bars),
    )


def people(
    closed: Iterable[Closed], done: Mapping[int, int], names: Mapping[int, str], lists: Lists, shown: int
) -> Part:
    """Wins and activities of each person, of the first ones if they are very many."""
    n: dict[int, Counter[str]] = {owner: Counter() for owner in done}
    money: dict[int, Counter[str]] = {}
    for each in closed:
        n.setdefault(each.owner_key, Counter())[each.state] += each.n
        if each.state == "won" and each.priced:
            money.setdefault(each.owner_key, Counter())[each.currency] += each.amount_minor

    def place(owner: int) -> tuple[int, int, str]:
        return -n[owner]["won"], -done.get(owner, 0), names.get(owner, "")

    most = max((each["won"] for each in n.values()), default=0)
    rows, bars = [], []
    for owner in sorted(n, key=place)[:shown]:
        won, lost, acts = n[owner]["won"], n[owner]["lost"], done.get(owner, 0)
        label = names.get(owner) or gettext("nobody")
        sums = sorted(money.get(owner, {}).items(), key=lambda item: -item[1])
        rows.append(
            (
                Cell(label),
                number(won, lists.closed("won", person=owner)),
                number(lost, lists.closed("lost", person=owner)),
                Cell(percent(won, won + lost)),
                Cell(" · ".join(both(minor, key)[1] for key, minor in sums) or "–"),
                number(acts, lists.activities(owner)),
            )
        )
        said = gettext("won: %(rate)s · activities: %(acts)s")
        words = {"rate": percent(won, won + lost), "acts": show_number(acts)}
        bars.append(Bar(label, share_of(won, most), said % words, rows[-1][1]))
    head = (N_("Owner"), N_("Won"), N_("Lost"), N_("Win rate"), N_("Revenue won"), N_("Activities done"))
    return Part(
        "people",
        gettext("By person"),
        gettext(
            "Closed deals by whose they are now. Activities are those each person did in this time, whatever the "
            "process of their deals. Of very many people the page shows the first ones, the file all."
        ),
        tuple(gettext(each) for each in head),
        tuple(rows),
        "bars",
        tuple(bars[:BARS]),
    )


PEOPLE: Final = 20
BARS: Final = 12


def sources(found: Iterable[tuple[str | None, str, int]], lists: Lists) -> Part:
    """Where customers came from, and how many of them became customers."""
    came: Counter[str] = Counter()
    became: Counter[str] = Counter()
    for source, state, n in found:
        came[source or NO_SOURCE] += n
        became[source or NO_SOURCE] += n if state == "customer" else 0
    every, won = sum(came.values()), sum(became.values())
    most = max(came.values(), default=0)
    rows, bars = [], []
    for key, n in sorted(came.items(), key=lambda item: (-item[1], item[0])):
        row: Row = ("source", "is", [key]) if key else ("source", *EMPTY)
        label = _source(key)
        rate = percent(became[key], n, 2)
        rows.append(
            (
                Cell(label),
                number(n, lists.customers(row)),
                number(became[key], lists.customers(row, _BECAME)),
                Cell(rate),
            )
        )
        words = {"won": show_number(became[key]), "rate": percent(became[key], n)}
        said = gettext("became customers: %(won)s · %(rate)s") % words
        bars.append(Bar(label, share_of(n, most), said, rows[-1][1], share_of(became[key], most)))
    if len(rows) > 1:
        whole = (number(every, lists.customers()), number(won, lists.customers(_BECAME)))
        rows.append((Cell(gettext("All together")), *whole, Cell(percent(won, every, 2))))
    return Part(
        "sources",
        gettext("Sources of customers"),
        gettext(
            "Customers that were added in this time, by their source, whatever the process; archived ones do not "
            "count. Became customers: those whose state is “Customer” now."
        ),
        (gettext("Source"), gettext("Came"), gettext("Became customers"), gettext("Conversion")),
        tuple(rows),
        "bars",
        tuple(bars[:BARS]),
    )


def _source(key: str) -> str:
    found = catalog().sources.get(key)
    return gettext("no source given") if not key else say(found.label) if found else key


def choices(
    found: Sequence[tuple[str | None, str, str, int, int]],
    key: str,
    title: str,
    labels: Mapping[str, str],
    lists: Lists,
) -> Part:
    """Closed deals by what a choice field says."""
    n: dict[str, Counter[str]] = {}
    money: dict[str, Counter[str]] = {}
    for option, state, currency, count, minor in found:
        n.setdefault(option or "", Counter())[state] += count
        if state == "won":
            money.setdefault(option or "", Counter())[currency] += minor
    most = max((each["won"] for each in n.values()), default=0)
    rows, bars = [], []
    for option in sorted(n, key=lambda each: (-n[each]["won"], each)):
        row: Row = (f"field.{key}", "is", [option]) if option in labels else (f"field.{key}", *EMPTY)
        linked = option in labels or not option  # an option that has gone cannot be asked for
        won, lost = n[option]["won"], n[option]["lost"]
        label = labels.get(option, option) or gettext("nothing chosen")
        sums = [(name, minor) for name, minor in money.get(option, Counter()).most_common() if minor]
        rows.append(
            (
                Cell(label),
                number(won, lists.closed("won", row) if linked else ""),
                number(lost, lists.closed("lost", row) if linked else ""),
                Cell(percent(won, won + lost)),
                Cell(" · ".join(both(minor, name)[1] for name, minor in sums) or "–"),
            )
        )
        words = {"rate": percent(won, won + lost)}
        bars.append(Bar(label, share_of(won, most), gettext("won: %(rate)s") % words, rows[-1][1]))
    head = (N_("Won"), N_("Lost"), N_("Win rate"), N_("Revenue won"))
    return Part(
        "choices",
        gettext("By “%(field)s”") % {"field": title},
        gettext("Deals that were closed in this time, by what this field of theirs says."),
        (title, *(gettext(each) for each in head)),
        tuple(rows),
        "bars",
        tuple(bars[:BARS]),
    )
