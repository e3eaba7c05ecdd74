"""`python -m tests.doubles.telegram [PORT]`: serve the double until interrupted, for trying a desk by hand.

Each line of standard input is said by 王阿姨; what the bot says is printed.
"""

import sys
import threading

from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram


def main() -> None:
    telegram = FakeTelegram()
    telegram.port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    telegram.start()
    wang = TelegramPerson(telegram, "王阿姨")
    print(f"TELEGRAM_API_BASE_URL={telegram.url} TELEGRAM_BOT_TOKEN={telegram.token}", flush=True)
    changed, seen = telegram.world.changed, 0
    done = threading.Event()

    def show() -> None:
        nonlocal seen
        while not done.wait(0.2):
            for text in wang.texts()[seen:]:
                print(f"< {text}", flush=True)
                seen += 1

    threading.Thread(target=show, daemon=True).start()
    try:
        for line in sys.stdin:
            wang.says(line.strip())
    except KeyboardInterrupt:
        pass
    done.set()
    changed()
    telegram.stop()


if __name__ == "__main__":
    main()
