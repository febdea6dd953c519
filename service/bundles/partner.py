"""The bundle of one partner 共建单位: all that a network has on it, as whoever asked may read it."""

from collections.abc import Sequence

from service.bundles import lists
from service.bundles.commitment import numbered
from service.bundles.document import Block, Cell, Facts, Paper, Signatures, Table
from service.bundles.material import Telling, day, when
from service.cooperation.dossiers import OpenPointCode
from service.cooperation.pillars import Pillar
from service.network.organizations import OrganizationStatus, Sector


def paper(tell: Telling) -> Paper:
    own, network = tell.material.subject, tell.material.network
    sections: list[tuple[str, Sequence[Block]]] = [
        (tell.say("The organisation", "单位概况"), (_about(tell), lists.memberships(tell))),
        (tell.say("Agreements", "协议"), (lists.agreements(tell),)),
        (tell.say("Activities by pillar", "共建活动"), [lists.activities(tell, pillar) for pillar in Pillar]),
        (tell.say("Deliverables", "成果"), (lists.deliverables(tell),)),
        (tell.say("Commitments", "廉洁承诺"), (lists.commitments(tell), lists.publicity(tell))),
        (tell.say("Acknowledgements", "知晓情况"), (lists.acknowledgements(tell),)),
        (tell.say("Gifts and breaches", "礼品礼金与违约"), (lists.gifts(tell), lists.breaches(tell))),
        (tell.say("Findings", "问题与整改"), (lists.findings(tell), lists.rectifications(tell))),
        (tell.say("Open points", "待办事项"), (_open_points(tell),)),
        (tell.say("Signatures", "签署"), (Signatures([tell.name(own["_id"])]),)),
    ]
    return Paper(
        tell.say("Dossier of a Partner", "共建单位台账"),
        own["name"],
        f"{network['name']} · {own['_id']}",
        tell.as_of,
        tell.language,
        numbered(tell, sections),
    )


def _about(tell: Telling) -> Facts:
    own = tell.material.subject
    place = " ".join(own[name] for name in ("province", "city", "county") if own[name])
    pairs: list[tuple[str, Cell]] = [
        (tell.say("Id", "编号"), own["_id"]),
        (tell.say("Name", "名称"), own["name"]),
        (tell.say("Short name", "简称"), own["short_name"]),
        (tell.say("Sector", "行业"), tell.word(Sector, own["sector"])),
        (tell.say("Place", "所在地"), place),
        (tell.say("Parent", "上级单位"), tell.name(own["parent"])),
        (tell.say("Founded", "成立"), when(own["founded"])),
        (tell.say("State", "状态"), tell.word(OrganizationStatus, own["state"])),
    ]
    for contact in own["contacts"]:
        told = (contact["name"], contact["post"], contact["phone"], contact["email"])
        pairs.append((tell.say("Contact", "联系人"), tell.say(", ", "，").join(each for each in told if each)))
    return Facts(pairs)


def _open_points(tell: Telling) -> Table:
    titles = (("Open point", "事项"), ("Record", "记录"), ("Line", "行"), ("Activities", "活动数"), ("Due", "到期日"))
    rows = [
        (
            tell.word(OpenPointCode, each["code"]),
            tell.name(each.get("agreement") or each.get("plan")),
            each.get("line"),
            each.get("activities"),
            day(each.get("due")),
        )
        for each in tell.material.open_points
    ]
    return Table(tell.say("Open points", "待办事项"), [tell.say(*title) for title in titles], rows)
