"""The words that synthetic records are made of: places, kinds of partner, and what is done under each theme."""

from collections.abc import Mapping
from typing import NamedTuple

from service.cooperation.activities import ActivityForm
from service.cooperation.pillars import Theme
from service.network.organizations import Sector


class Occasion(NamedTuple):
    """What an activity is called, its form, and where at the host's it takes place."""

    title: str
    form: ActivityForm
    place: str


CITIES = (
    ("广东省", "广州市", "越秀区"),
    ("广东省", "广州市", "天河区"),
    ("广东省", "深圳市", "福田区"),
    ("江苏省", "无锡市", "梁溪区"),
    ("浙江省", "杭州市", "上城区"),
    ("四川省", "成都市", "武侯区"),
)
PARTNERS = (
    (Sector.BANK, ("示范银行支行", "惠民银行支行")),
    (Sector.FIRE_BRIGADE, ("消防示范大队", "消防示范站")),
    (Sector.SCHOOL, ("示范中学", "示范职业学校")),
    (Sector.AIRLINE, ("示范航空分公司", "晴空航空营业部")),
    (Sector.MEDIA, ("示范广播电视台", "示范晚报社")),
    (Sector.HOSPITAL, ("示范人民医院", "示范中医院")),
    (Sector.HEALTH_INSTITUTION, ("示范疾病预防控制中心", "示范慢性病防治站")),
    (Sector.KINDERGARTEN, ("示范幼儿园", "向日葵幼儿园")),
    (Sector.RAILWAY, ("示范火车站", "示范客运段")),
    (Sector.STATE_RESERVE, ("示范粮库", "示范棉花储备库")),
    (Sector.GOVERNMENT, ("示范街道办事处", "示范就业服务中心")),
    (Sector.COMMUNITY, ("示范社区居委会", "示范党群服务中心")),
    (Sector.ENTERPRISE, ("示范医药公司", "示范信息技术公司")),
    (Sector.OTHER, ("示范廉洁教育基地", "示范纪念馆")),
)
OCCASIONS: Mapping[Theme, tuple[Occasion, ...]] = {
    Theme.THEORY_STUDY: (
        Occasion("联合主题党课", ActivityForm.PARTY_LECTURE, "报告厅"),
        Occasion("理论学习专题辅导", ActivityForm.LECTURE, "会议室"),
    ),
    Theme.EXCHANGE: (
        Occasion("共过组织生活", ActivityForm.FORUM, "党员活动室"),
        Occasion("爱国主义观影", ActivityForm.FILM, "多功能厅"),
    ),
    Theme.BASE_BUILDING: (Occasion("党建阵地参观学习", ActivityForm.SITE_VISIT, "党建文化长廊"),),
    Theme.SAFE_HOSPITAL: (
        Occasion("消防及防暴演练", ActivityForm.DRILL, "门诊广场"),
        Occasion("消防知识培训", ActivityForm.TRAINING, "培训室"),
    ),
    Theme.SMART_HOSPITAL: (Occasion("智慧支付与自助服务培训", ActivityForm.TRAINING, "培训室"),),
    Theme.HUMANISTIC_HOSPITAL: (
        Occasion("服务礼仪培训", ActivityForm.TRAINING, "培训室"),
        Occasion("联合主题团日", ActivityForm.OTHER, "活动中心"),
    ),
    Theme.SERVING_PATIENTS: (
        Occasion("专家教学查房", ActivityForm.WARD_ROUND, "病区"),
        Occasion("康复患者关爱义诊", ActivityForm.FREE_CLINIC, "门诊大厅"),
    ),
    Theme.SERVING_PUBLIC: (
        Occasion("社区联合义诊", ActivityForm.FREE_CLINIC, "广场"),
        Occasion("防诈骗与健康科普", ActivityForm.LECTURE, "报告厅"),
    ),
    Theme.SERVING_STAFF: (
        Occasion("职工友谊球赛", ActivityForm.SPORTS, "球场"),
        Occasion("亲子开放日", ActivityForm.FAMILY_DAY, "活动中心"),
    ),
    Theme.INTEGRITY_COMMITMENT: (Occasion("廉洁承诺宣讲", ActivityForm.OTHER, "会议室"),),
    Theme.INTEGRITY_EDUCATION: (
        Occasion("警示教育片观看", ActivityForm.FILM, "多功能厅"),
        Occasion("廉洁专题党课", ActivityForm.PARTY_LECTURE, "报告厅"),
    ),
    Theme.INTEGRITY_EXCHANGE: (Occasion("廉洁建设主题座谈", ActivityForm.FORUM, "会议室"),),
}
