"""A function that fails where another one says so."""


def no(reason):
    raise ValueError(reason)


def in_file():
    no("file")
