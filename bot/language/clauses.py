"""The joints of a Chinese sentence: particles at its end, words between two phrases, numbers of a place."""

import re

_PARTICLES = re.compile(r"(?:[啊呀呢哦喔嘛吧啦哈]|\[[^\]]{1,6}\])+$")
_JOINT = " 的,，、。到至~-"
_NUMBERED_PLACE = re.compile(r".*[区楼栋幢座位库层单元]\s*[0-9一二三四五六七八九十]{1,4}[号日]$", re.DOTALL)


def without_particles(clause: str) -> str:
    """Return the clause without 啊, 呢, [哭] and their like at its end."""
    return _PARTICLES.sub("", clause)


def joins(between: str) -> bool:
    """Do these characters between two phrases only join them (每天的 晚上)? Nothing between joins as well."""
    return len(between) <= 2 and not between.strip(_JOINT)


def without_joints(text: str) -> str:
    """Return the text without joining characters at its ends."""
    return text.strip(_JOINT)


def ends_in_numbered_place(text: str) -> bool:
    """Does it end in the number of a place ("A区18号"), which is no day of a month?"""
    return _NUMBERED_PLACE.match(text) is not None
