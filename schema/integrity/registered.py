"""What the integrity office keeps on an organisation and on a commitment, as lists below them."""

import strawberry

from schema.cooperation.attachments import Attachment, attached_to
from schema.integrity.breaches import Breach, BreachWhere
from schema.integrity.findings import Finding, FindingWhere
from schema.integrity.gifts import Gift, GiftWhere
from schema.links import page
from schema.pages import Connection
from service.integrity.breaches import Breach as BreachRecord
from service.integrity.commitments import Commitment
from service.integrity.findings import Finding as FindingRecord
from service.integrity.gifts import Gift as GiftRecord
from service.network.organizations import Organization
from service.store.reads import Query


@strawberry.type
class UnderCommitment:
    breaches: Connection[Breach] = page(
        Commitment,
        "commitment",
        Query(BreachRecord, {}, descending=True),
        "Its breaches, which stand beside its state, the latest first.",
        "对本承诺的违约,与其状态并存,最新在前。",
        where=BreachWhere,
    )
    findings: Connection[Finding] = page(
        Commitment,
        "commitment",
        Query(FindingRecord, {}, descending=True),
        "The findings about it, the latest first.",
        "涉及本承诺的问题,最新在前。",
        where=FindingWhere,
    )
    attachments: Connection[Attachment] = attached_to(Commitment)


@strawberry.type
class AboutOrganization:
    gifts: Connection[Gift] = page(
        Organization,
        "concerns",
        Query(GiftRecord, {}, descending=True),
        "What it gave or received, the latest first.",
        "所收送的礼品礼金,最新在前。",
        where=GiftWhere,
    )
    breaches: Connection[Breach] = page(
        Organization,
        "concerns",
        Query(BreachRecord, {}, descending=True),
        "The breaches said to be its own, the latest first.",
        "涉及本单位的违约,最新在前。",
        where=BreachWhere,
    )
    findings: Connection[Finding] = page(
        Organization,
        "concerns",
        Query(FindingRecord, {}, descending=True),
        "The findings about it, the latest first.",
        "涉及本单位的问题,最新在前。",
        where=FindingWhere,
    )
