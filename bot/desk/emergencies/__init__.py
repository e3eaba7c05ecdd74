"""Emergencies 应急 (R17): from the cry to the end of the case, without Rasa, without HTTP.

`hearing` reads a message at intake, `alarms` holds the state of help, `telling` words what residents are
told, `places` finds where it is, `neighbours` and `afterwards` are acts of the person on duty. Who is paged
stands in `bot/desk/paging.py`.
"""
