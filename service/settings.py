"""What the service is told from outside: one frozen object, checked whole before anything starts.

Nothing is read on import; `VARIABLES` is the whole list, and `--help` prints it.
"""

import contextlib
import dataclasses
import datetime as dt
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from schema.limits import Limits
from schema.socket_rules import SocketLimits, SocketRules
from service.environment import REQUIRED_IN_PRODUCTION, VARIABLES, Mode
from service.identity import Identity, Issuer, Revoked
from service.store.checkpointing import Checkpointing
from service.store.database import DriverName
from service.trail.keys import KnownKeys, SigningKey, known_keys
from service.trail.sealing import Masters
from service.transport import Transport
from service.variables import SHORTEST_KEY, key_id
from service.viewer import TokenKeys

REMOVE = "remove it, and a new key is made. 密钥文件已损坏：删除后将重新生成。"
RESTORE = (
    "restore it from a backup, else names in the trail are lost. 密钥文件已损坏：请从备份恢复，否则留痕中的姓名丢失。"
)


class SettingsInvalid(Exception):
    """Some settings are wrong; the text names each of them on a line of its own."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Settings:
    """One installation. Without `mongodb_uri` it runs the embedded engine; the driver `mongomock` keeps nothing."""

    mode: Mode
    mongodb_uri: str | None
    database: str
    driver: DriverName
    origins: tuple[str, ...]
    proxies: tuple[str, ...]
    host: str
    port: int
    metrics_port: int | None
    metrics_host: str
    collector: str | None
    traces_collector: str | None
    data: Path
    engine: Path
    signing_keys: tuple[bytes, ...] | None
    sealing_keys: tuple[bytes, ...] | None
    token_issuer: str
    token_audience: str
    oidc_issuer: str | None
    oidc_roles: str
    revoked_tokens: Path | None
    files: Path | Literal["gridfs"] | None
    file_megabytes: int
    upload_seconds: int
    documents: Path | None
    documents_only: bool
    plans: int
    checkpoint_key: SigningKey | Path | None
    checkpoint_public_keys: KnownKeys | None
    checkpoint_revisions: int
    checkpoint_seconds: int
    rate_viewer: int
    rate_address: int
    limits: Limits
    socket_limits: SocketLimits

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """An empty variable counts as absent. Raises `SettingsInvalid` with every problem at once."""
        values: dict[str, Any] = {}
        problems = []
        for field, variable in VARIABLES.items():
            text = environment.get(variable.name, "").strip() or variable.default
            try:
                values[field] = None if text is None else variable.parse(text)
            except ValueError:
                problems.append(variable.problem(text or ""))
        if values.get("mode") is Mode.PRODUCTION:
            absent = (field for field in REQUIRED_IN_PRODUCTION if field in values and values[field] is None)
            problems += [VARIABLES[field].absence() for field in absent]
        if problems:
            raise SettingsInvalid(problems)
        limits = {each.name: values.pop(f"limit_{each.name}") for each in dataclasses.fields(Limits)}
        told = values.pop("introspection")
        if told is False or (told is None and values["mode"] is Mode.PRODUCTION):
            limits["introspection_depth"] = 0
        sockets = {each.name: values.pop(each.name) for each in dataclasses.fields(SocketLimits)}
        return cls(**values, limits=Limits(**limits), socket_limits=SocketLimits(**sockets))

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT

    @property
    def files_folder(self) -> Path | None:
        """Where attached files are kept; None for in the database."""
        return None if self.files == "gridfs" else self.files or self.data / "files"

    @property
    def traces(self) -> str | None:
        """Where traces are sent, if they are."""
        return self.traces_collector or (self.collector and f"{self.collector.rstrip('/')}/v1/traces")

    @property
    def transport(self) -> Transport:
        return Transport(self.origins, self.proxies, not self.development)

    @property
    def socket_rules(self) -> SocketRules:
        return SocketRules(self.socket_limits, self.origins)

    def token_keys(self) -> TokenKeys:
        """The keys given, else the one kept in the data folder. Raises `SettingsInvalid` when that is damaged."""
        keys = self.signing_keys or (kept_key(self.data / "token.key", REMOVE),)
        return TokenKeys({key_id(key): key for key in keys}, self.token_issuer, self.token_audience)

    def checkpointing(self) -> Checkpointing:
        """How checkpoints are written: with the key given, else the one kept in the data folder.

        Raises `SettingsInvalid` when the key's file is missing or holds none.
        """
        key, pause = self.checkpoint_key, dt.timedelta(seconds=self.checkpoint_seconds)
        if not isinstance(key, SigningKey):
            path = key or self.data / "checkpoint.key"
            try:
                key = SigningKey.parse(kept_key(path, REMOVE) if key is None else path.read_bytes())
            except (OSError, ValueError) as error:
                english, chinese = f"{path} holds no Ed25519 private key", "文件中没有 Ed25519 私钥"
                raise SettingsInvalid([f"COBUILD_CHECKPOINT_KEY: {english}. {chinese}。"]) from error
        return Checkpointing(key, self.checkpoint_revisions, pause)

    def checkpoint_keys(self) -> KnownKeys:
        """The public keys whose signatures hold, the present one last. Raises as `checkpointing`."""
        return {**(self.checkpoint_public_keys or {}), **known_keys([self.checkpointing().key.public])}

    def masters(self) -> Masters:
        """What seals personal values in the trail: as given, else kept in the data folder. Raises as `token_keys`."""
        return Masters(self.sealing_keys or (kept_key(self.data / "sealing.key", RESTORE),))

    def identity(self) -> Identity:
        """What tokens are judged by. Raises `SettingsInvalid` as `token_keys` does."""
        issuer = Issuer(self.oidc_issuer, self.token_audience, self.oidc_roles) if self.oidc_issuer else None
        return Identity(self.token_keys(), issuer, Revoked(self.revoked_tokens))


def kept_key(path: Path, remedy: str) -> bytes:
    """The key in the file `path`, which is made once, whole, and readable for its owner alone.

    Raises `SettingsInvalid` when it is damaged, which tells the `remedy`.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)  # with mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SHORTEST_KEY))
        with contextlib.suppress(FileExistsError):  # another process was first, and its key holds
            os.link(draft, path)
        os.unlink(draft)
    key = path.read_bytes().strip()
    if len(key) < SHORTEST_KEY:
        raise SettingsInvalid([f"{path} is damaged: {remedy}"])
    return key
