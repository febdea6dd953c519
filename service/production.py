"""What an installation lacks before it stands on the open internet: read from its settings and key files alone."""

import ipaddress
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from service.environment import VARIABLES
from service.settings import Settings
from service.store.addresses import Address, address_of

FEWEST_CHARACTERS = 12  # different ones of a random key: hexadecimal has 16, of which 64 random digits show nearly all
SHORTEST_PASSWORD = 12  # characters
COMMON = frozenset({"", "password", "secret", "cobuild", "admin", "root", "mongodb", "changeme", "123456"})
HERE = frozenset({"127.0.0.1", "::1", "localhost"})
EVERYWHERE = frozenset({"0.0.0.0", "::", "*"})  # noqa: S104 - what is looked for
WIDEST = {4: 8, 6: 16}  # bits of a network of proxies, by version: 10.0.0.0/8 is the widest private one
FAR_TOO_MUCH = 20  # times what is usual, and a limit is none any more


class Lack(NamedTuple):
    """Something that is wrong in production, and what would be right; `setting` names where."""

    setting: str
    english: str
    remedy: str
    chinese: str
    chinese_remedy: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.english} {self.remedy} {self.chinese}{self.chinese_remedy}"


def lacks(settings: Settings) -> Iterator[Lack]:
    """Everything that is wrong, worst first."""
    if settings.development:
        yield Lack(
            "COBUILD_MODE", "It runs in development mode.", "Set production.", "当前为开发模式。", "请设为 production。"
        )
    yield from _keys(settings)
    if settings.mongodb_uri is None:
        english, remedy = "The embedded database is for trying out.", "Name a MongoDB server."
        yield Lack("MONGODB_URI", english, remedy, "内嵌数据库仅供试用。", "请指明 MongoDB 服务器。")
    else:
        yield from _database(address_of(settings.mongodb_uri))
    yield from _open(settings)
    yield from _network(settings)
    yield from _limits(settings)


def _keys(settings: Settings) -> Iterator[Lack]:
    made, english = "Make one by openssl rand -hex 32.", "A key is not random."
    given = {"COBUILD_TOKEN_KEY": settings.signing_keys, "COBUILD_SEALING_KEY": settings.sealing_keys}
    for setting, keys in given.items():
        if keys is None:
            yield Lack(setting, "There is no key.", made, "未设置密钥。", "请用 openssl rand -hex 32 生成。")
        elif any(len(set(key)) < FEWEST_CHARACTERS for key in keys):
            yield Lack(setting, english, made, "密钥不够随机。", "请用 openssl rand -hex 32 生成。")
    if {*(settings.signing_keys or ())} & {*(settings.sealing_keys or ())}:
        english, remedy = "A key signs tokens and seals names.", "Take another one for each."
        yield Lack("COBUILD_SEALING_KEY", english, remedy, "同一密钥用于令牌与留痕。", "请分别使用不同的密钥。")
    if settings.checkpoint_key is None:
        english, remedy = "Checkpoints are signed by a key made here.", "Set one, and keep it elsewhere as well."
        yield Lack("COBUILD_CHECKPOINT_KEY", english, remedy, "检查点密钥未设置。", "请设置，并另行保管一份。")
    elif isinstance(settings.checkpoint_key, Path) and _others(settings.checkpoint_key, 0o077):
        english, remedy = "Others may read the key's file.", "Run chmod 600 on it."
        yield Lack("COBUILD_CHECKPOINT_KEY", english, remedy, "密钥文件可被他人读取。", "请执行 chmod 600。")
    if settings.revoked_tokens is None:
        english, remedy = "No token can be revoked before it expires.", "Name a file, which may be empty."
        yield Lack("COBUILD_REVOKED_TOKENS", english, remedy, "令牌到期前无法撤销。", "请指定撤销名单文件，可为空。")
    yield from _kept_from_others("COBUILD_REVOKED_TOKENS", settings.revoked_tokens)


def _database(address: Address) -> Iterator[Lack]:
    setting = "MONGODB_URI"
    if not address.tls and not set(address.hosts) <= HERE:
        yield Lack(setting, "What is sent is not encrypted.", "Add tls=true.", "连接未加密。", "请加 tls=true。")
    if address.unchecked:
        remedy, chinese = "Take the tlsAllowInvalid… and tlsInsecure options out.", "请删去这些 TLS 选项。"
        yield Lack(setting, "Certificates are not checked.", remedy, "未校验证书。", chinese)
    if not address.user and not address.by_certificate:
        english, remedy = "Nobody logs in to the database.", "Give the service an account of its own."
        yield Lack(setting, english, remedy, "未使用账号登录数据库。", "请为本服务设置专用账号。")
    elif address.user and _guessed(address):
        english, remedy = "The password is one that others try first.", "Make one by openssl rand -hex 32."
        yield Lack(setting, english, remedy, "数据库密码过于简单。", "请用 openssl rand -hex 32 生成。")


