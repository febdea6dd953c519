"""The bundle of one commitment 廉洁承诺: who undertakes what, what makes it effective, and room for both to sign."""

from collections.abc import Iterator, Sequence

from service.bundles import lists
from service.bundles.document import Block, Cell, Facts, Paper, Section, Signatures, Table, Text
from service.bundles.material import Telling, day
from service.integrity.clauses import ClauseCategory, ClauseSet
from service.integrity.commitments import Commitment, CommitmentStatus, Side
from service.records import record_of


def paper(tell: Telling) -> Paper:
    own, network = tell.material.subject, tell.material.network
    sides = [side["organization"] for side in own["sides"]]
    sections: list[tuple[str, Sequence[Block]]] = [
        (tell.say("The commitment", "承诺概况"), (_about(tell),)),
        (tell.say("Sides", "承诺双方"), (lists.commitments(tell),)),
        (tell.say("Clauses", "承诺条款"), (_clauses(tell),)),
        (tell.say("What makes it effective", "生效条件"), (_gates(tell),)),
        (tell.say("Publicity", "公示情况"), (lists.publicity(tell),)),
        (tell.say("Acknowledgements", "知晓情况"), (lists.acknowledgements(tell),)),
        (tell.say("Breaches", "违约情况"), (lists.breaches(tell),)),
        (tell.say("Signatures", "双方签署"), (Signatures([tell.name(each) for each in sides]),)),
    ]
    return Paper(
        tell.say("Dossier of an Integrity Commitment", "廉洁承诺卷宗"),
        tell.say(" and ", "  与  ").join(tell.name(each) for each in sides),
        f"{network['name']} · {own['_id']}",
        tell.as_of,
        tell.language,
        numbered(tell, sections),
    )


def numbered(tell: Telling, sections: Sequence[tuple[str, Sequence[Block]]]) -> list[Section]:
    """Sections as 一、二、三、, in English as 1, 2, 3."""
    counted = "一二三四五六七八九十"
    return [
        Section(tell.say(f"{place + 1}. {title}", f"{counted[place]}、{title}"), blocks)
        for place, (title, blocks) in enumerate(sections)
    ]


def _about(tell: Telling) -> Facts:
    own = tell.material.subject
    return Facts(
        (
            (tell.say("Id", "编号"), own["_id"]),
            (tell.say("Version", "版本"), own["version"]),
            (tell.say("State", "状态"), tell.word(CommitmentStatus, own["state"])),
            (tell.say("Agreement", "依据协议"), tell.name(own["agreement"])),
            (tell.say("Clauses", "承诺条款"), _clause_title(tell)),
            (tell.say("Hash of the clauses", "条款散列值"), own["clause_hash"]),
            (tell.say("Drawn up", "拟订日期"), day(own["drawn_up_on"])),
            (tell.say("Expires", "到期日"), day(own["expires_on"])),
            (tell.say("Withdrawn", "撤回日期"), day(own["withdrawn_on"])),
            (tell.say("Reason of its end", "终止原因"), own["end_reason"]),
            (tell.say("Supersedes", "续签自"), own["supersedes"]),
            (tell.say("Renewed by", "续签为"), own["renewed_by"]),
        )
    )


def _clause_title(tell: Telling) -> str:
    own = tell.material.subject
    if not own["clause_set"]:
        return ""
    version = tell.say(f"version {own['clause_version']}", f"第 {own['clause_version']} 版")
    return f"{tell.name(own['clause_set'])} · {version}"


def _clauses(tell: Telling) -> Block:
    """The wording it was made on, in both languages whatever the bundle's is: it is what both sides sign."""
    own = tell.material.subject
    versions = [version for each in tell.material.of(ClauseSet) for version in each["versions"]]
    wording = next((each for each in versions if each["number"] == own["clause_version"]), None)
    if wording is None:
        return Text(tell.say("No source tells the wording.", "来源未载明条款原文。"))
    columns = [tell.say(*each) for each in (("Clause", "条款"), ("Chinese", "中文"), ("English", "英文"))]
    rows = [
        (tell.word(ClauseCategory, each["category"]), each["chinese"], each["english"]) for each in wording["clauses"]
    ]
    return Table(tell.say("Clauses", "承诺条款"), columns, rows)


def _gates(tell: Telling) -> Table:
    """For each side the three gates of `Commitment`: signed, publicised, known; and what is missing of each."""
    titles = (
        ("Side", "一方"),
        ("Gate", "条件"),
        ("Required", "要求"),
        ("Reached", "达到"),
        ("Since", "自"),
        ("Open", "尚缺"),
    )
    commitment = record_of(Commitment, tell.material.subject)
    rows = [
        (tell.name(side.organization), *gate) for side in commitment.sides for gate in _gates_of(tell, commitment, side)
    ]
    return Table(tell.say("What makes it effective", "生效条件"), [tell.say(*each) for each in titles], rows)


def _gates_of(tell: Telling, commitment: Commitment, side: Side) -> Iterator[Sequence[Cell]]:
    signed_on = side.signed_on.last if side.signed_on else None
    yield tell.say("Signed", "签署"), "", tell.yes(side.signed), signed_on, _open(tell, side.signed)
    since = commitment.publicised_on(side.organization)
    reached = since is not None and since <= tell.day
    required = tell.say(f"{commitment.publicity_days} days", f"{commitment.publicity_days} 天")
    yield tell.say("Publicised", "公示"), required, tell.yes(reached), since, _open(tell, reached)
    needed = commitment.required(side)
    wanted = f"{commitment.known_percent} %" + ("" if needed is None else f" ({needed}/{side.staff})")
    known = side.known_on is not None and side.known_on <= tell.day
    yield tell.say("Known", "知晓"), wanted, side.known, side.known_on, _open(tell, known)


def _open(tell: Telling, reached: bool) -> str:
    return "" if reached else tell.say("Open", "尚缺")
