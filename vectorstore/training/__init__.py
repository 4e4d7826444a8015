"""The recipe of the shipped embedding model. Nothing here is imported at run time; torch lives only here."""
