"""`forget`: a name or a staff number that stands in records which are not about that person alone.

Who has a record of their own is forgotten by the mutation forgetPerson.
"""

import argparse

from service.acts import Act
from service.dates import now
from service.role_commands import Add
from service.serving import STANDALONE, CommandFailed, with_store
from service.settings import Settings
from service.store.forgetting import Forgetting, forget
from service.store.store import Store
from service.viewer import Grant, Role, Viewer

REASON = "command line 命令行"


def add_to(add: Add) -> None:
    """Declare the command with `add`."""
    added = add("forget", run, f"forget a name or staff number, for good 永久遗忘姓名或工号. {STANDALONE}")
    added.add_argument("--network", metavar="ID", required=True, help="the network in whose records 共建网络")
    added.add_argument("text", metavar="TEXT", help="the whole name or number 完整的姓名或工号")


def run(settings: Settings, options: argparse.Namespace) -> int:
    if not options.text.strip():
        raise CommandFailed("Say whom to forget. 请给出要遗忘的姓名或工号。")
    act = Act(Viewer("operator", (Grant(Role.OPERATOR),)), now(), "forget", REASON)

    async def work(store: Store) -> Forgetting:
        return await forget(store, act, options.network, options.text)

    done = with_store(settings, work)
    for own_id in done.changed:
        print(f"changed 已修改: {own_id}")
    for own_id in done.persons:
        print(f"has a record, forget it by forgetPerson 另有人员记录,请用 forgetPerson 遗忘: {own_id}")
    print("The key is erased; backups and attached files may still hold it. 密钥已销毁;备份与附件中可能仍有。")
    return 0
