"""`verify` and `export-trail`: the trail held against itself, and against what an outsider keeps of it."""

import argparse
import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeAlias, TypeVar

from service import serving
from service.dates import now
from service.serving import CommandFailed
from service.settings import Settings
from service.store import upkeep
from service.store.checkpointing import seal, unsealed
from service.store.database import Database, Duplicate
from service.store.trail_export import NotOurs, differences, exported
from service.store.verifying import Verdict, walks
from service.trail import outside_verifier
from service.trail.exports import ExportDamaged, Line, checkpoints_in, reached, text_of
from service.trail.verifying import Fault

VERIFIER = "verify_trail.py"  # under which name the outside verifier is handed out
T = TypeVar("T")
Add: TypeAlias = Callable[[str, Callable[[Settings, argparse.Namespace], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Declare both commands with `add`."""
    verifying = add("verify", verify, f"verify the trail; exit code 1 when it is broken 校验留痕. {serving.STANDALONE}")
    exporting = add(
        "export-trail", export, f"write what an outsider keeps 导出供外部留存的检查点. {serving.STANDALONE}"
    )
    for command in (verifying, exporting):
        command.add_argument("--network", metavar="ID", help="this network alone 仅此共建网络")
    verifying.add_argument(
        "--against", metavar="FILE", type=Path, help="compare with what was exported before 与先前导出的文件比对"
    )
    exporting.add_argument(
        "--since", metavar="FILE", type=Path, help="only what came after that export 仅导出该文件之后的部分"
    )
    exporting.add_argument(
        "--revisions", action="store_true", help="the revisions too: they hold personal data 同时导出修订,含个人信息"
    )
    exporting.add_argument(
        "--verifier", action="store_true", help=f"put {VERIFIER}, which needs nothing of ours, beside it 附外部校验程序"
    )
    exporting.add_argument("file", metavar="FILE", type=Path, help="where to write 导出文件")


def verify(settings: Settings, options: argparse.Namespace) -> int:
    async def run(database: Database) -> list[Fault]:
        found = []
        if options.against is not None:
            found = await _compared(settings, options, database)
        async for partition, verdict in walks(database, settings.checkpoint_keys(), options.network):
            print(line_of(partition, verdict), flush=True)
            found += [fault for fault in verdict.faults if fault not in found]
        return found

    if found := _with_database(settings, run):
        print("\n".join(f"BROKEN 有误: {' '.join(fault.told())}" for fault in found))
        return 1
    print("The trail holds. 留痕完好。")
    return 0


def line_of(partition: str, verdict: Verdict) -> str:
    counts = (
        f"{verdict.revisions} revisions 修订, {verdict.records} records 记录, {verdict.checkpoints} checkpoints 检查点"
    )
    proved = f"proved up to sequence 已证明至序号 {verdict.proved}/{verdict.sequence}"
    return f"{partition}: {counts}, {proved}"


async def _compared(settings: Settings, options: argparse.Namespace, database: Database) -> list[Fault]:
    with _opened(options.against) as lines:
        wanted = (
            each for each in checkpoints_in(lines) if options.network is None or each["partition"] == options.network
        )
        try:
            return await differences(database, wanted, settings.checkpoint_keys())
        except NotOurs as error:
            raise CommandFailed(
                f"{options.against} holds a checkpoint that no known key has signed. 文件含有未经已知密钥签署的检查点。"
            ) from error


def export(settings: Settings, options: argparse.Namespace) -> int:
    after = {}
    if options.since is not None:
        with _opened(options.since) as lines:
            after = reached(lines)

    async def run(database: Database) -> int:
        keys, sealing = settings.checkpoint_keys(), settings.checkpointing()
        for partition in await unsealed(database):  # so that what is kept proves all that was relayed
            while await seal(database, partition, sealing, now()):
                pass
        return await _written(options.file, exported(database, keys, now(), options.network, after, options.revisions))

    written = _with_database(settings, run)
    if options.verifier:
        shutil.copyfile(outside_verifier.__file__, options.file.with_name(VERIFIER))
    print(f"{written} checkpoints written. 已导出 {written} 个检查点。")
    return 0


async def _written(path: Path, lines: AsyncIterator[Line]) -> int:
    """Write the whole export or nothing; how many checkpoints that are."""
    unfinished, count = path.with_name(f"{path.name}.unfinished"), 0
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            async for line in lines:
                count += "checkpoint" in line
                file.write(text_of(line))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error.strerror}. 无法写入该文件。") from error
    return count


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """The lines of an export. Raises `CommandFailed` when it cannot be read or is damaged."""
    try:
        with path.open(encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise CommandFailed(f"{path} cannot be read: {error.strerror}. 无法读取该文件。") from error
    except (ExportDamaged, UnicodeDecodeError) as error:
        raise CommandFailed(f"{path} is no export of a trail, or was cut short. 不是完整的留痕导出文件。") from error


def _with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run(connected: Settings) -> T:
        async with serving.opened(connected) as database:
            try:
                await upkeep.prepare(database, f"trail-{os.getpid()}")
            except Duplicate as error:
                english = f"a unique index cannot stand: several documents have the same {error.field}"
                raise CommandFailed(f"BROKEN 有误: {english}. 唯一索引无法建立。") from error
            return await work(database)

    with serving.with_database(settings, lasting=True) as connected:
        return asyncio.run(run(connected))
