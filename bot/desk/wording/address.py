"""How a resident is called (R16): surname and 先生 or 女士 where the desk knows it; else plainly 您."""

from bot.desk.wording.words import Words
from bot.store.tables import Resident


def address_of(resident: Resident, words: Words) -> str:
    """Return how a sentence may begin ("王女士，"), "" where it is not known for sure.

    A name is what somebody called her ("王阿姨"): its surname alone is used, and only with an honorific.
    """
    honorific = words.labels["honorific"].get(resident.honorific or "", "")
    if not honorific:
        return ""
    name = (resident.name or "").strip()
    surname = name[:2] if name[:2] in words.label("address", "double").split() else name[:1]
    return words.label("address", "begins").format(name=f"{surname}{honorific}")
