"""The enumerations of the checks, described in both languages."""

from schema.describing import publish
from service.integrity.checking import Light
from service.integrity.checks import CHECKS
from service.integrity.verdicts import CheckId, Verdict

__all__ = ["CheckId", "Light", "Verdict"]

publish(
    CheckId,
    "A check of the integrity office; what it looks at, and why, stands in `integrityCheckCatalogue`.",
    "廉洁办的一项检查;其内容与依据见 integrityCheckCatalogue。",
    {own_id.name: (f"{each.title[0]}.", f"{each.title[1]}。") for own_id, each in CHECKS.items()},
)
publish(
    Verdict,
    "What a check says, in the order in which it needs attention.",
    "检查结论,按须关注程度排列。",
    {
        "PASS": ("It is as it should be.", "符合。"),
        "DUE": ("Something is to be done, and there is time.", "待办,未到期。"),
        "OVERDUE": ("Something should have been done by now.", "逾期未办。"),
        "FAIL": ("It is not as it should be.", "不符合。"),
        "NO_FIGURE": ("No date or number is known by which to judge.", "没有可据以判断的日期或数字。"),
    },
    name="CheckVerdict",
)
publish(
    Light,
    "How a partner stands.",
    "单位状况(红黄绿灯)。",
    {
        "RED": ("Something fails or is overdue.", "有不符合或逾期事项。"),
        "AMBER": ("Something is due, and nothing worse.", "有待办事项,无更严重者。"),
        "GREY": ("Nothing is wrong as far as can be judged, but not all can be.", "就可判断者无异常,但有无法判断者。"),
        "GREEN": ("All is as it should be.", "全部符合。"),
    },
    name="IntegrityLight",
)
