"""Verifying: whether the revisions of a record are the chain that was written, and its document what they build up.

What is guaranteed of a live document: its facts equal what its revisions build up from nothing, its version and head
are those of the last one, and it was created and updated when the first and the last one say. A fact that no revision
speaks of, because the code came to know it later, is what it is without being said. Whoever is forgotten is marked
by a revision before the key is erased: what cannot be read for want of its key is not what stands. The keys a document
is found by (`Record.keys`, `partition`, `concerns`, the organisations named) are what its facts say: `derived`.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import auto
from typing import Any, TypeAlias

from service.facts import plain
from service.records import BOOKKEEPING, Document, Record, document_of, fact_names, record_of
from service.trail.revisions import Revision, digest
from service.viewer import Upper

Reveal: TypeAlias = Callable[[Any], Any]  # what stands in revisions → what stands in documents
FORGOTTEN = object()  # stands, at any depth, in a revealed value whose key is gone: nothing that stands is like it
ABSENT = object()
MOST_VERSIONS = 2**31


class FaultCode(Upper):
    """What is wrong with the trail."""

    REVISION_ALTERED = auto()
    REVISION_MISSING = auto()
    CHAIN_BROKEN = auto()
    CHAIN_FORKED = auto()
    DOCUMENT_MISSING = auto()
    DOCUMENT_ALTERED = auto()
    SEQUENCE_BROKEN = auto()
    CHECKPOINT_BROKEN = auto()
    CHECKPOINT_MISSING = auto()
    PROOF_DIFFERS = auto()


REASONS: Mapping[FaultCode, tuple[str, str]] = {
    FaultCode.REVISION_ALTERED: ("the revision does not say what was hashed", "修订内容与其哈希值不符"),
    FaultCode.REVISION_MISSING: ("the revision is missing", "修订缺失"),
    FaultCode.CHAIN_BROKEN: ("the revision does not follow the one before it", "修订与前一修订不相衔接"),
    FaultCode.CHAIN_FORKED: ("there is another revision of this version", "同一版本另有一条修订"),
    FaultCode.DOCUMENT_MISSING: ("the record is gone, its revisions stand", "记录已不存在而修订仍在"),
    FaultCode.DOCUMENT_ALTERED: ("the record is not what its revisions built", "记录与其修订所载不一致"),
    FaultCode.SEQUENCE_BROKEN: ("the sequence has a gap or a fork here", "序号在此处有缺口或重复"),
    FaultCode.CHECKPOINT_BROKEN: ("the checkpoint that should prove it does not hold", "应证明它的检查点无效"),
    FaultCode.CHECKPOINT_MISSING: ("the checkpoint that should prove it is missing", "应证明它的检查点缺失"),
    FaultCode.PROOF_DIFFERS: ("it is not what a checkpoint proves", "与检查点所证明的内容不一致"),
}


@dataclass(frozen=True)
class Fault:
    """Where the trail is broken: the record and version, and its sequence where that is what shows it."""

    code: FaultCode
    record: str | None
    version: int | None
    sequence: int | None = None

    def told(self) -> tuple[str, str]:
        """The whole of it in English and Chinese."""
        english, chinese = REASONS[self.code]
        place = f"{self.record or '?'}:{self.version or '?'}"
        if self.sequence is None:
            return f"{place}: {english}.", f"{place}:{chinese}。"
        return f"{place} (sequence {self.sequence}): {english}.", f"{place}(序号 {self.sequence}):{chinese}。"


def fault_of(code: FaultCode, revision: Revision, sequence: int) -> Fault:
    """A fault named by what a revision says of itself, as far as that can be a name."""
    record, version = revision.get("record"), revision.get("version")
    fits = type(version) is int and 0 < version < MOST_VERSIONS
    return Fault(code, record if isinstance(record, str) else None, version if fits else None, sequence)


def as_it_stands(value: Any) -> Any:
    """Reveals nothing: for revisions without sealed values."""
    return value


def facts_built(revisions: Iterable[Revision], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The facts that `revisions`, oldest first, build up from nothing, or from `before`, sealed as they are."""
    built = dict(before or {})
    for revision in revisions:
        for change in revision["changes"]:
            built[change["field"]] = change["after"]
    return built


