"""People as residents name them: by surname and title (王师傅), as colleagues do (小李), by giving a name."""

from __future__ import annotations

import re

from bot.language.found import Found
from bot.language.normalise import normalise

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_TITLES = "师傅|经理|主管|主任|女士|先生|小姐|阿姨|大姐|大哥|老师|队长|站长|工程师|管家|保安|姐|哥|总|工"
_PERSON = re.compile(
    rf"(?<![\u4e00-\u9fff])?[{_SURNAMES}](?:{_TITLES})(?![\u4e00-\u9fff]?[程具作地人])"
    rf"|[小老阿][{_SURNAMES}](?![\u4e00-\u9fff]?[程具])"
)
_GIVEN = re.compile(
    r"(?:我叫|我是|姓名|名字|业主|户主|联系人|租客)(?:是|叫|为)?[:：,， ]?"
    rf"(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
    r"(?=[,，。.;；!！?？ \d]|$|的|家|先生|女士|电话|手机|,)"
)


def find_people(text: str) -> list[Found]:
    """People by surname and title, or as colleagues call them."""
    return [Found(text[slice(*match.span())], *match.span()) for match in _PERSON.finditer(normalise(text))]


def find_given_names(text: str) -> list[Found]:
    """Full names where the words before say that it is one ("我叫王秀英", "业主李建国")."""
    return [
        Found(text[slice(*match.span("name"))], *match.span("name"))
        for match in _GIVEN.finditer(normalise(text))
    ]
