def load_pdf(data, name):
    raise NotImplementedError