class Chain:
    """The chain of one record, told its revisions one by one, oldest first; it keeps but the last one's hash.

    `facts` are what they built up so far, sealed as they are.
    """

    def __init__(self, record: str) -> None:
        self.record = record
        self.version = 0  # of the last revision told
        self.head: str | None = None
        self.facts: dict[str, Any] = {}
        self._times: tuple[Any, Any] = (None, None)  # of the first and the last revision

    def add(self, revision: Revision) -> Fault | None:
        """What is wrong with `revision` as the next one."""
        expected, said = self.version + 1, revision.get("version")
        if said != expected:
            repeated = isinstance(said, int) and 0 < said < expected
            return Fault(FaultCode.CHAIN_FORKED, self.record, said) if repeated else self._fault(expected)
        if not says_what_was_hashed(revision) or revision["record"] != self.record:
            return Fault(FaultCode.REVISION_ALTERED, self.record, expected)
        if revision["previous"] != self.head:
            return Fault(FaultCode.CHAIN_BROKEN, self.record, expected)
        self.facts = facts_built([revision], self.facts)
        self._times = (self._times[0] or revision["at"], revision["at"])
        self.version, self.head = expected, revision["hash"]
        return None

    def _fault(self, version: int) -> Fault:
        return Fault(FaultCode.REVISION_MISSING, self.record, version)

    def end(self, kind: type[Record], document: Document | None, reveal: Reveal = as_it_stands) -> Fault | None:
        """What is wrong with `document` when no revision follows any more.

        `reveal` turns what a revision holds into what its document does; FORGOTTEN in it stands for what was erased.
        """
        if document is None:
            return Fault(FaultCode.DOCUMENT_MISSING, self.record, self.version or None)
        stands = (document.get("version"), document.get("head"))
        if stands[1] != self.head and isinstance(stands[0], int) and stands[0] > self.version:
            return self._fault(self.version + 1)
        times = (document.get("created_at"), document.get("updated_at"))
        built = reveal(self.facts)
        if stands != (self.version, self.head) or times != self._times or not _same_facts(kind, document, built):
            return Fault(FaultCode.DOCUMENT_ALTERED, self.record, self.version)
        return None


def derived(kind: type[Record], document: Document) -> dict[str, Any]:
    """What stands beside the facts of `document`: the keys it is found by, and what rights on it depend on.

    Raises KeyError or `Refusal` for what is no document of `kind`.
    """
    whole, said = document_of(record_of(kind, document)), {"_id", *BOOKKEEPING, *fact_names(kind)}
    return {name: value for name, value in whole.items() if name not in said}


def says_what_was_hashed(revision: Revision) -> bool:
    """Whether a revision is, in itself, what was written: it fits its hash and bears its own name."""
    try:
        return bool(
            revision["hash"] == digest(revision) and revision["_id"] == f"{revision['record']}:{revision['version']}"
        )
    except (KeyError, TypeError):  # a field is gone, or holds what no revision has
        return False


def _same_facts(kind: type[Record], document: Document, built: Mapping[str, Any]) -> bool:
    unsaid = {name: _default(kind, name) for name in fact_names(kind) if name not in built}
    return all(_same(document.get(name, ABSENT), value) for name, value in built.items()) and all(
        _same(document.get(name, value), value) for name, value in unsaid.items()
    )


def _same(stands: Any, built: Any) -> bool:
    """Equal, and of one type, at every depth."""
    if type(stands) is not type(built):
        return False
    if isinstance(built, dict):
        return stands.keys() == built.keys() and all(_same(stands[name], value) for name, value in built.items())
    if isinstance(built, list):
        return len(stands) == len(built) and all(map(_same, stands, built))
    return bool(stands == built)


def _default(kind: type[Record], name: str) -> Any:
    """The stored form of a fact that was never said; ABSENT for one that must be."""
    field = next(each for each in dataclasses.fields(kind) if each.name == name)
    return ABSENT if field.default is dataclasses.MISSING else plain(field.default)
