"""What can stop the stream; the message says what to do. The batch never reads the stream, so none of these reaches it."""


class StreamError(RuntimeError):
    """The stream cannot be landed as things are, and trying again would not help."""


class StreamUnavailableError(StreamError):
    """Redis does not answer: trying again helps as soon as it does."""
