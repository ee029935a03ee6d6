"""The locks: every file by hash, no address of an index, nothing that only Django needs."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"^([a-z0-9-]+)==[^ ]+", re.MULTILINE)


@pytest.fixture(params=["requirements.txt", "requirements-dev.txt"])
def lock(request: pytest.FixtureRequest) -> str:
    return (CHECKOUT / str(request.param)).read_text(encoding="utf-8")


def test_every_package_has_its_hashes(lock: str) -> None:
    without = [block.split()[0] for block in re.split(r"\n(?=[a-z])", lock) if "--hash=sha256:" not in block]
    assert without == []


def test_no_address_is_written_down(lock: str) -> None:
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links| @ ", lock)


def test_django_stays_out(lock: str) -> None:
    assert not {"django", "asgiref", "sqlparse"}.intersection(NAMED.findall(lock))


def test_every_package_has_a_reason() -> None:
    reasons = (CHECKOUT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    locked = {
        name
        for file in ("requirements.txt", "requirements-dev.txt")
        for name in NAMED.findall((CHECKOUT / file).read_text())
    }
    assert sorted(name for name in locked if f"`{name}`" not in reasons) == []
