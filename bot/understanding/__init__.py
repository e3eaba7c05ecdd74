"""The Rasa server's side: launcher, importer, NLU components, input channel, tracker store."""
