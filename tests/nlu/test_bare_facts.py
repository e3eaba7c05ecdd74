"""Messages that only answer a question, and so want nothing by themselves."""

import pytest

from bot.understanding.bare_facts import says_only_facts


@pytest.mark.parametrize(
    "text", ["3栋2单元1201", "13812341234", "昨晚吧", "卧室", "在厨房里面", "主卧的卫生间"]
)
def test_a_bare_answer_says_only_facts(text: str) -> None:
    assert says_only_facts(text)


@pytest.mark.parametrize(
    "text", ["灯", "楼上", "卧室漏水", "厨房能改吗", "不对是卫生间", "3栋2单元1201没电", ""]
)
def test_a_matter_is_more_than_facts(text: str) -> None:
    assert not says_only_facts(text)
