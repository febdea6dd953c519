"""How many people of each side know of a commitment, counted in the database by one command, however many they are."""

from typing import Any

from service.integrity.acknowledgements import Acknowledgement, AcknowledgementStatus
from service.integrity.knowing import Knowing, knowing
from service.records import Filter
from service.store.database import Database
from service.store.kinds import index_of

MOST_DAYS = 100_000  # of acknowledgements under one commitment
BY_SIDE_AND_DAY = {"organization": "$organization", "on": "$acknowledged_on"}


async def acknowledged(database: Database, commitment: str) -> dict[str, Knowing]:
    """By organisation what the acknowledgements of `commitment` come to; a person in several counts on the first day.

    All is of one moment: the days, and how many batches were looked at.
    """
    standing: Filter = {"$match": {"status": AcknowledgementStatus.RECORDED.value}}
    named: list[Filter] = [
        standing,
        {"$unwind": "$person_keys"},
        {
            "$group": {
                "_id": {"organization": "$organization", "person": "$person_keys"},
                "on": {"$min": "$acknowledged_on"},
            }
        },
        {"$group": {"_id": {"organization": "$_id.organization", "on": "$on"}, "people": {"$sum": 1}}},
    ]
    counted: list[Filter] = [
        standing,
        {"$match": {"head_count": {"$ne": None}}},
        {"$group": {"_id": BY_SIDE_AND_DAY, "people": {"$sum": "$head_count"}}},
    ]
    batches: list[Filter] = [
        {"$group": {"_id": {"organization": "$organization", "status": "$status"}, "batches": {"$sum": 1}}}
    ]
    rows = await _rows(database, commitment, {"named": named, "counted": counted, "batches": batches})
    return knowing(rows)


async def _rows(
    database: Database, commitment: str, facets: dict[str, list[Filter]]
) -> dict[str, list[dict[str, Any]]]:
    limited = {name: [*stages, {"$limit": MOST_DAYS}] for name, stages in facets.items()}
    stages: list[Filter] = [{"$match": {"commitment": commitment}}, {"$facet": limited}]
    index = index_of(Acknowledgement, "commitment")
    [found] = await database.aggregate(Acknowledgement.COLLECTION, stages, 1, index)
    return found
