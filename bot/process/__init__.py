"""The processes of one installation: who starts, watches and ends them."""
