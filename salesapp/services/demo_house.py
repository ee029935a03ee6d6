"""What the demo's owner made for everybody: two fields of their own and three views of lists."""

from dataclasses import dataclass
from typing import Final

from salesapp.demo.texts import Texts
from salesapp.domain.conditions import AllOf, AnyOf, Condition, When
from salesapp.domain.list_query import Kind, ListQuery
from salesapp.domain.money import Money
from salesapp.domain.own_fields import OWN
from salesapp.services.own_fields import add_field
from salesapp.services.saved_views import save_view
from salesapp.services.work import Work
from salesapp.store import own_fields


@dataclass(frozen=True, slots=True)
class Choice:
    """An own field to choose in: its key, and the keys of its options."""

    key: str
    options: tuple[str, ...]

    def custom(self, option: str) -> dict[str, dict[str, str]]:
        """The answer as a record keeps it."""
        return {OWN: {self.key: option}}


@dataclass(frozen=True, slots=True)
class House:
    """The owner's fields: the trade of a customer, the product line of a deal."""

    trade: Choice
    line: Choice


QUIET_DAYS: Final = 30
SOON_DAYS: Final = 30


def furnish(w: Work, texts: Texts, large: Money) -> House:
    """Make the fields and the views, as the owner does."""
    trade = _choice(w, "customer", texts.trade, texts.trades)
    line = _choice(w, "deal", texts.line, texts.lines)
    for kind, where in _views(large).items():
        save_view(w, texts.views[kind], "everybody", ListQuery(kind, where))
    return House(trade, line)


def _choice(w: Work, kind: str, label: str, options: tuple[str, ...]) -> Choice:
    field_id = add_field(w, kind, "choice", {"label": label, "options": "\n".join(options)})
    made = own_fields.get(w.session, field_id)
    assert made is not None
    return Choice(made.key, tuple(key for key, _ in made.options))


def _views(large: Money) -> dict[Kind, Condition]:
    quiet = AnyOf((When("last_contact", "ago", QUIET_DAYS), When("last_contact", "empty")))
    soon = (When("amount", "at_least", large), When("expected_close", "ahead", SOON_DAYS))
    return {
        "customer": AllOf((When("grade", "is", "A"), quiet)),
        "deal": AllOf((When("state", "is", "open"), *soon)),
        "activity": AllOf((When("kind", "is", "visit"), When("done", "within", 14))),
    }
