"""The catalogue of attacks: each is answered as it says and promptly, and after each the service is as before."""

import pytest

from tests.attacks import documents, files, malformed, sockets, tokens
from tests.attacks.serving import Served, post
from tests.attacks.striking import Attack

CATALOGUE: dict[str, Attack] = {
    f"{kind.__name__.rpartition('.')[2]}: {name}": attack
    for kind in (documents, files, malformed, sockets, tokens)
    for name, attack in kind.ATTACKS.items()
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_attack_is_answered_and_changes_nothing(service: Served, name: str) -> None:
    CATALOGUE[name](service)
    service.alive()


def test_tokens_that_hold_are_taken(service: Served) -> None:
    """Else the others would prove nothing."""
    for token in (service.token(), tokens.ours(tokens.claims()), tokens.issued(service)):
        told = service.send(post(tokens.WHO, authorization=f"Bearer {token}")).data
        assert told == {"viewer": {"subject": "admin", "grants": [{"role": "NETWORK_ADMIN"}]}}
    asked = service.site.asked
    assert set(asked) <= {"/.well-known/openid-configuration", "/keys"}
    assert len(asked) <= 2 * 3  # a look for an unknown key a minute


@pytest.mark.prove
def test_the_whole_catalogue_twice_leaves_one_process_as_it_was(service: Served) -> None:
    for _ in range(2):
        for strike in CATALOGUE.values():
            strike(service)
        service.alive()
