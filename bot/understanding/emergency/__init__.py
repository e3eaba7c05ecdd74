"""The emergency check as a part of the pipeline, and how its second voice is learnt."""
