"""The policies' tests run in the Rasa server's environment, prepared as a server is."""

from bot.understanding.server import launcher

# Before any test imports Rasa: what a server does first, too.
launcher.prepare()
