"""What is open with a partner: nothing, no agreement, nothing held this year, agreements that end soon."""

import datetime as dt
from collections.abc import Iterable

import pytest

from service.cooperation.dossiers import ending, held_this_year, in_force, last_day, open_points

DAY = dt.date(2024, 2, 29)


def agreement(own_id: str, active_to: str, terminated_from: str = "9999-12-31") -> dict[str, str]:
    return {"_id": own_id, "active_to": active_to, "terminated_from": terminated_from}


def told(agreed: bool, held: bool, expiring: Iterable[dict[str, str]] = ()) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in point.values()) for point in open_points(agreed, held, expiring)]


def test_an_active_partner_has_nothing_open() -> None:
    assert told(True, True) == []


def test_what_is_open_is_told_and_the_first_agreement_to_end_comes_first() -> None:
    assert told(False, False) == [("NO_ACTIVE_AGREEMENT",), ("NOTHING_HELD_THIS_YEAR",)]
    ending_soon = [
        agreement("agr_1", "2024-05-29"),
        agreement("agr_2", "9999-12-31", "2024-03-01"),
        agreement("agr_0", "2024-05-29", "2025-01-01"),
    ]
    assert told(True, True, ending_soon) == [
        ("AGREEMENT_EXPIRING", "agr_2", "2024-02-29"),
        ("AGREEMENT_EXPIRING", "agr_0", "2024-05-29"),
        ("AGREEMENT_EXPIRING", "agr_1", "2024-05-29"),
    ]


@pytest.mark.parametrize(
    ("active_to", "terminated_from", "soon"),
    [
        ("2024-02-29", "9999-12-31", True),
        ("2024-05-29", "9999-12-31", True),
        ("2024-05-30", "9999-12-31", False),
        ("9999-12-31", "9999-12-31", False),
        ("9999-12-31", "2024-05-30", True),
        ("9999-12-31", "2024-05-31", False),
    ],
)
def test_an_agreement_expires_when_its_last_day_comes_within_ninety_days(
    active_to: str, terminated_from: str, soon: bool
) -> None:
    bounds = ending(DAY)["$or"]
    own = agreement("agr_1", active_to, terminated_from)
    assert any(own[name] <= bound["$lte"] for each in bounds for name, bound in each.items()) == soon
    assert (last_day(own) <= (DAY + dt.timedelta(days=90)).isoformat()) == soon


def test_in_force_and_this_year_are_of_the_day() -> None:
    assert in_force(DAY)["active_to"] == {"$gte": "2024-02-29"}
    assert held_this_year(DAY) == {"status": {"$in": ["HELD", "PUBLISHED"]}, "year": "2024"}
