"""The emergency check as the desk builds it, over the real words and the sample estate."""

from bot.desk.emergencies.telling import Telling
from bot.messaging.emergencies import EmergencyCheck
from tests.support.estates import sample_estate, sample_words


def telling() -> Telling:
    """The words and the estate that sentences of an emergency are made from."""
    return Telling(sample_words(), sample_estate())


def emergencies() -> EmergencyCheck:
    """The check every message passes, for a desk whose own channel is the web chat."""
    return EmergencyCheck(telling(), "desk-1", frozenset({"webchat"}))
