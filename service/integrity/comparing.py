"""What the checks compare: when something was recorded with when it happened, and texts with their hashes."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from service.dates import day_of
from service.integrity.clauses import hash_of_stored
from service.integrity.partners import Days, PartnerFacts, last_of, reported, stored_day
from service.records import Document


class Recording(NamedTuple):
    """That something happened, by its last possible day, and when it was recorded here."""

    happened: dt.date
    recorded: dt.date
    record: str


def recordings(facts: PartnerFacts) -> Iterator[Recording]:
    """What of one partner was made here and has a day, in the period; signatures one by one."""
    found = [_recording(each, each["when"], each["created_at"]) for each in facts.activities]
    found += [_recording(each, each["given_on"], each["created_at"]) for each in facts.gifts]
    found += [_acknowledged(each) for each in facts.acknowledgements]
    found += [
        _recording(each, side["signed_on"], side["recorded_at"])
        for each in facts.commitments
        for side in each["sides"]
        if side["recorded_at"]
    ]
    return (each for each in found if each and facts.first <= each.happened <= facts.last)


def _recording(document: Document, days: Days, moment: dt.datetime) -> Recording | None:
    if reported(document) or days is None:
        return None
    return Recording(last_of(days), _day(moment), str(document["_id"]))


def _acknowledged(document: Document) -> Recording | None:
    if reported(document):
        return None
    return Recording(stored_day(document["acknowledged_on"]), _day(document["created_at"]), str(document["_id"]))


def _day(moment: dt.datetime) -> dt.date:
    """The Shanghai day of a stored moment, which is UTC whether it says so or not."""
    return day_of(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))


def agreement_changed(agreement: Document) -> bool:
    """Whether one of its texts is not what its hash says, or one that was signed is not there."""
    kept = {each["number"] for each in agreement["versions"] if _hash(each["text"]) == each["text_hash"]}
    told = {each["number"] for each in agreement["versions"]}
    return not kept >= told | {each["version"] for each in agreement["signatures"]}


def clauses_changed(commitment: Document, clause_sets: Mapping[str, Document]) -> bool:
    """Whether the clauses that a commitment is on are not those whose hash it was drawn up with."""
    versions = clause_sets.get(commitment["clause_set"], {}).get("versions", ())
    hashes = [hash_of_stored(each["clauses"]) for each in versions if each["number"] == commitment["clause_version"]]
    return hashes != [commitment["clause_hash"]]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
