"""What a request says, in the forms it can take. Import from the modules: an answer needs the content alone."""
