"""Conversations as people can read them: one situation a script, what she does, what she and the desk see.

A file is a topic; each entry is one conversation:

    says_everything_in_one_message:
      who: 王阿姨              # her name for the desk
      home: 3-2-1201           # proved; left out: a stranger
      at: "20:30"              # the estate's time of day; 09:00 unless given
      talk:
        - she: 厨房水管漏水      # writes; {number} stands for the last case number she was told
          sees: [utter_hello, utter_ask_repair_form_place]   # the replies' keys, care words apart
          reads: [3栋2单元]      # fragments of what she reads
          never: [大妈]         # fragments she must not read
          buttons: [确认, 取消]   # titles, all of them
          desk: {mode: waiting, reason: asked, cases: [{kind: repair, place: 3栋2单元1201}]}
                                # also: left (goes to the person), sees: {agent: [kinds], supervisor: [kinds]}
        - presses: 确认          # a button by its title
        - agent: takes_over     # 小李 comes in
        - agent_says: 我看一下    # 小李 writes
        - hands_back: 明早九点上门 # 小李 is done; the note for the assistant
        - alarm: over            # 小李 went to an emergency, and it is over
        - clock: {minutes: 30}  # time passes; with checks: what the clock had to say
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ACTS = ("she", "presses", "agent", "agent_says", "hands_back", "alarm", "clock")
CHECKS = ("sees", "reads", "never", "buttons", "desk")


@dataclass(frozen=True)
class Script:
    """One conversation of a topic's file."""

    topic: str
    name: str
    who: str
    talk: tuple[dict[str, Any], ...]
    home: str | None = None
    at: str = "09:00"

    @property
    def id(self) -> str:
        return f"{self.topic}-{self.name}"


def all_scripts(folder: Path) -> list[Script]:
    """Every conversation of every topic's file. Raises ValueError where a step cannot be read."""
    return [
        _script(path.stem, name, raw)
        for path in sorted(folder.glob("*.yml"))
        for name, raw in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    ]


def _script(topic: str, name: str, raw: dict[str, Any]) -> Script:
    for step in raw["talk"]:
        unknown = set(step) - {*ACTS, *CHECKS}
        if unknown or sum(act in step for act in ACTS) != 1:
            raise ValueError(f"{topic}.yml, {name}: a step does one of {ACTS} and checks {CHECKS}: {step}")
    return Script(topic, name, raw["who"], tuple(raw["talk"]), raw.get("home"), str(raw.get("at", "09:00")))
