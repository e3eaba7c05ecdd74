"""What is written down for ever: engine, tables, migrations."""
