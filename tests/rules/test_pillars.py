"""Pillars 四个共建: the table of domain.md, row by row."""

import pytest

from service.cooperation.pillars import CHINESE, PILLARS, PRINCIPLES, Pillar, Principle, Theme, unmatched
from service.errors import Code

TABLE = """
LEARNING 学习共建 | RESOURCE_SHARING 资源共享 | THEORY_STUDY 理论学习 · EXCHANGE 交流互鉴 · BASE_BUILDING 阵地建设
DEVELOPMENT 发展共建 | BUSINESS_COOPERATION 业务合作 | SAFE_HOSPITAL 平安医院 · SMART_HOSPITAL 智慧医院
  · HUMANISTIC_HOSPITAL 人文医院
SERVICE 服务共建 | SHARED_VALUES 理念互通 | SERVING_PATIENTS 服务患者 · SERVING_PUBLIC 服务群众 · SERVING_STAFF 服务职工
INTEGRITY 廉洁共建 | MUTUAL_SUPERVISION 监督互促 | INTEGRITY_COMMITMENT 廉洁承诺
  · INTEGRITY_EDUCATION 廉洁教育 · INTEGRITY_EXCHANGE 廉洁交流
"""
ROWS = [[part.strip() for part in row.split("|")] for row in TABLE.replace("\n  ", " ").strip().splitlines()]


@pytest.mark.parametrize(("pillar", "principle", "themes"), ROWS)
def test_each_pillar_has_its_principle_and_three_themes(pillar: str, principle: str, themes: str) -> None:
    name, chinese = pillar.split()
    assert CHINESE[Pillar(name)] == chinese
    assert f"{PRINCIPLES[Pillar(name)]} {CHINESE[PRINCIPLES[Pillar(name)]]}" == principle
    own = [theme for theme in Theme if PILLARS[theme] is Pillar(name)]
    assert " · ".join(f"{theme} {CHINESE[theme]}" for theme in own) == themes


def test_every_term_has_one_chinese_name() -> None:
    assert set(CHINESE) == {*Pillar, *Principle, *Theme}
    assert len(set(CHINESE.values())) == len(CHINESE)


@pytest.mark.parametrize("pillar", Pillar)
@pytest.mark.parametrize("theme", Theme)
def test_a_theme_stands_under_its_own_pillar_only(pillar: Pillar, theme: Theme) -> None:
    problems = list(unmatched(pillar, theme, ("theme",)))
    if PILLARS[theme] is pillar:
        assert problems == []
    else:
        (problem,) = problems
        assert (problem.code, problem.path) == (Code.RULE_BROKEN, ("theme",))
        assert {theme, pillar, PILLARS[theme]} <= set(problem.english.replace(".", "").replace(",", "").split())
        assert all(CHINESE[term] in problem.chinese for term in (theme, pillar, PILLARS[theme]))


def test_an_unmatched_pair_reads_so_in_both_languages() -> None:
    (problem,) = unmatched(Pillar.LEARNING, Theme.SAFE_HOSPITAL, ("topics", 0, "theme"))
    assert problem.english == "SAFE_HOSPITAL belongs to DEVELOPMENT, not LEARNING."
    assert problem.chinese == "平安医院属于发展共建,不属于学习共建。"
