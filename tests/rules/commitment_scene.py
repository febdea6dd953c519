"""The scene of the commitment tests: a hospital and a bank under an integrity partnership, their clauses and staff."""

import copy
import datetime as dt
from collections.abc import Coroutine
from typing import Any

import pytest

from service.acts import Act, following
from service.cooperation.agreements import Agreement, AgreementKind, Party
from service.cooperation.agreements import Stage as AgreementStage
from service.cooperation.attachments import Attachment, AttachmentKind
from service.dates import PartialDate
from service.errors import Code, Path, Refusal
from service.integrity import acknowledging, drawing, ending, publicising, settling, signing
from service.integrity.clauses import Clause, ClauseCategory, ClauseSet, ClauseVersion, hash_of
from service.integrity.commitments import Commitment
from service.network.headcounts import Headcount
from service.network.networks import Network
from service.network.organizations import Organization, Sector
from service.records import Document, record_of
from service.viewer import Grant, Role, Viewer
from tests.rules.memory import MemoryStore

TODAY = dt.date(2024, 2, 20)
NOON = dt.datetime(2024, 2, 20, 4, tzinfo=dt.UTC)  # 12:00 in Shanghai
HOSPITAL, BANK, BRIGADE = "org_hospital", "org_bank", "org_brigade"
RECORDERS = {own: Viewer(own, (Grant(Role.RECORDER, "net_med", own),)) for own in (HOSPITAL, BANK, BRIGADE)}
OFFICER = Viewer("officer", (Grant(Role.INTEGRITY_OFFICER, "net_med"),))
ADMIN = Viewer("admin", (Grant(Role.NETWORK_ADMIN, "net_med"),))
STAFF = {HOSPITAL: 100, BANK: 3}
SOURCES = [{"document": "002", "fact": "C14", "quotation": "互相做出廉洁承诺"}]
GIFTS = Clause(ClauseCategory.NO_GIFTS, "不收送礼品礼金。", "Neither to give nor to take gifts.")
LAWS = Clause(ClauseCategory.OBEY_LAWS, "遵守法律法规。", "To obey the laws.")
Found = list[tuple[Code, Path]]


def version(number: int, *clauses: Clause, on: str | None = "2024-01-01") -> ClauseVersion:
    published = dt.date.fromisoformat(on) if on else None
    return ClauseVersion(number, clauses, hash_of(clauses), NOON, published=bool(on), published_on=published)


def agreement(own_id: str = "agr_1", **facts: Any) -> Agreement:
    signed = PartialDate.parse("2024-01-05")
    given: dict[str, Any] = {
        "kind": AgreementKind.INTEGRITY_PARTNER,
        "stage": AgreementStage.SIGNED,
        "title": "廉洁伙伴",
    }
    given |= {"parties": (Party(HOSPITAL), Party(BANK)), "signed_on": signed, "version": 1, "network": "net_med"}
    return Agreement(**{"id": own_id, **given} | facts)


def headcount(own_id: str, organization: str, on: str | None = "2024-01-31", **facts: Any) -> Headcount:
    day = PartialDate.parse(on) if on else None
    staff = {"staff": STAFF.get(organization)}
    return Headcount(**{"id": own_id, "network": "net_med", "organization": organization, "on": day, **staff} | facts)


def attachment(own_id: str, network: str = "net_med") -> Attachment:
    told: Any = {
        "file_name": "公示.jpg",
        "media_type": "image/jpeg",
        "size": 7,
        "sha256": "0" * 64,
        "stored_as": own_id,
    }
    whose: Any = {"record": "agr_1", "organizations": (HOSPITAL,), "kind": AttachmentKind.PHOTO}
    return Attachment(id=own_id, network=network, **whose, **told)


def world() -> MemoryStore:
    title: Any = {"network": "net_med", "title": "廉洁承诺书"}
    latest = version(2, LAWS, GIFTS, on="2024-02-01")
    return MemoryStore(
        Network(id="net_med", network="net_med", name="医+N共建"),
        Network(id="net_far", network="net_far", name="外网"),
        *(Organization(id=own, network="net_med", name=own, sector=Sector.OTHER) for own in RECORDERS),
        *(headcount(f"hea_{own[4:]}", own) for own in (HOSPITAL, BANK)),
        headcount("hea_late", HOSPITAL, "2024-03-31"),
        headcount("hea_undated", HOSPITAL, None),
        headcount("hea_empty", HOSPITAL, staff=None),
        agreement(),
        attachment("att_1"),
        attachment("att_far", "net_far"),
        ClauseSet(id="cla_1", **title, versions=(version(1, GIFTS), latest, version(3, LAWS, on=None))),
        ClauseSet(id="cla_2", **title, versions=(version(1, LAWS),)),
        ClauseSet(id="cla_far", **title | {"network": "net_far"}, versions=(version(1, LAWS),)),
    )


