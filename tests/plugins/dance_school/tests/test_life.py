"""The life of a student, from the form on the web to the course; then the school is closed, and opened again."""

from typing import Any

from salesapp.testing import Browser, Cast, Kit, refused

pytest_plugins = ["salesapp.testing"]
CORE = "/today /customers /customers/1 /deals /deals/1 /activities /reports /notices /settings/plugins".split()
OWN = "/p/dance_school/ /p/dance_school/trials /p/dance_school/static/dance.css".split()


def answers(browser: Browser, paths: list[str]) -> dict[str, int]:
    """How each of these pages answers."""
    found = {}
    for path in paths:
        with browser.get(path) as answer:
            found[path] = answer.status_code
    return found


def test_from_the_form_to_the_course(
    kit: Kit, client_of: Any, cast: Cast, sign_up: Any, book: Any, trials: Any
) -> None:
    desk = cast.manager
    assert sign_up().status_code == 303
    student, deal = kit.customer(1), kit.deal(1)
    assert (student.name, student.source, deal.process) == ("沈月", "web_form", "dance_school.course")

    with refused("step"):
        kit.move(deal, "trial", actor=desk)
    assert book(deal, browser=client_of(desk)).status_code == 303
    assert kit.deal(1).done_steps == {"trial_booked"}
    assert "shown by: trial lesson booked" in client_of(desk).get("/deals/1").text
    kit.move(deal, "trial", actor=desk)

    with refused("answer.demo.dance_school.felt"):
        kit.an_activity(deal, kind="demo", actor=desk)
    kit.an_activity(deal, kind="demo", answers={"felt": "glad"}, actor=desk)
    with refused(""):
        kit.move(deal, "place", actor=desk)  # it is tomorrow
    kit.clock.advance(days=1)
    kit.move(deal, "place", actor=desk)
    with refused("field.evening", "amount"):
        kit.win(deal, actor=desk)
    kit.fill(deal, evening="tuesday", amount=880, actor=desk)
    assert kit.win(deal, actor=desk).state == "won"
    kit.run_jobs()
    assert kit.customer(1).tags == ("dancer",)

    admin, before = client_of(cast.admin), trials()
    assert admin.send("/settings/plugins/dance_school/off").status_code == 303
    assert answers(admin, CORE) == dict.fromkeys(CORE, 200)
    assert answers(admin, OWN) == dict.fromkeys(OWN, 404)
    assert trials() == before
    closed = admin.get("/deals/1", headers={"Accept-Language": "zh-CN"}).text
    assert "探戈" in closed
    assert "舞蹈学校" in closed
    assert admin.send("/settings/plugins/dance_school/on").status_code == 303
    assert answers(admin, CORE + OWN) == dict.fromkeys(CORE + OWN, 200)
    assert "Big hall" in admin.get("/customers/1").text
    assert kit.deal(1).custom["dance_school"]["evening"] == "tuesday"
