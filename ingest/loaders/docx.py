def load_docx(data, name):
    raise NotImplementedError
