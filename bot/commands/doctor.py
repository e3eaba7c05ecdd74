"""`./guanjia doctor`: what is configured, what is missing, what to do."""

from collections.abc import Iterable
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from bot.commands.options import Data
from bot.process.doctor import Finding, Verdict, examine
from bot.settings import NotStartedYet, SettingsError, load_settings

STYLES = {Verdict.GOOD: "green", Verdict.HINT: "yellow", Verdict.FAULT: "bold red"}


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(data: Data = None) -> None:
    """Look at everything and say what to do; exit code 1 if there is a fault. Changes nothing."""
    console = Console(soft_wrap=True, highlight=False)
    faults = 0
    for finding in _findings(data):
        faults += finding.verdict is Verdict.FAULT
        mend = f" → {finding.mend}" if finding.mend else ""
        mark = Text(f"{finding.verdict.value:<6}", STYLES[finding.verdict])
        console.print(mark + Text(f"{finding.what}: {finding.found}{mend}"))
    if faults:
        raise typer.Exit(1)


def _findings(data: Path | None) -> Iterable[Finding]:
    try:
        return examine(load_settings(data_dir=data, write=False))
    except NotStartedYet as fault:
        return [Finding(Verdict.HINT, fault.where, fault.reason, fault.mend)]
    except SettingsError as fault:
        return [Finding(Verdict.FAULT, fault.where, fault.reason, fault.mend)]
