"""How well the handbook is searched: the weights of its score, made anew."""
