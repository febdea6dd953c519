"""The environment variables: what each is for and what it defaults to."""

from enum import StrEnum
from pathlib import Path

from service.limit_variables import LIMITS
from service.store.addresses import check_address
from service.trail.checkpoints import MOST_LEAVES
from service.variables import (
    SHORTEST_KEY,
    Variable,
    collector,
    count,
    files,
    issuer,
    keys,
    like,
    list_of,
    networks,
    one_of,
    port,
    public_keys,
    sight,
    signing_key,
    up_to,
    yes_or_no,
)

ORIGIN = r"https?://[a-z0-9.-]+(:[0-9]{1,5})?"  # as browsers send it
CHECKOUT = Path(__file__).parents[1]
SECONDS = ("seconds", "秒")
COST = ("cost a minute", "每分钟开销")


class Mode(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


VARIABLES: dict[str, Variable] = {
    "mode": Variable(
        "COBUILD_MODE", "development", Mode, "development or production", " development（开发）或 production（生产）"
    ),
    "mongodb_uri": Variable(
        "MONGODB_URI",
        None,
        check_address,
        "mongodb://USER:PASSWORD@HOST:27017/?replicaSet=NAME with USER and PASSWORD percent-encoded; "
        "in development the embedded engine is started without it",
        " MongoDB 连接串，用户名和密码须百分号编码；开发模式下未设置则启动内嵌引擎",
        secret=True,
    ),
    "database": Variable(
        "COBUILD_DATABASE",
        "cobuild",
        like("[A-Za-z0-9_-]{1,38}"),
        "the database's name: 1 to 38 letters, digits, _ or -",
        "数据库名：1 至 38 个字母、数字、_ 或 -",
    ),
    "driver": Variable(
        "COBUILD_DRIVER", "motor", one_of("motor", "pymongo"), "a driver: motor or pymongo", "驱动 motor 或 pymongo"
    ),
    "origins": Variable(
        "COBUILD_ORIGINS",
        "",
        list_of(ORIGIN),
        "web origins whose pages may read answers and open WebSockets, as https://app.example, parted by commas",
        "允许读取应答并建立 WebSocket 连接的网页来源，如 https://app.example，以逗号分隔；默认仅本机页面",
    ),
    "proxies": Variable(
        "COBUILD_PROXIES",
        "",
        networks,
        "addresses of proxies, or networks as 10.0.0.0/8, whose X-Forwarded-For, -Proto and traceparent are believed, "
        "parted by commas",
        "受信任的代理地址或网段（如 10.0.0.0/8），采信其 X-Forwarded-For、-Proto 与 traceparent，以逗号分隔",
    ),
    "host": Variable(
        "HOST", "127.0.0.1", like(r"[^\s/]+"), "the address to listen on, one of this machine", "监听的本机地址"
    ),
    "port": Variable(
        "PORT", "8000", port, "a port from 0 (any free one) to 65535", " 0（任意空闲端口）至 65535 的端口号"
    ),
    "metrics_port": Variable(
        "COBUILD_METRICS_PORT",
        None,
        port,
        "a port for Prometheus from 0 (any free one) to 65535; without one nothing is told",
        "供 Prometheus 采集的端口，0（任意空闲端口）至 65535；未设置则不提供",
    ),
    "metrics_host": Variable(
        "COBUILD_METRICS_HOST",
        "127.0.0.1",
        like(r"[^\s/]+"),
        "the address of this machine at which Prometheus asks, one that strangers do not reach",
        "供 Prometheus 采集的本机地址，不应对外开放",
    ),
    "collector": Variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        None,
        collector,
        "the address of an OpenTelemetry collector as http://collector:4318, by OTLP over HTTP; none unless told",
        " OpenTelemetry 采集器地址，如 http://collector:4318（OTLP/HTTP）；默认无",
    ),
    "traces_collector": Variable(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        None,
        collector,
        "the whole address that takes traces, where it is not /v1/traces of the collector",
        "接收追踪数据的完整地址，默认为采集器的 /v1/traces",
    ),
    "data": Variable(
        "COBUILD_DATA",
        str(CHECKOUT / ".data"),
        Path,
        "a folder for the embedded engine's data, attachments, and keys made in development",
        "存放内嵌引擎数据、附件及开发用密钥的文件夹",
    ),
    "engine": Variable(
        "COBUILD_ENGINE",
        str(CHECKOUT / ".engine/bin/secantusd-py"),
        Path,
        "the path of secantusd-py, the embedded engine",
        "内嵌引擎 secantusd-py 的路径",
    ),
    "signing_keys": Variable(
        "COBUILD_TOKEN_KEY",
        None,
        keys,
        f"a random key of {SHORTEST_KEY} bytes or more that signs tokens, or several different ones parted by commas: "
        "the first signs, all verify; in development made once in COBUILD_DATA",
        f"至少 {SHORTEST_KEY} 字节的随机密钥，用于签发令牌；可用逗号分隔多个，第一个签发，全部验证；"
        "开发模式在 COBUILD_DATA 中自动生成",
        secret=True,
    ),
    "sealing_keys": Variable(
        "COBUILD_SEALING_KEY",
        None,
        keys,
        f"a random key of {SHORTEST_KEY} bytes or more that seals names in the trail, or several parted by commas, of "
        "which the first seals; without it names in the trail are lost; in development made once in COBUILD_DATA",
        f"至少 {SHORTEST_KEY} 字节的随机密钥，用于加密留痕中的姓名；可用逗号分隔多个，第一个用于加密；"
        "遗失则留痕中的姓名不可恢复；开发模式在 COBUILD_DATA 中自动生成",
        secret=True,
    ),
    "token_issuer": Variable(
        "COBUILD_TOKEN_ISSUER", "cobuild", str, "the name of who issues tokens (iss)", "令牌签发者名称（iss）"
    ),
    "token_audience": Variable(
        "COBUILD_TOKEN_AUDIENCE", "cobuild", str, "the name of whom tokens are for (aud)", "令牌受众名称（aud）"
    ),
    "oidc_issuer": Variable(
        "COBUILD_OIDC_ISSUER",
        None,
        issuer,
        "the address of an OIDC issuer (https) whose tokens hold beside our own",
        "OIDC 签发者的 https 地址，其令牌与本地令牌同样有效",
    ),
    "oidc_roles": Variable(
        "COBUILD_OIDC_ROLES",
        "roles",
        like(r"[^\s]{1,100}"),
        "the claim of its tokens that holds the roles",
        "其令牌中承载角色的声明名",
    ),
    "revoked_tokens": Variable(
        "COBUILD_REVOKED_TOKENS",
        None,
        Path,
        "a file with one revoked token (jti) or subject (sub) a line, read again when it changes",
        "撤销名单文件，每行一个令牌（jti）或主体（sub），改动即生效",
    ),
    "files": Variable(
        "COBUILD_FILES",
        None,
        files,
        "a folder for attached files, gridfs to keep them in the database; a folder in COBUILD_DATA unless told",
        "存放附件的文件夹，或 gridfs（存入数据库）；默认在 COBUILD_DATA 内",
    ),
    "file_megabytes": Variable(
        "COBUILD_FILE_MEGABYTES",
        "20",
        up_to(1_000),
        "how large an attached file may be, 1 to 1000 megabytes of 1024 × 1024 bytes",
        "单个附件的上限，1 至 1000 兆字节（1 兆为 1024 × 1024 字节）",
        unit=("megabytes", "兆字节"),
    ),
    "upload_seconds": Variable(
        "COBUILD_UPLOAD_SECONDS",
        "120",
        up_to(3_600),
        "how long an upload may take, 1 to 3600 seconds",
        "单次上传的时限，1 至 3600 秒",
        unit=SECONDS,
    ),
    "documents": Variable(
        "COBUILD_DOCUMENTS",
        None,
        Path,
        "a JSON file of trusted documents: texts by id, or an Apollo manifest",
        "受信任查询文档的 JSON 文件：编号到文本的对象，或 Apollo 清单",
    ),
    "documents_only": Variable(
        "COBUILD_DOCUMENTS_ONLY",
        "no",
        yes_or_no,
        "yes or no: whether nothing but trusted documents is answered",
        " yes 或 no：是否只执行受信任的查询文档",
    ),
    "plans": Variable(
        "COBUILD_PLANS",
        "on",
        sight,
        "on: operations are compiled when they come again; at-once: when they come; off: never",
        " on：查询再次出现时编译；at-once：首次即编译；off：不编译",
    ),
    "introspection": Variable(
        "COBUILD_INTROSPECTION",
        None,
        yes_or_no,
        "yes or no: whether the schema may be asked for; yes in development, no in production unless told",
        " yes 或 no：是否允许内省；开发模式默认 yes，生产模式默认 no",
    ),
    "checkpoint_key": Variable(
        "COBUILD_CHECKPOINT_KEY",
        None,
        signing_key,
        "an Ed25519 private key that the database does not hold: PEM, 64 hexadecimal digits, or a file with either",
        "数据库之外保管的 Ed25519 私钥：PEM、64 位十六进制数，或存放其一的文件；开发模式自动生成",
        secret=True,
    ),
    "checkpoint_public_keys": Variable(
        "COBUILD_CHECKPOINT_PUBLIC_KEYS",
        None,
        public_keys,
        "the public keys, of 64 hexadecimal digits, that signed earlier checkpoints, parted by commas",
        "曾签署检查点的公钥，64 位十六进制数，以逗号分隔",
    ),
    "checkpoint_revisions": Variable(
        "COBUILD_CHECKPOINT_REVISIONS",
        "1000",
        up_to(MOST_LEAVES),
        f"how many revisions a checkpoint lists at most, 1 to {MOST_LEAVES}; so many make one due",
        f"每个检查点所列修订数上限，1 至 {MOST_LEAVES}，达到即生成",
        unit=("revisions", "条修订"),
    ),
    "checkpoint_seconds": Variable(
        "COBUILD_CHECKPOINT_SECONDS",
        "60",
        up_to(86_400),
        "after how many seconds a checkpoint is due where there is anything new, 1 to 86400",
        "有新修订时生成检查点的间隔，1 至 86400 秒",
        unit=SECONDS,
    ),
    "rate_viewer": Variable(
        "COBUILD_RATE_VIEWER",
        "300000",
        count,
        "a whole number: the cost that the requests of one viewer may have in a minute",
        "正整数：每个用户每分钟的查询开销额度",
        unit=COST,
    ),
    "rate_address": Variable(
        "COBUILD_RATE_ADDRESS",
        "60000",
        count,
        "a whole number: the cost that requests without a token may have in a minute from one address, of IPv6 "
        "from 64 bits of it",
        "正整数：未登录时每个地址每分钟的查询开销额度；IPv6 按 64 位网段计",
        unit=COST,
    ),
}
VARIABLES |= LIMITS
REQUIRED_IN_PRODUCTION = ("mongodb_uri", "signing_keys", "sealing_keys", "checkpoint_key")
