"""The page of a customer's survey form."""

from flask import Blueprint, abort

from salesapp.plugin_api import Routes, page, reading

from .survey import NOTED, of_customer

pages = Blueprint("survey", __name__)


@pages.get("/survey/customers/<int:customer_id>")
def survey(customer_id: int) -> str:
    with reading() as reads:
        customer = reads.customer(customer_id)
        if customer is None:
            abort(404)
        found = of_customer(reads, customer_id)
    parts = [(topic.label, answers) for topic, answers in found.topics.items()]
    parts += [(NOTED, found.noted)] if found.noted else []
    return page("automotive/survey.html", customer=customer, parts=parts)


ROUTES = Routes("survey", lambda: pages, verb="customer.see")
