"""Follow-up rules speak of things by their names, wherever those come from."""

from types import MappingProxyType

from salesapp.domain.conditions import When
from salesapp.domain.follow_up import ByLevel, Do, FollowUp, OnDate, OnEvent, OnStage
from salesapp.domain.follow_up_words import explain
from salesapp.domain.followups import Interval
from salesapp.domain.pack import Evidence, Field, LostReason, Option, Process, Stage
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.text import Text
from salesapp.plugging.catalog import Catalog
from salesapp.services.follow_up_labels import names_of


def said(text: str) -> Text:
    return Text(text, text, text, text)


LEVEL = Field("level", said("Level"), "choice", (Option("h", said("Hot")),), gone=(Option("o", said("Old")),))
SALE = Process(
    "sale",
    said("Car sale"),
    (Stage("delivered", said("Delivered"), said("Glad"), (), 90),),
    (LostReason("price", said("Price")),),
    (LEVEL,),
)
CATALOG = Catalog(
    processes=MappingProxyType({"car.sale": SALE}),
    result_forms=MappingProxyType({"car.first": ResultForm("first", said("First call"), "call", (LEVEL,))}),
    fields=MappingProxyType({"customer": {"own.until": Field("until", said("Insured until"), "date")}}),
    others=MappingProxyType({Evidence: {"car.washed": Evidence("washed", said("Car washed"))}}),
)


def first_words(when: object, who: str = "owner", subject: str = "deal") -> str:
    rule = FollowUp("a", said("a"), when, Do("call", said("x"), "car.first"), who)  # type: ignore[arg-type]
    names = names_of(CATALOG, "deal" if subject == "deal" else "customer", (("valet", "Valet"),))
    return " ".join(str(each) for each in explain(rule, names)[:3])


def test_everything_a_rule_names_has_its_name() -> None:
    assert "“Car sale” comes into “Delivered”" in first_words(OnStage("car.sale", "delivered"))
    assert "“First call”" in first_words(OnStage("car.sale", "delivered"))
    assert "when “Car washed” happens" in first_words(OnEvent("car.washed"))
    assert "“Insured until”" in first_words(OnDate("customer.own.until"), subject="customer")
    levels = ByLevel("car.level", (("h", Interval(2, "day")), ("o", Interval(1, "week"))))
    assert "the time of “Level” is over since the last contact (“Hot” 2 days, “Old” 1 week)" in first_words(levels)
    assert "the function “After-sales service”" in first_words(OnEvent("deal.won"), "function.service")
    assert "the function “Valet”" in first_words(OnEvent("deal.won"), "function.valet")


def test_conditions_ask_what_lists_ask() -> None:
    assert "field.car.level" in names_of(CATALOG, "deal").facts
    assert "field.own.until" in names_of(CATALOG, "customer").facts
    rule = FollowUp(
        "a", said("a"), OnEvent("deal.won"), Do("call", said("x")), unless=When("field.car.level", "filled")
    )
    assert "Not where Level is chosen." in [str(each) for each in explain(rule, names_of(CATALOG, "deal"))]
