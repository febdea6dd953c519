"""The published limits, told from where the code keeps them."""

from collections.abc import Iterator
from typing import NamedTuple

from schema import requests
from schema.api import MOST_NODES
from schema.cooperation import calendar, coverage, graph, statistics
from schema.limits import USUAL, Limits, setting_of
from schema.socket_rules import SocketLimits
from service import searching
from service.cooperation.attachments import LONGEST_NAME
from service.cooperation.media import TITLES
from service.errors import Code
from service.facts import LONGEST_TEXT, MOST_ITEMS
from service.store import importing, moments
from service.store.reads import MOST_COUNTED, MOST_ON_A_PAGE
from service.store.tallies import MOST_PARTNERS

OPERATION = {
    "characters": ("Characters of a document", "查询文档的字符数"),
    "tokens": ("Tokens of an operation", "一次操作的词元数"),
    "depth": ("Depth of an operation", "一次操作的嵌套层数"),
    "introspection_depth": ("Depth of introspection", "内省查询的嵌套层数"),
    "aliases": ("Aliases and repeated names in an operation", "一次操作的别名与重复字段数"),
    "directives": ("Directives in an operation", "一次操作的指令数"),
    "overlaps": ("Fields of one name that have to be compared", "须相互比较的同名字段数"),
    "cost": ("Cost of an operation, in objects", "一次操作的开销(按对象计)"),
}
SOCKET = {
    "socket_operations": ("Operations on a WebSocket at the same time", "单个 WebSocket 同时运行的操作数"),
    "sockets": (
        "WebSockets of a viewer, or of an address without a token",
        "同一用户(或同一地址未认证)的 WebSocket 数",
    ),
}
SUMS = (
    ("Characters of a text to search for", "搜索文字的字符数", searching.LONGEST),
    ("Rows of an import", "一次导入的行数", importing.MOST_ROWS),
    ("Months that statistics count by", "统计所跨月数", statistics.MOST_MONTHS),
    (
        "Different sets of organisations in statistics and the graph",
        "统计与关系图中不同的单位组合",
        statistics.MOST_SETS,
    ),
    ("Months of a coverage", "覆盖表所跨月数", coverage.MOST_COVERED_MONTHS),
    (
        "Organisations of one network that are listed, counted or searched",
        "可列出、统计、搜索的网络单位数",
        MOST_PARTNERS,
    ),
    ("Records rebuilt for one list as of a moment", "某时点一个列表所还原的记录数", moments.MOST_CHANGED),
    ("Records rebuilt in all as of a moment", "某时点所还原的记录总数", moments.MOST_REBUILT),
    ("Days of a calendar", "日历天数", calendar.MOST_DAYS),
    ("Entries of a calendar", "日历条目数", calendar.MOST_ENTRIES),
    ("Edges of a graph", "关系图边数", graph.MOST_EDGES),
    ("Pairs of organisations that a graph weighs", "关系图所计的单位配对数", graph.MOST_PAIRS),
)


class Limit(NamedTuple):
    """What there is at most of something, and the code that tells of more."""

    english: str
    chinese: str
    most: str
    code: Code


def published(
    file_megabytes: int, upload_seconds: float, limits: Limits = USUAL, sockets: SocketLimits | None = None
) -> Iterator[Limit]:
    """What is settled in the code, and what an installation sets."""
    more, invalid, bad = Code.LIMIT_EXCEEDED, Code.INVALID, Code.BAD_REQUEST
    yield Limit("Body of a GraphQL request", "GraphQL 请求体", f"{requests.MOST_BYTES // 1024} KB", more)
    for name, (english, chinese) in OPERATION.items():
        yield Limit(f"{english} ({setting_of(name)})", chinese, f"{getattr(limits, name):,}", more)
    for name, (english, chinese) in SOCKET.items():
        yield Limit(f"{english} ({setting_of(name)})", chinese, f"{getattr(sockets or SocketLimits(), name):,}", more)
    for english, chinese, most in SUMS:
        yield Limit(english, chinese, f"{most:,}", more)
    yield Limit("Items on a page", "每页项数", f"{MOST_ON_A_PAGE}", more)
    yield Limit("Ids in nodes", "nodes 的编号数", f"{MOST_NODES}", more)
    yield Limit("A total, counted up to", "总数,至多计到", f"{MOST_COUNTED:,}", more)
    yield Limit("Items of a list inside a record", "记录内列表的项数", f"{MOST_ITEMS}", more)
    yield Limit("A text, unless said otherwise", "文本(另有说明者除外)", f"{LONGEST_TEXT:,}", invalid)
    yield Limit("Idempotency-Key", "幂等键", f"{requests.LONGEST_KEY}", bad)
    yield Limit("Size of an attached file", "附件大小", f"{file_megabytes} MB", more)
    yield Limit("Time for its upload", "上传时限", f"{upload_seconds:g} s", more)
    yield Limit("Types of attached files", "附件类型", TITLES, invalid)
    yield Limit("Name of an attached file", "附件文件名", f"{LONGEST_NAME}", invalid)
