"""What an integrity partnership may ask of the commitments under it, where its parties agreed on other than the usual.

No source gives a number (002, C14: 在本单位内部进行公示,确保全员知晓), so each agreement may set its own.
"""

from collections.abc import Iterator

from service.cooperation.agreements import Agreement, AgreementKind
from service.errors import Code, Problem

GATES = ("publicity_days", "known_percent")


def unfit_gates(agreement: Agreement) -> Iterator[Problem]:
    """Only an integrity partnership has them, and they are one or more."""
    for name in GATES:
        value = getattr(agreement, name)
        if value is not None and agreement.kind is not AgreementKind.INTEGRITY_PARTNER:
            english, chinese = "Only an INTEGRITY_PARTNER agreement has this.", "只有廉洁伙伴协议书可有此项。"
            yield Problem(Code.RULE_BROKEN, (name,), english, chinese)
        elif value == 0:
            yield Problem(Code.INVALID, (name,), "This is 1 or more.", "此项须为 1 以上。")
