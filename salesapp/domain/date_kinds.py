"""Kinds of dates a plugin keeps of customers, beside those of the house: `customer_labels.DATE_KINDS`."""

from dataclasses import dataclass

from salesapp.domain.pack import check_key, check_text
from salesapp.domain.text import Text


@dataclass(frozen=True, slots=True)
class DateKind:
    """A kind of date a plugin keeps of a customer with `w.keep_date`: the insurance of a car ends, a warranty is over.
    "insurance" of the plugin `car` is known as `car.insurance`, and rules begin with it: `OnDate("date.car.insurance",
    days=-90)`. `yearly`: it comes round each year, as a birthday does, and so do its rules."""

    key: str
    label: Text
    yearly: bool = False

    def __post_init__(self) -> None:
        check_key("DateKind", self.key)
        me = f"DateKind {self.key!r}"
        check_text(me, "label", self.label)
        if type(self.yearly) is not bool:
            raise ValueError(f"{me}: yearly must be True or False, not {self.yearly!r}")
