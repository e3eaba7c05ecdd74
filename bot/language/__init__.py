"""Plain Python 3.10 without dependencies, for both sides: normalisation, lexicons, emergencies, rooms."""

from bot.language.case_numbers import find_case_numbers
from bot.language.contacts import find_phone, find_phones, find_plates
from bot.language.emergency.check import Emergency, find_emergency
from bot.language.found import Found
from bot.language.mood import mood
from bot.language.normalise import clean, normalise
from bot.language.person_request import asks_for_person
from bot.language.rooms import HomeMention, HomeParts, find_homes, read_home
from bot.language.when.phrases import find_since, find_times

__all__ = [
    "Emergency",
    "Found",
    "HomeMention",
    "HomeParts",
    "asks_for_person",
    "clean",
    "find_case_numbers",
    "find_emergency",
    "find_homes",
    "find_phone",
    "find_phones",
    "find_plates",
    "find_since",
    "find_times",
    "mood",
    "normalise",
    "read_home",
]
