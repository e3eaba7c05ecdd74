"""Who did it: the strings in every `by=` and every `by` column."""

BOT = "bot"
CLOCK = "clock"
OPERATOR = "operator"


def agent(agent_id: int) -> str:
    """The actor string of an agent: `agent:3`."""
    return f"agent:{agent_id}"


def resident(resident_id: int) -> str:
    """The actor string of a resident: `resident:12`."""
    return f"resident:{resident_id}"


def duty(name: str) -> str:
    """The actor string of a person on duty who is no agent of the desk: `duty:周强`."""
    return f"duty:{name}"[:60]
