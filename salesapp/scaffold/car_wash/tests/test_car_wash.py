"""A deal moves through the process, as it does for a salesperson. Run it: pytest instance/plugins/car_wash"""

from datetime import date

from salesapp.testing import Kit, refused

pytest_plugins = ["salesapp.testing"]


def test_it_is_loaded(kit: Kit) -> None:
    assert kit.why_set_aside("car_wash") == ""


def test_a_deal_goes_through_it_and_is_won(kit: Kit) -> None:
    deal = kit.a_deal(process="car_wash.order")
    with refused("field.wish", "step"):
        kit.move(deal, "offered")
    kit.fill(deal, wish="Twice a week")
    kit.an_activity(deal, kind="call", outcome="reached")  # ticks the key step
    kit.move(deal, "offered")
    kit.fill(deal, amount=880, expected_close=date(2026, 4, 1))
    assert kit.win(deal).state == "won"


def test_a_visit_ends_with_its_question(kit: Kit) -> None:
    deal = kit.a_deal(process="car_wash.order")
    visit = kit.an_activity(deal, kind="visit", outcome="reached", answers={"interest": "high"})
    assert visit.answers["car_wash"] == {"interest": "high"}


def test_who_ordered_is_thanked(kit: Kit) -> None:
    deal = kit.a_deal(process="car_wash.order", customer=kit.a_customer("Lugou Clinic"))
    kit.an_activity(deal, kind="call", outcome="reached")
    deal = kit.move(kit.fill(deal, wish="Twice a week"), "offered")
    kit.win(kit.fill(deal, amount=880))
    (thanks,) = kit.planned(deal, "car_wash.thanks")
    assert (thanks.kind, thanks.owner_id) == ("message", kit.cast.owner.id)
    assert "Lugou Clinic" in thanks.note
