"""A parse says what the desk would do: the pipeline gives the same answer as the check at intake."""

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.understanding.emergency.component import Emergencies
from bot.understanding.parses import BLANK, parse_of


def _read(text: str) -> Message:
    return Emergencies().process([Message(data={TEXT: text})])[0]


def test_the_kind_and_its_certainty_are_part_of_what_a_message_says() -> None:
    said = _read("电梯困住了，里面有两个孩子").as_dict(only_output_properties=True)
    assert (said["emergency"], said["emergency_certain"]) == ("entrapment", True)


def test_a_doubtful_one_is_called_so() -> None:
    parse = parse_of({**BLANK, **_read("楼道有股糊味").as_dict(only_output_properties=True)}, "楼道有股糊味")
    assert (parse["emergency"], parse["emergency_certain"]) == ("fire", False)


def test_an_ordinary_message_is_none() -> None:
    parse = parse_of(
        {**BLANK, **_read("气炸了，电费怎么又涨").as_dict(only_output_properties=True)}, "气炸了"
    )
    assert (parse["emergency"], parse["emergency_certain"]) == (None, False)
