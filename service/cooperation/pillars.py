"""Pillars 四个共建: each on its principle, each with three themes (002, section 2; facts C3)."""

from collections.abc import Iterator, Mapping
from enum import auto

from service.errors import Code, Path, Problem
from service.viewer import Upper


class Pillar(Upper):
    LEARNING = auto()
    DEVELOPMENT = auto()
    SERVICE = auto()
    INTEGRITY = auto()


class Principle(Upper):
    RESOURCE_SHARING = auto()
    BUSINESS_COOPERATION = auto()
    SHARED_VALUES = auto()
    MUTUAL_SUPERVISION = auto()


class Theme(Upper):
    THEORY_STUDY = auto()
    EXCHANGE = auto()
    BASE_BUILDING = auto()
    SAFE_HOSPITAL = auto()
    SMART_HOSPITAL = auto()
    HUMANISTIC_HOSPITAL = auto()
    SERVING_PATIENTS = auto()
    SERVING_PUBLIC = auto()
    SERVING_STAFF = auto()
    INTEGRITY_COMMITMENT = auto()
    INTEGRITY_EDUCATION = auto()
    INTEGRITY_EXCHANGE = auto()


PRINCIPLES: Mapping[Pillar, Principle] = {
    Pillar.LEARNING: Principle.RESOURCE_SHARING,
    Pillar.DEVELOPMENT: Principle.BUSINESS_COOPERATION,
    Pillar.SERVICE: Principle.SHARED_VALUES,
    Pillar.INTEGRITY: Principle.MUTUAL_SUPERVISION,
}
PILLARS: Mapping[Theme, Pillar] = {theme: list(Pillar)[place // 3] for place, theme in enumerate(Theme)}

CHINESE: Mapping[Pillar | Principle | Theme, str] = {
    Pillar.LEARNING: "学习共建",
    Pillar.DEVELOPMENT: "发展共建",
    Pillar.SERVICE: "服务共建",
    Pillar.INTEGRITY: "廉洁共建",
    Principle.RESOURCE_SHARING: "资源共享",
    Principle.BUSINESS_COOPERATION: "业务合作",
    Principle.SHARED_VALUES: "理念互通",
    Principle.MUTUAL_SUPERVISION: "监督互促",
    Theme.THEORY_STUDY: "理论学习",
    Theme.EXCHANGE: "交流互鉴",
    Theme.BASE_BUILDING: "阵地建设",
    Theme.SAFE_HOSPITAL: "平安医院",
    Theme.SMART_HOSPITAL: "智慧医院",
    Theme.HUMANISTIC_HOSPITAL: "人文医院",
    Theme.SERVING_PATIENTS: "服务患者",
    Theme.SERVING_PUBLIC: "服务群众",
    Theme.SERVING_STAFF: "服务职工",
    Theme.INTEGRITY_COMMITMENT: "廉洁承诺",
    Theme.INTEGRITY_EDUCATION: "廉洁教育",
    Theme.INTEGRITY_EXCHANGE: "廉洁交流",
}


def unmatched(pillar: Pillar, theme: Theme, path: Path) -> Iterator[Problem]:
    """A theme stands under its own pillar only; the problem names both."""
    if PILLARS[theme] is not pillar:
        yield Problem(
            Code.RULE_BROKEN,
            path,
            f"{theme} belongs to {PILLARS[theme]}, not {pillar}.",
            f"{CHINESE[theme]}属于{CHINESE[PILLARS[theme]]},不属于{CHINESE[pillar]}。",
        )
