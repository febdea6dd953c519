"""What is open with a partner: nothing, no agreement, nothing held this year, agreements that end soon."""

import datetime as dt
from collections.abc import Collection
from typing import Any

import pytest

from service.cooperation.dossiers import (
    Facts,
    Overdue,
    ending,
    held_this_year,
    in_force,
    last_day,
    open_points,
    overdue,
    undecided,
)

DAY = dt.date(2024, 2, 29)


def agreement(own_id: str, active_to: str, terminated_from: str = "9999-12-31") -> dict[str, str]:
    return {"_id": own_id, "active_to": active_to, "terminated_from": terminated_from}


def told(agreed: bool, held: bool, expiring: Collection[dict[str, str]] = (), **more: Any) -> list[tuple[str, ...]]:
    points = open_points(Facts(agreed, held, expiring, **more))
    return [tuple(str(value) for value in point.values()) for point in points]


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


def test_what_an_agreement_is_followed_by_is_no_warning() -> None:
    assert ending(DAY)["renewed_by"] is None


def line(number: int, last: str | None, owner: str = "org_a", *partners: str, dropped: bool = False) -> dict[str, Any]:
    when = {"first": last, "last": last, "precision": "DAY"} if last else None
    facts = {"owner": owner, "partners": list(partners), "dropped_on": "2024-01-01" if dropped else None}
    return {"number": number, "when": when, **facts}


@pytest.mark.parametrize(
    ("own", "held", "late"),
    [
        (line(1, "2024-02-28"), (), True),
        (line(1, "2024-02-29"), (), False),
        (line(1, "2024-02-28", "org_b", "org_a"), (), True),
        (line(1, "2024-02-28", "org_b"), (), False),
        (line(1, "2024-02-28"), (1,), False),
        (line(1, "2024-02-28"), (2,), True),
        (line(1, "2024-02-28", dropped=True), (), False),
        (line(1, None), (), False),
    ],
)
def test_a_line_is_overdue_on_the_day_after_its_last_possible_one(
    own: dict[str, Any], held: tuple[int, ...], late: bool
) -> None:
    plan = {"_id": "pla_1", "year": 2024, "lines": [own]}
    assert [each.line for each in overdue(plan, "org_a", held, DAY)] == [1] * late
    undated = {**plan, "year": 2023, "lines": [line(3, None)]}
    assert list(overdue(undated, "org_a", (), DAY)) == [Overdue("2023-12-31", "pla_1", 3)]


def test_lines_overdue_and_what_awaits_confirmation_come_last_in_order() -> None:
    lines = [Overdue("2024-02-01", "pla_2", 1), Overdue("2024-01-01", "pla_3", 2), Overdue("2024-02-01", "pla_1", 9)]
    assert told(True, True, overdue=lines, unconfirmed=3) == [
        ("PLAN_LINE_OVERDUE", "2024-01-01", "pla_3", "2"),
        ("PLAN_LINE_OVERDUE", "2024-02-01", "pla_1", "9"),
        ("PLAN_LINE_OVERDUE", "2024-02-01", "pla_2", "1"),
        ("AWAITING_CONFIRMATION", "3"),
    ]
    assert undecided("org_a")["unconfirmed"] == undecided("org_a")["counted_for"] == "org_a"
