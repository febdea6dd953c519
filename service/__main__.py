"""The command line: python -m service COMMAND."""

import argparse
import asyncio
import datetime as dt
import difflib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

from seeds import synthetic
from seeds.loader import SeedInvalid, plant, read
from service import forgetting, role_commands, serving, settings_reference, trail_commands
from service.claims import SHOWN_TO_ALL
from service.dates import day_of, now
from service.environment import CHECKOUT, ORIGIN, VARIABLES
from service.errors import Unavailable
from service.logs import configure
from service.production import lacks
from service.serving import STANDALONE, CommandFailed
from service.settings import Settings, SettingsInvalid
from service.store import upkeep
from service.store.doctor import Findings, examine
from service.store.embedded import EngineUnavailable, installed_version
from service.store.store import Store
from service.viewer import Bound, Grant, Role, Viewer

SCHEMA_FILE = CHECKOUT / "schema" / "schema.graphql"
FIT = "Fit for production, as far as the settings tell. 就配置而言，可用于生产。"
SHOWN_DIFFERENCES = 40  # lines
EXPECTED = (CommandFailed, EngineUnavailable, SeedInvalid, SettingsInvalid)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    command: Callable[[Settings, argparse.Namespace], int] = options.command
    try:
        settings = Settings.from_environment(os.environ)
        configure(settings.development)
        return command(settings, options)
    except EXPECTED as error:
        print("\n".join(f"cobuild: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 1
    except Unavailable as error:
        reason = str(error).partition(" (")[0]  # the driver's text goes on for lines about its own state
        print(f"cobuild: The database does not answer: {reason}. 数据库没有应答。", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # what a shell calls ended by SIGINT


def settings_reference_printed(_: Settings, __: argparse.Namespace) -> int:
    print(settings_reference.document(), end="")
    return 0


def serve(settings: Settings, _: argparse.Namespace) -> int:
    return serving.serve(settings)


def seed(settings: Settings, options: argparse.Namespace) -> int:
    today = day_of(now())
    records = read() if options.synthetic is None else synthetic.records(options.synthetic, today)

    async def write(connected: Settings) -> int:
        async with serving.opened(connected) as database:
            await upkeep.prepare(database, f"seed-{os.getpid()}")
            return await plant(Store(database), records, now(), show_progress)

    with serving.with_database(settings, lasting=True) as connected:
        written = asyncio.run(write(connected))
    print(f"{written} records written. 已写入 {written} 条记录。")
    return 0


def show_progress(seen: int) -> None:
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"{seen} records 条记录 …", end=end, file=sys.stderr, flush=True)


def token(settings: Settings, options: argparse.Namespace) -> int:
    try:
        grant = Grant(options.role, options.network, options.organization)
    except ValueError as error:
        raise CommandFailed(
            f"{options.role} needs another scope: --network for all but PUBLIC and OPERATOR, --organization for "
            "RECORDER alone. 角色与范围不符：除 PUBLIC、OPERATOR 外须有 --network，仅 RECORDER 须有 --organization。"
        ) from error
    viewer = Viewer(options.subject, (grant,), bound_by(options))
    print(settings.token_keys().issue(viewer, now(), dt.timedelta(days=options.days)))
    return 0


def bound_by(options: argparse.Namespace) -> Bound | None:
    """What a token for a front-end without login is bound to. Raises `CommandFailed` for what cannot be."""
    if not options.service and not options.origin and not options.document:
        return None
    if not options.service or not options.origin or options.role not in SHOWN_TO_ALL:
        raise CommandFailed(
            "A service token is for pages, which show it to everybody: --service with each --origin, and no other role "
            "than FRONT_END or PUBLIC. 服务令牌供网页使用、人人可见：须同时给出 --service 与 --origin，角色仅限 "
            "FRONT_END 或 PUBLIC。"
        )
    documents = tuple(options.document) if options.document else None
    return Bound(tuple(options.origin), documents)


def export_schema(_: Settings, options: argparse.Namespace) -> int:
    from schema import guards
    from schema.api import schema  # takes a second that the other commands need not spend

    text = schema.as_str().rstrip() + "\n"
    if options.check and (problems := guards.problems(text, _released_schema())):
        raise CommandFailed("\n".join(problems))
    if not options.check:
        SCHEMA_FILE.write_text(text, encoding="utf-8")
        return 0
    committed = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.exists() else ""
    if committed == text:
        return 0
    lines = difflib.unified_diff(committed.splitlines(), text.splitlines(), "schema.graphql", "code", lineterm="")
    print("\n".join(list(lines)[:SHOWN_DIFFERENCES]))
    raise CommandFailed(
        "schema/schema.graphql differs from the code: run make schema. 与代码不一致：请运行 make schema。"
    )


def _released_schema() -> str | None:
    """The schema of the last release, which clients rely on; None before the first, or without the history."""
    release = _git("describe", "--tags", "--abbrev=0", "--match", "v*")
    return _git("show", f"{release.strip()}:schema/schema.graphql") if release else None


def _git(*words: str) -> str | None:
    if (git := shutil.which("git")) is None:
        return None
    said = subprocess.run([git, "-C", str(CHECKOUT), *words], capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own words
    return None if said.returncode else said.stdout


def doctor(settings: Settings, options: argparse.Namespace) -> int:
    if options.production:
        found = list(lacks(settings))
        print("\n".join(map(str, found)) or FIT)
        return 1 if found else 0

    async def look(connected: Settings) -> Findings:
        async with serving.opened(connected) as database:
            return await examine(database)

    with serving.with_database(settings, lasting=True) as connected:
        findings = asyncio.run(look(connected))
    print("\n".join(report(settings, findings)))
    return 0 if findings.sound else 1


def report(settings: Settings, findings: Findings) -> Iterator[str]:
    embedded = settings.mongodb_uri is None
    kind = f"SecantusDB {installed_version(settings.engine)} (embedded 内嵌), speaks as " if embedded else ""
    yield f"server 服务器: {kind}{findings.server}"
    yield f"driver 驱动: {settings.driver}"
    for feature, there in findings.features.items():
        yield f"feature 功能: {feature}: {'yes 有' if there else 'no 无'}"
    yield f"indexes 索引: {len(findings.present)} present 已有, {len(findings.missing)} missing 缺少"
    yield from (f"  missing 缺少: {name}" for name in findings.missing)
    yield from (f"  undeclared 未声明: {name}" for name in findings.undeclared)
    yield f"migrations applied 已执行的迁移: {', '.join(map(str, findings.applied)) or 'none 无'}"
    yield from (f"  not applied 未执行: {number}" for number in findings.unapplied)
    yield f"revisions waiting for the relay 待转发的修订: {findings.waiting}"
    if not findings.sound:
        yield "Not sound: start the service once, which makes what is missing. 不完整：启动一次服务即可补齐。"


def _parser() -> argparse.ArgumentParser:
    told = (f"  {each.name:23} {each.english} (default: {each.default or 'none'})" for each in VARIABLES.values())
    parser = argparse.ArgumentParser(
        "python -m service",
        description="共建网: the system of record for hospitals' co-building networks. 医院党建共建网络的记录系统。",
        epilog="Settings are environment variables. 设置均为环境变量:\n" + "\n".join(told),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[Settings, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    add("settings", settings_reference_printed, "print all settings as Markdown 打印全部设置")
    add("serve", serve, "answer requests until Ctrl-C 启动服务，按 Ctrl-C 停止")
    seeding = add("seed", seed, f"write the seed records that are not there yet 写入种子数据. {STANDALONE}")
    invented = "N invented activities in a network of their own instead 改为写入 N 条合成活动"
    seeding.add_argument("--synthetic", metavar="N", type=_positive, help=invented)
    issuing = add("token", token, "print a token 签发令牌")
    _tell_whose(issuing)
    issuing.add_argument("--subject", metavar="NAME", default="operator", help="whose name revisions bear 操作人")
    _tell_lifetime(issuing)
    _tell_bounds(issuing)
    role_commands.add_to(add, _tell_whose)
    forgetting.add_to(add)
    exporting = add("export-schema", export_schema, "write schema/schema.graphql 导出 GraphQL 模式")
    exporting.add_argument("--check", action="store_true", help="only compare: exit code 1 when it differs 仅比较")
    trail_commands.add_to(add)
    looking = add(
        "doctor", doctor, f"look at the database; exit code 1 when it lacks something 检查数据库. {STANDALONE}"
    )
    looking.add_argument(
        "--production", action="store_true", help="judge the settings for the open internet instead 改为检查生产配置"
    )
    return parser


def _tell_whose(whose: argparse.ArgumentParser) -> None:
    whose.add_argument(
        "--role", required=True, type=Role, choices=list(Role), metavar="ROLE", help=f"one of 角色: {', '.join(Role)}"
    )
    whose.add_argument("--network", metavar="ID", help="the network it is for 适用的网络")
    whose.add_argument("--organization", metavar="ID", help="the organisation, for RECORDER 联络员所属单位")


def _tell_lifetime(issuing: argparse.ArgumentParser) -> None:
    issuing.add_argument(
        "--days",
        metavar="N",
        type=_positive,
        default=serving.SAMPLE_DAYS,
        help="valid for so many days, 7 unless told 有效天数",
    )


def _tell_bounds(issuing: argparse.ArgumentParser) -> None:
    alone = "for an app without login, which asks trusted documents alone 免登录应用令牌,仅限登记的查询文档"
    issuing.add_argument("--service", action="store_true", help=alone)
    pages, one = (
        "whose pages may use it, perhaps several 网页来源",
        "only this document, perhaps several 仅限此文档",
    )
    issuing.add_argument("--origin", action="append", type=_origin, metavar="URL", help=pages)
    issuing.add_argument("--document", action="append", metavar="ID", help=one)


def _origin(text: str) -> str:
    if not re.fullmatch(ORIGIN, text):
        raise argparse.ArgumentTypeError(f"{text} is no origin, as https://app.example")
    return text


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) < 10_000_000:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
