"""With which head-count a side signs (domain.md, *integrity*: the one in force at signing)."""

import datetime as dt

from service.integrity import signing
from service.network.headcounts import HeadcountStatus
from tests.rules.commitment_scene import HOSPITAL, TODAY, Desk, broken, headcount

TOMORROW = TODAY + dt.timedelta(days=1)


async def test_a_side_signs_with_the_headcount_in_force_and_not_with_a_smaller_one_of_old() -> None:
    desk = await Desk.drawn_up()
    for each in (
        headcount("hea_old", HOSPITAL, "2020", staff=5),
        headcount("hea_elsewhere", HOSPITAL, "2024-02-10", network="net_far"),
        headcount("hea_mistaken", HOSPITAL, "2024-02-11", status=HeadcountStatus.DISCARDED),
        headcount("hea_vague", HOSPITAL, "2024"),
        headcount("hea_next", HOSPITAL, TOMORROW.isoformat()),
    ):
        desk.store.put(each)
    assert await desk.refused(desk.sign(headcount="hea_old")) == [broken("headcount")]
    desk.store.put(headcount("hea_new", HOSPITAL, "2024-02"))
    await desk.sign()  # in that month perhaps later than the signature, so that one is not surely in force
    await desk.step(signing.withdraw_signature, organization=HOSPITAL)
    desk.store.put(headcount("hea_new", HOSPITAL, TODAY.isoformat()))
    assert await desk.refused(desk.sign()) == [broken("headcount")]
    await desk.sign(headcount="hea_new")
