"""Verifies what you keep of a trail, without its makers: Python and the package `cryptography` are all it needs.

    python verify_trail.py [PUBLIC_KEY ...] FILE ...        the file you kept first, later ones after it 先旧后新

Each checkpoint is what was signed and follows the last; later files deny nothing earlier; revisions are those listed.
Without keys it trusts those that the FIRST file names, never later ones: have these told otherwise, then give them all.
核对检查点的默克尔根、签名与前后衔接;后一文件不得与前一文件相抵触;文件中的修订须与检查点所列一致。
未给出公钥时只信任第一个文件所列公钥;轮换后的新公钥须另行确认,并逐一给出全部公钥。
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEAD = ("form", "partition", "number", "first", "last", "root", "at", "previous", "key")
MALFORMED = (KeyError, TypeError, ValueError, IndexError, AttributeError, StopIteration, OSError)


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


def root(hashes: list[bytes]) -> bytes:
    left = 1 << (len(hashes) - 1).bit_length() - 1 if len(hashes) > 1 else 0
    return sha256(b"\x01" + root(hashes[:left]) + root(hashes[left:])) if left else hashes[0]


def insist(holds: bool, place: object, english: str, chinese: str) -> None:
    if not holds:
        raise ValueError(f"{place}: {english}. {chinese}。")


def check_checkpoint(own: Any, keys: dict[str, bytes]) -> dict[int, Any]:
    place, said = (
        f"{own['partition']}, checkpoint 检查点 {own['number']}",
        canonical({each: own[each] for each in HEAD}),
    )
    leaves = [[sequence, *leaf] for sequence, leaf in enumerate(own["leaves"], own["first"])]
    whole = (own["form"], own["last"], own["hash"]) == ("cobuild-checkpoint-1", leaves[-1][0], sha256(said).hex())
    insist(whole, place, "it does not hold in itself", "自身不一致")
    made = root([sha256(b"\x00" + canonical(leaf)) for leaf in leaves]).hex()
    insist(own["root"] == made, place, "its leaves are not those that were signed", "所列修订与签名时不符")
    insist(own["key"] in keys, place, f"signed by a key not trusted yet, {own['key']}", "签名公钥尚未受信任")
    try:
        Ed25519PublicKey.from_public_bytes(keys[own["key"]]).verify(bytes.fromhex(own["signature"]), said)
        return {leaf[0]: leaf for leaf in leaves}
    except InvalidSignature:
        raise ValueError(f"{place}: the signature is wrong. 签名无效。") from None


def check_file(lines: Iterator[Any], keys: dict[str, bytes], known: dict[str, Any], trusting: bool) -> None:
    head, leaves, partition, count, line = next(lines), dict[int, Any](), "", 0, dict[str, Any]()
    reached = dict(head["after"])
    insist(head["form"] == "cobuild-trail-1", "form", "not such an export", "不是留痕导出文件")
    for line in lines:
        if own := line.get("revision"):
            said = sha256(canonical({name: own[name] for name in own.keys() - {"hash", "sequence", "fence"}})).hex()
            listed, leaf = leaves.pop(own["sequence"], None), [own["sequence"], own["record"], own["version"], said]
            holds = listed == leaf and (own["hash"], own["partition"]) == (said, partition)
            insist(holds, f"{own['record']}:{own['version']}", "not what the checkpoint lists", "与检查点所列不一致")
            continue
        insist(not (head["revisions"] and leaves), [*leaves.values()][:1], "the revision is missing", "修订缺失")
        if "keys" in line and trusting:
            keys |= {name: bytes.fromhex(key) for name, key in line["keys"].items()}
        if own := line.get("checkpoint"):
            leaves, partition, number, count = check_checkpoint(own, keys), own["partition"], own["number"], count + 1
            chain, place = known.setdefault(partition, [(None, 0)]), f"{partition}, checkpoint 检查点 {number}"
            expected = (reached.get(partition, 0) + 1, chain[number - 1 : number])
            follows = (number, [(own["previous"], own["first"] - 1)]) == expected
            insist(follows, place, "it does not follow the one before it", "与前一检查点不相衔接")
            stands, reached[partition] = (own["hash"], own["last"]), number
            insist((chain[number:] or [stands])[0] == stands, place, "an earlier file denies it", "与先前文件相抵触")
            chain[number:] = chain[number:] or [stands]
    insist(line.get("end") == count, "end", "the file was cut short", "文件不完整")
    for name in known if head["network"] is None else [head["network"]]:
        whole = reached.get(name, 0) >= len(known.get(name, [0])) - 1
        insist(whole, name, "checkpoints of an earlier file are missing", "缺少先前文件中的检查点")


if __name__ == "__main__":
    given = [each for each in sys.argv[1:] if len(each) == 64 and not set(each) - set("0123456789abcdef")]
    known, keys = dict[str, Any](), {sha256(bytes.fromhex(each)).hex()[:16]: bytes.fromhex(each) for each in given}
    for place, name in enumerate([each for each in sys.argv[1:] if each not in given] or sys.exit(__doc__)):
        try:
            with open(name, encoding="utf-8") as file:
                check_file(map(json.loads, file), keys, known, trusting=not given and place == 0)
        except MALFORMED as error:
            sys.exit(f"BROKEN 有误: {name}: {error or type(error).__name__}")
    for partition, chain in sorted(known.items()):
        print(f"holds 有效: {partition}: {len(chain) - 1} checkpoints 检查点, up to sequence 至序号 {chain[-1][1]}")