def act(by: str | Viewer = HOSPITAL, reason: str | None = "因故", at: dt.datetime = NOON) -> Act:
    return Act(RECORDERS[by] if isinstance(by, str) else by, at, "test", reason)


def facts(**given: Any) -> dict[str, Any]:
    sides = [{"organization": HOSPITAL}, {"organization": BANK}]
    return {"agreement": "agr_1", "sides": sides, "clause_set": "cla_1", "clause_version": 1, **given}


def reported(**given: Any) -> dict[str, Any]:
    sides = [{"organization": HOSPITAL, "signed": True}, {"organization": BANK, "signed": True}]
    return {"agreement": "agr_1", "sides": sides, "origin": "REPORTED", "sources": SOURCES, **given}


class Desk:
    """One commitment in the world, and the steps taken on its current version."""

    def __init__(self, store: MemoryStore, own_id: str) -> None:
        self.store, self.id = store, own_id
        self.at = NOON

    @classmethod
    async def drawn_up(cls, store: MemoryStore | None = None, **given: Any) -> "Desk":
        store = store or world()
        return cls(store, (await drawing.draw_up(store, act(), given or facts()))["_id"])

    @classmethod
    async def signed(cls) -> "Desk":
        desk = await cls.drawn_up()
        for own in (HOSPITAL, BANK):
            await desk.sign(own)
        return desk

    @property
    def document(self) -> Document:
        return self.store.documents[self.id]

    @property
    def record(self) -> Commitment:
        return record_of(Commitment, self.document)

    def status(self, day: str | dt.date = TODAY) -> str:
        return Commitment.state(self.document, dt.date.fromisoformat(str(day)))

    async def step(
        self, action: Any, by: str | Viewer = HOSPITAL, reason: str | None = "因故", **given: Any
    ) -> Document:
        acting = act(by, reason, self.at)
        document: Document = await action(self.store, acting, self.id, self.document["version"], **given)
        return document

    async def sign(self, own: str = HOSPITAL, by: str | None = None, **given: Any) -> Document:
        usual = {"clause_version": 1, "signed_on": TODAY, "headcount": f"hea_{own[4:]}"}
        return await self.step(signing.sign, by or own, organization=own, **usual | given)

    async def publicise(self, own: str = HOSPITAL, by: str | None = None, **given: Any) -> Document:
        usual = {"channel": "宣传栏", "begins": TODAY}
        return await self.step(publicising.publicise, by or own, organization=own, **usual | given)

    async def withdraw(self, own: str = HOSPITAL, on: dt.date | None = None, reason: str | None = "因故") -> Document:
        return await self.step(ending.withdraw, own, reason, organization=own, on=on)

    async def acknowledge(self, own: str = HOSPITAL, by: str | None = None, **given: Any) -> Document:
        batch = {"commitment": self.id, "organization": own, "acknowledged_on": TODAY, **given}
        return await acknowledging.record(self.store, act(by or own, at=self.at), batch)

    async def followed(self, times: int = 2) -> None:
        """As after each revision, and again as after a crash."""
        for _ in range(times):
            revision = {"_id": f"{self.id}:{self.document['version']}", "network": "net_med"}
            await settling.follow_commitment(self.store, following("settle", revision, self.at), self.id)

    async def completed(self, begins: dt.date = TODAY) -> None:
        """Publicised and known on both sides, as the followers tell it."""
        for own, people in ((HOSPITAL, {"head_count": 100}), (BANK, {"persons": ["甲", "乙", "丙"]})):
            await self.publicise(own, begins=begins)
            await self.acknowledge(own, **people)
        await self.followed()

    async def refused(self, attempt: Coroutine[Any, Any, Document]) -> Found:
        return await refused(self.store, attempt)


async def refused(store: MemoryStore, attempt: Coroutine[Any, Any, Document]) -> Found:
    """Code and path of each problem found, after making sure that both languages speak and nothing was written."""
    before = copy.deepcopy(store.documents)
    with pytest.raises(Refusal) as caught:
        await attempt
    assert store.documents == before
    for problem in caught.value.problems:
        assert problem.english
        assert problem.english.isascii() or "…" in problem.english or "'" in problem.english
        assert any("\u4e00" <= character <= "\u9fff" for character in problem.chinese)
    return [(problem.code, problem.path) for problem in caught.value.problems]


def broken(*path: str | int) -> tuple[Code, Path]:
    return Code.RULE_BROKEN, path
