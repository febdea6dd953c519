"""The environment variables that bound what callers ask: one for each limit, with its usual value."""

import dataclasses

from schema.limits import Limits, setting_of
from schema.socket_rules import SocketLimits
from service.variables import Variable, count

UNITS = {
    "characters": ("characters", "个字符"),
    "tokens": ("words and signs", "词元"),
    "overlaps": ("comparisons", "次比较"),
    **dict.fromkeys(("depth", "introspection_depth"), ("levels", "层")),
    "cost": ("objects", "个对象"),
}
LIMITS: dict[str, Variable] = {
    f"limit_{each.name}": Variable(
        setting_of(each.name),
        str(each.default),
        count,
        f"a whole number: the most {each.name.replace('_', ' ')} of one operation",
        f"正整数：单个操作的 {each.name} 上限",
        unit=UNITS.get(each.name),
    )
    for each in dataclasses.fields(Limits)
}
LIMITS |= {
    "socket_operations": Variable(
        setting_of("socket_operations"),
        str(SocketLimits.socket_operations),
        count,
        "a whole number: the most operations that run on one WebSocket at the same time",
        "正整数：单个 WebSocket 同时运行的操作上限",
        unit=("operations", "个操作"),
    ),
    "sockets": Variable(
        setting_of("sockets"),
        str(SocketLimits.sockets),
        count,
        "a whole number: the most WebSockets of a viewer, or of an address without a token, in each process",
        "正整数：每个进程内同一用户（未认证时为同一地址）的 WebSocket 上限",
        unit=("WebSockets", "个连接"),
    ),
}
