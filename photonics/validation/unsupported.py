"""What a case asks for and no adapter models."""


class Unsupported(Exception):
    """A case of a kind, input or quantity that no adapter models; the text says which."""
