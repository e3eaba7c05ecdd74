"""`./guanjia parse --file F`: what the assistant understands of each line, as JSON (design §8)."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from bot.commands.options import Data
from bot.language import find_emergency
from bot.process.environments import base_environment, rasa_python
from bot.process.faults import OperatorError
from bot.process.models import ensure_model, training_folder
from bot.process.progress import lines_in, told
from bot.settings import PROJECT_DIR, data_folder_of


def register(app: typer.Typer) -> None:
    app.command("parse")(parse)


def parse(
    file: Annotated[str, typer.Option("--file", help="A file with one text a line, or - for stdin.")],
    data: Data = None,
) -> None:
    """Print one JSON object a line, in order: intent, matters, entities, upset, emergency.

    Any number of lines in the same memory; how far it is stands on stderr.
    """
    with _opened(file) as lines:
        model = asyncio.run(ensure_model(_say, more=training_folder(data_folder_of(data))))
        command = [str(rasa_python()), "-m", "bot.understanding.server.parse_file", "--model", str(model)]
        process = subprocess.Popen(
            command, cwd=PROJECT_DIR, env=base_environment(), stdin=lines, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            with told("parse", None if file == "-" else lines_in(Path(file))) as done:
                for line in process.stdout:
                    print(with_emergency(line), flush=True)
                    done()
        finally:
            process.stdout.close()
            code = process.wait()
    if code != 0:
        raise OperatorError("parse", f"the understanding ended with code {code}", "see the lines above")


def _say(line: str) -> None:
    typer.echo(line, err=True)


def with_emergency(line: bytes) -> str:
    """One line of Rasa's side, with what the desk's own emergency check says of it at intake."""
    parse: dict[str, Any] = json.loads(line)
    found = find_emergency(parse["text"])
    parse["emergency"] = found.kind if found else None
    parse["emergency_certain"] = bool(found and found.certain)
    return json.dumps(parse, ensure_ascii=False)


def _opened(file: str) -> IO[bytes]:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as fault:
        raise OperatorError(f"--file {file}", fault.strerror or str(fault), "name a text file") from fault
