"""The year of a partnership (issue 4, *Shown by* 3): from signing 中国银行越秀支行's 廉洁伙伴协议书 to the closed audit
with one rectified finding; its dossiers are read back, and its trail is held against what an outsider kept of it.
"""

import signal
from pathlib import Path

from service.settings import Settings
from tests.api import integrity_texts as texts
from tests.api.integrity_audit import (
    audit_is_closed,
    audit_is_opened,
    breach_is_reported,
    exposed,
    finding_is_raised,
    finding_is_rectified,
    gift_is_handled,
    light,
    verdicts,
)
from tests.api.integrity_papers import dossiers_are_read, got, trail_is_proved
from tests.api.integrity_trail import tampering_shows, trail_is_kept
from tests.api.integrity_year import (
    Year,
    agreement_is_in_force,
    clauses_are_published,
    commitment_is_publicised,
    commitment_is_signed,
    education_is_held,
    staff_is_counted,
    staff_knows,
)
from tests.api.walking import Served, client_of, database
from tests.conftest import BANK, NETWORK
from tests.faults.running import running

KEY = "0123456789abcdef0123456789abcdef"


def both_sides_undertake(year: Year) -> None:
    """Until the commitment is effective, the bank stands on the worklist of the office."""
    assert (light(year), exposed(year)[BANK]) == ("GREY", "NO_FIGURE")  # 002 tells of a commitment, but no dates
    clauses_are_published(year)
    agreement_is_in_force(year)
    staff_is_counted(year)
    commitment_is_signed(year)
    commitment_is_publicised(year)
    assert BANK in exposed(year)
    staff_knows(year)
    assert BANK not in exposed(year)
    assert verdicts(year)["NO_JOINT_EDUCATION", BANK] == "NO_FIGURE"
    education_is_held(year)


def office_looks_on(year: Year) -> None:
    """What the checks say of the bank: as of the breach, and once it is settled."""
    gift_is_handled(year)
    breach_is_reported(year)
    year.remember("the breach is confirmed")
    before, breach = verdicts(year), ("OPEN_BREACH", year.made["breach"])
    passed = [(check, year.made["commitment"]) for check in ("ONE_SIDED", "PUBLICISED_LATE", "NOT_ALL_AWARE")]
    passed += [(check, BANK) for check in ("COOPERATION_WITHOUT_COMMITMENT", "NO_JOINT_EDUCATION", "NO_EXCHANGE")]
    assert {before[each] for each in passed} == {"PASS"}
    assert (light(year), before[breach]) == ("RED", "FAIL")
    audit_is_opened(year)
    finding_is_raised(year)
    finding_is_rectified(year)
    audit_is_closed(year)
    after = verdicts(year)
    assert (light(year), breach in after, after["OPEN_BREACH", BANK]) == ("GREY", False, "PASS")
    assert verdicts(year, asOf=year.moments["the breach is confirmed"]) == before


def past_stands(year: Year) -> None:
    """As of the moment when both had signed, the commitment is still pending and the bank without one."""
    asked = {"network": NETWORK, "id": year.made["commitment"], "moment": year.moments["both have signed"]}
    then = year.officer.ask(texts.AS_OF, **asked)
    assert then["nodes"] == [{"status": "PENDING", "sides": [{"known": 0}, {"known": 0}]}]
    said = {each["organization"]["id"]: each["verdict"] for each in then["integrityChecks"]["nodes"]}
    assert said[BANK] == "NO_FIGURE"
    assert year.officer.one(texts.BLOCKERS, id=year.made["commitment"])["status"] == "EFFECTIVE"


def test_a_year_from_the_signature_to_the_closed_audit(tmp_path: Path, engine_uri: str) -> None:
    data = tmp_path / "data"
    with database(engine_uri) as name:
        settings = {"MONGODB_URI": engine_uri, "COBUILD_DATABASE": name, "COBUILD_TOKEN_KEY": KEY}
        settings |= {"COBUILD_CHECKPOINT_SECONDS": "1"}
        with running(data, **settings) as process, client_of(process.url) as client:
            year = Year(Served(client, Settings.from_environment(settings).token_keys()))
            both_sides_undertake(year)
            office_looks_on(year)
            past_stands(year)
            trail_is_proved(year)
            dossiers = dossiers_are_read(year)
            assert got(year, dossiers[0].url).content == dossiers[0].content
            assert process.end(signal.SIGINT) == 0
        kept = trail_is_kept(data, settings, dossiers)
        tampering_shows(data, settings, kept, year.made["audit"])
