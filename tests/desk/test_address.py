"""How residents are called: by surname and honorific, never by what somebody nicknamed them."""

import pytest

from bot.desk.wording.address import address_of
from bot.store.tables import Resident
from tests.support.estates import sample_words


@pytest.mark.parametrize(
    ("name", "honorific", "called"),
    [
        ("王阿姨", "madam", "王女士，"),
        ("周建国", "sir", "周先生，"),
        ("欧阳明", "sir", "欧阳先生，"),
        ("王阿姨", None, ""),
        (None, "madam", "女士，"),
        ("老周", None, ""),
    ],
)
def test_she_is_called_as_the_desk_knows_her(name: str | None, honorific: str | None, called: str) -> None:
    assert address_of(Resident(name=name, honorific=honorific), sample_words()) == called
