"""The commands of `./guanjia`, one file a group; each file's `register` adds its own to the application."""
