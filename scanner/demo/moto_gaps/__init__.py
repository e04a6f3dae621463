"""What moto lacks."""


def install() -> None:
    """Extend moto in this process."""