def _guessed(address: Address) -> bool:
    password = address.password
    return password.lower() in COMMON or password == address.user or len(password) < SHORTEST_PASSWORD


def _open(settings: Settings) -> Iterator[Lack]:
    """What may be asked, and by whose pages."""
    if settings.limits.introspection_depth:
        yield Lack("COBUILD_INTROSPECTION", "Introspection is on.", "Set no.", "内省已开启。", "请设为 no。")
    for origin in settings.origins:
        if origin.startswith("http://"):
            remedy, chinese = "Serve its pages by https, or take it out.", "请改用 https 或删去。"
            yield Lack("COBUILD_ORIGINS", f"{origin} is not https.", remedy, f"{origin} 未使用 https。", chinese)
    if settings.documents is not None and not settings.documents_only:
        english, remedy = "Documents are listed, but others are answered too.", "Set yes, or take the list out."
        chinese = "已登记查询文档，但仍执行其他查询。"
        yield Lack("COBUILD_DOCUMENTS_ONLY", english, remedy, chinese, "请设为 yes，或不登记文档。")
    if settings.documents is not None and not settings.documents.is_file():
        english, remedy = "The file is not there.", "Name the file of trusted documents."
        yield Lack("COBUILD_DOCUMENTS", english, remedy, "文件不存在。", "请指明查询文档文件。")
    yield from _kept_from_others("COBUILD_DOCUMENTS", settings.documents)


def _network(settings: Settings) -> Iterator[Lack]:
    """Who is listened to, and who listens."""
    for proxy in (ipaddress.ip_network(each, strict=False) for each in settings.proxies):
        if proxy.prefixlen < WIDEST[proxy.version]:
            english, chinese = f"{proxy} lets nearly anybody be a proxy.", f"{proxy} 使几乎任何地址都被当作可信代理。"
            yield Lack("COBUILD_PROXIES", english, "Name the proxies alone.", chinese, "请只列出代理。")
    if settings.host not in HERE and not settings.proxies:
        english = "It listens to the network, and no proxy that speaks TLS is named."
        chinese = "服务监听外部网络，但未指明提供 TLS 的代理。"
        yield Lack("COBUILD_PROXIES", english, "Name it.", chinese, "请指明。")
    if settings.metrics_port is not None and settings.metrics_host in EVERYWHERE:
        english, remedy = "Metrics are told at every address.", "Name an address that only Prometheus reaches."
        yield Lack("COBUILD_METRICS_HOST", english, remedy, "指标在所有地址上提供。", "请设为仅内部可达的地址。")
    if settings.traces is not None:
        told = urlsplit(settings.traces)
        if told.scheme == "http" and told.hostname not in HERE:
            english, remedy = "Traces are sent unencrypted.", "Take https, or a collector on this machine."
            chinese, chinese_remedy = "追踪数据未加密传输。", "请使用 https，或在本机运行采集器。"
            yield Lack("OTEL_EXPORTER_OTLP_ENDPOINT", english, remedy, chinese, chinese_remedy)


def _limits(settings: Settings) -> Iterator[Lack]:
    """What is no limit any more."""
    held = {"rate_viewer": settings.rate_viewer, "rate_address": settings.rate_address}
    held |= {f"limit_{name}": most for name, most in asdict(settings.limits).items()}
    for field, most in (held | asdict(settings.socket_limits)).items():
        setting, usual = VARIABLES[field].name, int(VARIABLES[field].default or most)
        if most > FAR_TOO_MUCH * usual:
            english, remedy = f"{most} limits nothing.", f"Set {usual}, or a few times that."
            yield Lack(setting, english, remedy, f"{most} 形同不限。", f"请设为 {usual} 或其数倍。")


def _kept_from_others(setting: str, path: Path | None) -> Iterator[Lack]:
    if path is not None and _others(path, 0o022):
        english, remedy = "Others may write the file.", "Run chmod go-w on it."
        yield Lack(setting, english, remedy, "该文件可被他人改写。", "请执行 chmod go-w。")


def _others(path: Path, may: int) -> bool:
    return path.exists() and bool(path.stat().st_mode & may)
