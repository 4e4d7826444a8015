"""The pages of the people who work here: one guard in front of all of them, plain forms, no framework."""
