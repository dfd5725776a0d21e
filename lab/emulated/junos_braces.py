"""A Junos configuration in braces as the set lines that build it."""

from collections.abc import Iterator

from lab.emulated.junos_values import quoted, tokens, unquoted
from lab.emulated.system import Refusal


def set_lines_of(text: str) -> Iterator[str]:
    """The lines that build a configuration in braces; `replace:` empties a statement first. Raises Refusal."""
    path: list[list[str]] = []
    here: list[str] = []
    for piece in tokens(_without_comments(text)):
        if piece == "{":
            yield from _marked(path, here)
            path.append(_stripped(here))
            here = []
        elif piece == "}":
            if not path or here:
                raise Refusal("syntax error", " ".join(here) or piece)
            path.pop()
        elif piece == ";":
            yield from _marked(path, here)
            here = []
        else:
            here.append(piece)
    if path or here:
        raise Refusal("syntax error", "".join(here[:1]) or "}")


def _marked(path: list[list[str]], here: list[str]) -> Iterator[str]:
    """The set line of a statement, with what its tags ask for around it."""
    whole = " ".join(word for words in (*path, _stripped(here)) for word in _requoted(words))
    tags = {word for word in here if word.endswith(":")}
    if "replace:" in tags or "delete:" in tags:
        yield f"delete {whole}"
    if "delete:" not in tags:
        yield f"set {whole}"
    if "inactive:" in tags:
        yield f"deactivate {whole}"


def _stripped(words: list[str]) -> list[str]:
    return [word for word in words if word not in {"replace:", "delete:", "inactive:", "protect:"}]


def _requoted(words: list[str]) -> Iterator[str]:
    yield from (word if word in {"[", "]"} else quoted(unquoted(word)) for word in words)


def _without_comments(text: str) -> str:
    lines = (line for line in text.splitlines() if not line.lstrip().startswith(("#", "##")))
    pieces = " \n".join(lines).split("/*")
    return pieces[0] + "".join(rest.partition("*/")[2] for rest in pieces[1:])
