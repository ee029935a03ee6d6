"""The check digit, against the table of the standard written down another way, and numbers known from outside."""

import random

import pytest

from salesapp.testing import Kit

pytest_plugins = ["salesapp.testing"]
TABLE = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ"  # the place in it, modulo ten, is a sign's value
SIGNS = [sign for sign in TABLE if sign != "."]


def oracle(vin: str) -> str:
    """The sign by the place in the table and a string of weights."""
    total = sum(
        (TABLE.index(sign) % 10) * "0123456789X".index(w) for sign, w in zip(vin, "8765432X098765432", strict=True)
    )
    return "0123456789X"[total % 11]


def vin_of(kit: Kit) -> object:
    """The module, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module.vehicles.vin


def test_it_agrees_with_the_oracle_and_finds_each_single_mistake(kit: Kit) -> None:
    vin, dice = vin_of(kit), random.Random(16735)
    for _ in range(500):
        signs = [dice.choice(SIGNS) for _ in range(17)]
        signs[8] = oracle("".join(signs))
        right = "".join(signs)
        assert vin.is_checked(right), right  # type: ignore[attr-defined]
        place = dice.choice([n for n in range(17) if n != 8])
        other = dice.choice([s for s in SIGNS if TABLE.index(s) % 10 != TABLE.index(signs[place]) % 10])
        assert not vin.is_checked(right[:place] + other + right[place + 1 :]), right  # type: ignore[attr-defined]


@pytest.mark.parametrize("known", ["11111111111111111", "1M8GDM9AXKP042788"])
def test_known_numbers(kit: Kit, known: str) -> None:
    assert vin_of(kit).is_checked(known)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "wrong", ["", "1M8GDM9AXKP04278", "IM8GDM9AXKP042788", "1M8GDM9AXKP04278O", "１M8GDM9AXKP042788"]
)
def test_what_is_no_number(kit: Kit, wrong: str) -> None:
    assert not vin_of(kit).is_shaped(wrong)  # type: ignore[attr-defined]
