"""The speed suite: the desk and the stock pipeline side by side. `measure` runs it; `format` and `page` show what it found."""
