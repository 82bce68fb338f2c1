"""What programs of a sanitizer build cannot be held to: they are several times slower, and hold memory of their own.

What they do must be right all the same. A finding ends a program with a status that no scenario expects (99,
tools/dev/test.sh) and with words on standard error.
"""

sanitized = False


def count(full, few):
    """How often something is done."""
    return few if sanitized else full


def seconds(limit):
    """How long a program may take."""
    return 5 * limit if sanitized else limit
