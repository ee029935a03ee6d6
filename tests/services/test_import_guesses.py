"""What a file is taken for before anybody says anything: the files of a real house."""

from pathlib import Path

import pytest
from flask import Flask

from salesapp.testing import Cast
from tests.services import import_kit as kit

MAVEN = Path(__file__).parents[3] / "shared" / "data" / "maven_crm"


def guessed(cast: Cast, content: str | bytes, name: str = "file.csv"):  # type: ignore[no-untyped-def]
    return kit.view(cast.admin, kit.brought(cast.admin, content, name=name)).asked


def test_accounts_are_customers_that_are_organisations(app: Flask, cast: Cast) -> None:
    asked = guessed(cast, "account,sector,employees\nBetatech,medical,495\nInity,marketing,2434\n")
    assert (asked.kind, asked.columns) == ("customer", {0: "name"})
    assert asked.options["kind"] == "organisation"


def test_people_of_accounts_are_contacts(app: Flask, cast: Cast) -> None:
    asked = guessed(cast, "contact id,full name,department,account id,account\n1,Ann,Sales,7,Betatech\n")
    assert asked.kind == "contact"
    assert asked.columns[4] == "customer"


def test_a_number_of_another_program_is_none_of_ours(app: Flask, cast: Cast) -> None:
    assert guessed(cast, "Name,Number\nBetatech,17\n").columns == {0: "name"}
    assert guessed(cast, "Name,SalesApp ID\nBetatech,17\n").columns == {0: "name", 1: "salesapp_id"}


def test_names_that_say_nothing_are_asked_for_one_by_one(app: Flask, cast: Cast) -> None:
    asked = guessed(cast, "姓名,电话\n王建国,13800000001\n协和医院,010-83211441\n")
    assert (asked.kind, asked.options["kind"]) == ("customer", "by_name")


def test_the_day_a_deal_was_engaged_is_the_day_it_began(app: Flask, cast: Cast) -> None:
    text = "opportunity_id,account,deal_stage,engage_date,close_date\nA1,Isdom,Won,2016-10-20,2017-03-01\n"
    asked = guessed(cast, text)
    assert asked.kind == "deal"
    assert asked.columns == {0: "key", 1: "customer", 2: "stage", 3: "created_at", 4: "closed_at"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("accounts.csv", "customer"), ("sales_pipeline.csv", "deal"), ("sales_pipeline_DD-MM-YYYY.csv", "deal")],
)
def test_a_real_file_is_taken_for_what_it_is(app: Flask, cast: Cast, name: str, kind: str) -> None:
    if not (MAVEN / name).exists():
        pytest.skip(f"the real data is not here: {name}")
    asked = guessed(cast, (MAVEN / name).read_bytes(), name)
    assert asked.kind == kind
    if kind == "deal":
        assert "created_at" in asked.columns.values()
    else:
        assert asked.options["kind"] == "organisation"
