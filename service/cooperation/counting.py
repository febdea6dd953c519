"""How activities are counted: sums with zeros where a set is closed, by period, by sector, by pairs of partners.

A row is a group that the store counted: `_id` with its labels, `records`, `person_times` and `people_served`.
Person-times 人次 count heads: who comes twice counts twice, so they are never a number of persons (004, E6).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Any, TypeAlias

from service.dates import PartialDate, period_keys

Row: TypeAlias = Mapping[str, Any]
Cell: TypeAlias = dict[str, Any]
SUMMED = ("person_times", "people_served")
NOTHING: Mapping[str, int] = {"activities": 0, "person_times": 0, "people_served": 0}


def summed(rows: Iterable[Row]) -> Cell:
    """The sums of `rows` as one cell."""
    total = dict(NOTHING)
    for row in rows:
        total["activities"] += row["records"]
        for name in SUMMED:
            total[name] += row[name]
    return total


def cells(label: str, closed: Iterable[Any], rows: Iterable[Row]) -> list[Cell]:
    """A cell for each value of a closed set, in its order; zeros where no row has it."""
    found = _grouped(label, rows)
    return [{label: value, **summed(found.get(value, ()))} for value in closed]


def period_cells(label: str, asked: Collection[str], rows: Iterable[Row]) -> list[Cell]:
    """A cell for each period in `asked` or found, in order, and last the one of what has no sure period: null."""
    found = _grouped(label, rows)
    unsure = summed(found.pop("", ()))
    known = [{label: value, **summed(found.get(value, ()))} for value in sorted({*asked, *found})]
    return [*known, {label: None, **unsure}]


def _grouped(label: str, rows: Iterable[Row]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["_id"][label]].append(row)
    return found


def months_touched(first: dt.date, last: dt.date) -> int:
    """How many calendar months have a day from `first` to `last`; none where `last` lies before."""
    return max(0, _month(last) - _month(first) + 1) if first <= last else 0


def periods(first: dt.date, last: dt.date) -> dict[str, list[str]]:
    """The months, quarters and years with a day from `first` to `last`, in order, by `month`, `quarter`, `year`."""
    begins = [_begins(_month(first) + number) for number in range(months_touched(first, last))]
    keys = [period_keys(PartialDate.on(day)) for day in begins]
    return {name: list(dict.fromkeys(key[name] for key in keys)) for name in ("month", "quarter", "year")}


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _begins(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


def by_sector(sets: Iterable[Row], sector_of: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows by `sector` from rows by the set of `organizations`: an activity counts once in each sector it has."""
    return [
        {**row, "_id": {"sector": sector}}
        for row in sets
        for sector in {sector_of[own_id] for own_id in row["_id"]["organizations"] if own_id in sector_of}
    ]


def pairs_in(sets: Iterable[Row]) -> int:
    """How many pairs there are to look at: what a graph costs to weigh."""
    return sum(size * (size - 1) // 2 for row in sets for size in (len(row["_id"]["organizations"]),))


def ties(sets: Iterable[Row], agreed: Iterable[Row], least: int) -> list[Cell]:
    """Who took part together at least `least` times, two and two, the heaviest first: `source` before `target` by id.

    `sets` are activities by the set of organisations they count for, `agreed` agreements by the set of parties.
    """
    together, signed = _paired(sets), _paired(agreed)
    found = [
        {
            "source": pair[0],
            "target": pair[1],
            **summed(rows),
            "agreements": sum(row["records"] for row in signed.get(pair, ())),
        }
        for pair, rows in together.items()
    ]
    return sorted((tie for tie in found if tie["activities"] >= least), key=_weight)


def _paired(sets: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sets:
        for source, target in combinations(sorted(row["_id"]["organizations"]), 2):
            found[source, target].append(row)
    return found


def _weight(tie: Cell) -> tuple[int, int, str, str]:
    return -tie["activities"], -tie["person_times"], tie["source"], tie["target"]


def by_organization(sets: Iterable[Row]) -> list[Row]:
    """Rows by `organization` from rows by the set of `organizations`."""
    return [{**row, "_id": {"organization": own_id}} for row in sets for own_id in row["_id"]["organizations"]]


def ends(edges: Iterable[Cell]) -> set[str]:
    """The organisations that `edges` join."""
    return {tie[end] for tie in edges for end in ("source", "target")}
