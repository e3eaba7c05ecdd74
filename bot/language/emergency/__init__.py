"""Someone is in danger now (R17): read from the words alone, with the Rasa server up or down."""
