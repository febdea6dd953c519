"""The ZIP and its manifest: what is sealed, in which order, with which hashes."""

import datetime as dt
import hashlib
import io
import zipfile

import orjson
import pytest

from service.bundles.archive import archive
from service.bundles.manifest import Proof, canonical, manifest, proofs
from tests.bundles.papers import AS_OF

FILES = {"卷宗.pdf": b"%PDF", "data.json": b"{}"}


def test_files_stand_in_order_with_the_moment_of_their_data() -> None:
    with zipfile.ZipFile(io.BytesIO(archive(FILES, AS_OF))) as zipped:
        assert zipped.testzip() is None
        assert [(each.filename, each.date_time) for each in zipped.infolist()] == [
            (name, (2024, 2, 29, 0, 30, 0)) for name in FILES
        ]
        assert {name: zipped.read(name) for name in FILES} == FILES


@pytest.mark.parametrize(("year", "told"), [(1970, 1980), (2200, 2107)])
def test_a_moment_that_no_zip_can_tell_becomes_the_nearest(year: int, told: int) -> None:
    moment = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    with zipfile.ZipFile(io.BytesIO(archive(FILES, moment))) as zipped:
        assert {each.date_time[0] for each in zipped.infolist()} == {told}


def test_equal_files_are_equal_bytes() -> None:
    assert archive(FILES, AS_OF) == archive(dict(FILES), AS_OF)
    assert archive(FILES, AS_OF) != archive(FILES, AS_OF + dt.timedelta(seconds=2))


def test_the_manifest_tells_hashes_chain_and_what_is_withheld() -> None:
    chain = proofs(
        [
            {"_id": "org_2", "version": 3, "head": "b" * 64},
            {"_id": "org_1", "version": 1, "head": "a" * 64},
            {"_id": "org_2", "version": 3, "head": "b" * 64},
        ],
        {"a" * 64: "chk_1"},
    )
    assert chain == [Proof("org_1", 1, "a" * 64, "chk_1"), Proof("org_2", 3, "b" * 64)]
    told = orjson.loads(manifest({"id": "org_1"}, FILES, chain, {"b", "a"}))
    assert told == {
        "format": "cobuild-dossier/1",
        "request": {"id": "org_1"},
        "files": [
            {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in FILES.items()
        ],
        "withheld": ["a", "b"],
        "chain": [proof._asdict() for proof in chain],
    }


def test_canonical_json_is_sorted_tight_and_utc() -> None:
    aware = AS_OF.astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert canonical({"b": AS_OF.replace(tzinfo=None), "a": [aware, "甲"]}) == (
        '{"a":["2024-02-28T16:30:00.000Z","甲"],"b":"2024-02-28T16:30:00.000Z"}'.encode()
    )
    with pytest.raises(TypeError):
        canonical({"a": object()})
