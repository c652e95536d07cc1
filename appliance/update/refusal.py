"""The one way in which a bundle is refused."""


class RefusedBundleError(Exception):
    """Nothing was changed. The text is one sentence with culprit and cure."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
