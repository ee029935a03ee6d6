"""The gates of the standard processes: few, each for something that is dear to find missing later."""

from salesapp.plugin_api import AllOf, AnyOf, Gate, Text, When

NEED_SETTLED = Gate("need_settled", When("step.need_determined", "is", True))
"""A solution to a need that nobody confirmed is work for nothing."""

NEED_KNOWN = Gate(
    "need_known",
    AnyOf((When("field.need", "filled"), When("step.need_determined", "is", True))),
    hint=Text(
        en="Note the need in the customer's words, or tick that it is settled with them.",
        zh_Hans="用客户的原话记下需求，或者勾选“与客户确认真实需求”。",
        zh_Hant="用客戶的原話記下需求，或勾選「與客戶確認真正的需求」。",
        ru="Запишите потребность словами клиента или отметьте, что она с ним согласована.",
    ),
)
"""The same for short deals: one line will do."""

WANTS_HEARD = Gate("wants_heard", When("step.wants_and_needs", "is", True))
"""Who presents before listening presents the wrong thing."""

AMOUNT = Gate("amount", When("amount", "filled"))
"""Who bargains knows about what; and the forecast needs a figure from here on, be it an estimate."""

# A won deal counts with its amount, so it is asked again: it may have been taken out on the way.
SIGNED = Gate("signed", AllOf((When("step.contract_signed", "is", True), When("amount", "filled"))))

AGREED = Gate("agreed", AllOf((When("step.price_agreed", "is", True), When("amount", "filled"))))
