"""Reads one text a line from stdin and writes one parse a line: `… parse_file --model M < lines > jsonl`.

The same parse the Rasa server gives the desk (parses.py), without a server.
"""

import argparse
import json
import sys
from pathlib import Path

from bot.understanding import launcher


def main(arguments: list[str]) -> None:
    """Parse all lines in order; ends with Rasa's own error where the model cannot be loaded."""
    parser = argparse.ArgumentParser(prog="parse_file", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a model trained by the launcher")
    model: Path = parser.parse_args(arguments).model
    launcher.prepare()
    from bot.understanding.parses import parse_of
    from bot.understanding.text_reader import TextReader

    reader = TextReader.load(model)
    for line in sys.stdin.buffer:
        text = line.decode(errors="replace").rstrip("\r\n")
        parse = json.dumps(parse_of(reader.read(text), text), ensure_ascii=False)
        sys.stdout.buffer.write(f"{parse}\n".encode())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
