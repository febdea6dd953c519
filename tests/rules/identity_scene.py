"""The scene of the tests of tokens: an issuer of keys of every kind, and tokens it might have signed."""

import datetime as dt
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from service.errors import Code, Refusal, Unavailable
from service.identity import Identity, Issuer
from service.remembered import Remembered
from service.viewer import Grant, Role, TokenKeys, Viewer

ISSUER, AUDIENCE = "https://login.example.cn/realms/医院", "cobuild"
ROLES = [{"role": "FRONT_END", "network": "net_a"}]
WHO = Viewer("张联络", (Grant(Role.FRONT_END, "net_a"),))
LOCAL = TokenKeys({"local": b"k" * 32}, "cobuild", AUDIENCE)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def published(kid: str, key: Any, algorithm: str, **more: str) -> dict[str, Any]:
    """The public half of `key` as a JSON Web Key."""
    maker = jwt.get_algorithm_by_name(algorithm)
    return {**maker.to_jwk(key.public_key(), as_dict=True), "kid": kid, "alg": algorithm, "use": "sig", **more}


class Website:
    """What an issuer publishes, and how often it was asked. The clock is the test's."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.pages: dict[str, Any] = {
            f"{ISSUER}/.well-known/openid-configuration": {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"},
            f"{ISSUER}/keys": {"keys": list(keys)},
        }
        self.asked: list[str] = []
        self.away = False
        self.seconds = 0.0
        self.issuer = Issuer(ISSUER, AUDIENCE, fetch=self.fetch, clock=lambda: self.seconds)
        self.identity = Identity(LOCAL, self.issuer, remembered=Remembered(clock=lambda: self.seconds))

    async def fetch(self, address: str) -> Any:
        self.asked.append(address)
        if self.away:
            raise Unavailable("away")
        return self.pages[address]

    async def who(self, token: str) -> Viewer:
        return await self.identity.identify(f"Bearer {token}")

    async def refused(self, token: str) -> str:
        with pytest.raises(Refusal) as refusal:
            await self.who(token)
        (problem,) = refusal.value.problems
        assert problem.code is Code.UNAUTHENTICATED
        return problem.english


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "r1", **claims: Any) -> str:
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "张联络",
        "exp": now() + dt.timedelta(hours=1),
        "roles": ROLES,
    } | claims
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode({name: value for name, value in said.items() if value is not None}, key, algorithm, headers)


KEYS = [("r1", RSA, "RS256"), ("p1", RSA, "PS256"), ("e1", EC, "ES256"), ("d1", ED, "EdDSA")]
