"""Who is who: residents and their homes, the people of the desk and their notices."""
