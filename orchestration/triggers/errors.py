"""What can stop the trigger runner."""


class TriggerError(RuntimeError):
    """The runner cannot work as things are; the message says what to do. The batch does not need it and goes on."""
