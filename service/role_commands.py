"""`role give` and `role list`: the first administrator of a network, who cannot be given the role by another one.

Whoever may run commands here may sign tokens too, so what is given by them is an operator's act, with its revision.
"""

import argparse
from collections.abc import Callable, Sequence
from typing import TypeAlias

from service import serving
from service.acts import Act
from service.dates import day_of, now
from service.network import giving
from service.network.roles import RoleAssignment
from service.records import Document
from service.serving import CommandFailed, with_store
from service.settings import Settings
from service.store.kinds import index_name
from service.store.reads import Query
from service.store.store import Store
from service.viewer import Grant, Role, Viewer

REASON = "command line 命令行"
MOST_LISTED = 10_000
Add: TypeAlias = Callable[[str, Callable[[Settings, argparse.Namespace], int], str], argparse.ArgumentParser]


def add_to(add: Add, tell_whose: Callable[[argparse.ArgumentParser], None]) -> None:
    """Declare the command `role` with `add`; `tell_whose` declares the options that say who holds what."""
    role = add("role", lambda *_: 2, f"roles kept in the service 服务内保存的角色. {serving.STANDALONE}")
    steps = role.add_subparsers(required=True, metavar="STEP")
    giving_one = steps.add_parser("give", help="give a role, as the first administrator's 授予角色，如首位管理员")
    tell_whose(giving_one)
    giving_one.add_argument("--subject", metavar="NAME", required=True, help="the sub of the holder's token 令牌的 sub")
    giving_one.add_argument("--holder", metavar="NAME", help="the holder's name 持有人姓名")
    giving_one.set_defaults(command=give)
    listing = steps.add_parser("list", help="print a network's roles, the latest first 列出网络的角色")
    listing.add_argument("--network", metavar="ID", required=True, help="the network 共建网络")
    listing.set_defaults(command=list_all)


def give(settings: Settings, options: argparse.Namespace) -> int:
    if options.network is None:
        raise CommandFailed("Say in which network: --network ID. 请用 --network 指明网络。")
    names = ("network", "role", "organization", "subject", "holder")
    facts = {name: value for name in names if (value := getattr(options, name)) is not None}

    async def write(store: Store) -> Document:
        operator = Viewer("operator", (Grant(Role.OPERATOR), Grant(Role.NETWORK_ADMIN, options.network)))
        return await giving.give(store, Act(operator, now(), "role give", REASON), facts)

    print(_line(with_store(settings, write)))
    return 0


def list_all(settings: Settings, options: argparse.Namespace) -> int:
    query = Query(RoleAssignment, {"network": options.network}, descending=True)

    async def read(store: Store) -> Sequence[Document]:
        order, index = ((query.order, -1),), index_name(query.index())
        return await store.database.find(RoleAssignment.COLLECTION, query.where(), MOST_LISTED, sort=order, index=index)

    print("\n".join(map(_line, with_store(settings, read))) or "none 无")
    return 0


def _line(document: Document) -> str:
    state = RoleAssignment.state(document, day_of(now()))
    scope = document["organization"] or "-"
    return f"{document['_id']}  {document['role']}  {scope}  {document['subject']}  {document['since']}  {state}"
