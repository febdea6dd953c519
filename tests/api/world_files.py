"""Attachments of the world of the tests: records of files that were taken in, as an upload makes them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from service.acts import Act
from service.cooperation import attaching
from service.dates import now
from service.viewer import Viewer
from tests.conftest import House

Made: TypeAlias = Callable[..., Awaitable[str]]  # world.made, which knows this module


async def attached(house: House, viewer: Viewer, record: str, number: int, **facts: Any) -> str:
    """The id of an attachment of a file that was taken in, as an upload makes one."""
    file = {"media_type": "application/pdf", "size": 7, "sha256": f"{number:064x}", "stored_as": f"{number:026}"}
    told = {"record": record, "kind": "EVIDENCE", "file_name": "签到表.pdf", **facts}
    moment = house.at or now()
    document = await attaching.attach(house.store, Act(viewer, moment, "createAttachment"), file | told)
    return str(document["_id"])


async def attachments(house: House, made: Made, admin: Viewer, records: Mapping[str, str], mark: str) -> dict[str, str]:
    first = 10 if mark else 0
    found = {
        "attached": await attached(house, admin, records[f"{mark}held"], first + 1),
        "scanned": await attached(house, admin, records[f"{mark}active"], first + 2, kind="SCAN"),
        "misattached": await attached(house, admin, records[f"{mark}published"], first + 3),
    }
    await made(house, "discardAttachment", admin, id=found["misattached"], version=1, reason="测试原因")
    return {f"{mark}{name}": own_id for name, own_id in found.items()}
