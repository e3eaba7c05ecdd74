"""The domain of the desk: no Rasa, no Telegram, no HTTP, only the session it is given."""
