"""What the demo's people write in English."""

from typing import Final

from salesapp.demo.texts import Texts

ENGLISH: Final = Texts(
    said={
        "first": (
            "Asked for the price list, sent it right away.",
            "Interested, but decides only after the holidays.",
            "The one who decides is back on Thursday.",
            "Short talk, friendly; send something to read first.",
            "Looks after three sites, buys for all of them.",
        ),
        "needs": (
            "Runs out of stock twice a month.",
            "Wants to see figures from a company of their size.",
            "Showed the warehouse: there is no room left.",
            "Production asks for one person to call.",
            "The last supplier was late three times this year.",
        ),
        "solution": (
            "Wants a sample before the next talk.",
            "Compares us with two others; delivery time matters most.",
            "Liked the second variant better.",
            "Two people from production were there, many questions.",
            "Went through the offer line by line.",
        ),
        "negotiation": (
            "Asks for five percent less; delivery can wait a week.",
            "Payment in thirty days would settle it.",
            "The budget is approved, the contract is with their lawyer.",
            "Their buyer wants everything in one price.",
        ),
        "closing": (
            "The contract comes back signed this week.",
            "One open point in the contract: the penalty for delay.",
            "Order form filled in together.",
            "Delivery in two parts, agreed.",
        ),
        "after": (
            "Happy with the last delivery.",
            "All arrived, everything works.",
            "A few small questions, answered on the phone.",
            "Would recommend us to a partner.",
            "Plans more for next quarter.",
        ),
    },
    next={
        "first": ("Find out who decides", "Send the brochure, then call", "Agree on a first date"),
        "needs": ("Go through the questionnaire", "Visit on site", "Confirm the need in writing"),
        "solution": ("Ask about the sample", "Prepare the demonstration", "Send the offer"),
        "negotiation": ("Talk about price and terms", "Ask for the decision", "Settle the way of payment"),
        "closing": ("Get the contract signed", "Confirm the delivery date"),
        "after": ("Ask how it goes", "Say hello", "Ask for a referral"),
    },
    missed=(
        "No answer.",
        "Busy, asked to call later.",
        "In a meeting until the evening.",
        "Left word with a colleague.",
    ),
    deals=(
        "Annual supply",
        "First order",
        "Spare parts",
        "Extension",
        "Trial order",
        "Service contract",
        "Replacement",
        "Second site",
        "Spring order",
        "Maintenance",
    ),
    lost={
        "price": ("Too expensive for them.", "Eight percent apart in the end."),
        "competitor": ("Bought from the supplier they had.", "The other one delivers in two days."),
        "no_budget": ("No budget this year.",),
        "no_decision": ("Put off again and again.",),
        "no_need": ("They can do with what they have.",),
        "timing": ("Not before next spring.",),
        "lost_contact": ("Nobody answers any more.",),
        "other": ("The company is being sold.",),
    },
    positions=("Purchasing", "Director", "Owner", "Production", "Office", "Technology"),
    tags=("VIP", "trade show", "regular", "new", "several sites"),
    needs=(
        "Deliveries have to come on time: last year we stood still twice.",
        "We want one supplier instead of five.",
        "When something breaks, somebody has to pick up the phone.",
        "By summer the stock has to be half of what it is.",
        "I want to see at any time what was ordered and where it is.",
    ),
    strengths=("A few percent cheaper.", "They have known each other for years.", "Delivers within two days."),
    released=("No answer for three months.", "Not my trade, somebody else will do better.", "No need for now."),
    shared=("You know their trade, please come along.", "I am away next week."),
    refused=("Call the director once more first.", "Offer the smaller package before we give up."),
    views={
        "customer": "A customers not reached for a month",
        "deal": "Large deals that close soon",
        "activity": "Visits of the last two weeks",
    },
    trade="Industry",
    trades=("Manufacturing", "Retail", "Construction", "Food", "Logistics", "Health"),
    line="Product line",
    lines=("Basic", "Standard", "Premium", "Service"),
)
