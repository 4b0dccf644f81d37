"""What does a configuration of nginx say? Directives with their words and blocks, includes followed.

The reading of words is that of nginx itself (`ngx_conf_read_token`, 1.22): a word ends at white space, `;` or `{`, but
not at the brace of `${name}`; quotes count only where a word begins; a `#` begins a comment only there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from holdfast.app.gate.finding import unreadable
from holdfast.errors import UnreadableFileError

_LARGEST = 4_194_304  # bytes of one file: a configuration is written by people
_MOST_FILES = 1_000  # of one configuration
_DEEPEST = 32  # blocks in blocks, or files in files: nginx has use for five
_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "t": "\t", "r": "\r", "n": "\n"}
_LUA = "_by_lua_block"  # what follows is a program, not directives
_WORDED = frozenset({"alias", "error_page", "proxy_set_header"})  # as `proxy_pass` and its like: nothing without words


class Directive(msgspec.Struct, frozen=True, kw_only=True):
    """One directive: its words behind the `name`, and its block, None where it ends with a semicolon."""

    name: str
    words: tuple[str, ...] = ()
    block: tuple[Directive, ...] | None = None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    line: int
    mark: bool  # `;`, `{` or `}`, written without quotes


def read(path: Path) -> tuple[Directive, ...]:
    """The directives of the main file `path`, with what it includes in its place.

    Raises:
        UnreadableFileError: a file is missing, too large or no text, or nginx itself would refuse it.

    """
    return _Reading(path.resolve().parent).file(path.resolve(), 0)


class _Reading:
    """Where names of files begin from (the folder of the main file), and how many were read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = 0

    def file(self, path: Path, deep: int) -> tuple[Directive, ...]:
        self._files += 1
        if self._files > _MOST_FILES or deep > _DEEPEST:
            raise _refused(f"{path}", "too many files include each other")
        try:
            with path.open("rb") as file:
                data = file.read(_LARGEST + 1)
            text = data.decode()
        except (OSError, UnicodeError) as why:
            raise unreadable(path, why) from why
        if len(data) > _LARGEST:
            raise UnreadableFileError(f"{path} has more than {_LARGEST:,} bytes")
        tokens = _tokens(text, str(path))
        found = self._block(tokens, str(path), deep, inner=False)
        return tuple(found)

    def _block(self, tokens: Iterator[_Token], file: str, deep: int, *, inner: bool) -> list[Directive]:
        if deep > _DEEPEST:
            raise _refused(file, "blocks lie too deep in each other")
        found: list[Directive] = []
        words: list[_Token] = []
        for token in tokens:
            if not token.mark:
                words.append(token)
            elif token.text == "}":
                if words or not inner:
                    raise _refused(f"{file}:{token.line}", 'unexpected "}"')
                return found
            elif not words:
                raise _refused(f"{file}:{token.line}", f'unexpected "{token.text}"')
            else:
                found += self._directive(words, token, tokens, file, deep)
                words = []
        if words or inner:
            raise _refused(file, f"it ends in the midst of a {'block' if inner else 'directive'}")
        return found

    def _directive(
        self, words: list[_Token], end: _Token, tokens: Iterator[_Token], file: str, deep: int
    ) -> tuple[Directive, ...]:
        name, rest = words[0].text, tuple(word.text for word in words[1:])
        block = None
        if not rest and (name in _WORDED or name.endswith("_pass")):
            raise _refused(f"{file}:{words[0].line}", f'invalid number of arguments in "{name}" directive')
        if end.text == "{" and not name.endswith(_LUA):
            block = tuple(self._block(tokens, file, deep + 1, inner=True))
        elif name == "include" and len(rest) == 1:
            return tuple(each for path in self._named(rest[0]) for each in self.file(path, deep + 1))
        return (Directive(name=name, words=rest, block=block, file=file, line=words[0].line),)

    def _named(self, pattern: str) -> list[Path]:
        if not any(sign in pattern for sign in "*?["):
            return [self._folder / pattern]
        whole = self._folder / pattern
        return sorted(Path(whole.anchor).glob(str(whole.relative_to(whole.anchor))))


def _tokens(text: str, file: str) -> Iterator[_Token]:
    at, line = 0, 1
    words: list[str] = []
    while at < len(text):
        sign = text[at]
        if sign in " \t\r\n":
            line += sign == "\n"
            at += 1
        elif sign == "#":
            at = _found(text, "\n", at)
        elif sign in ";{}":
            yield _Token(sign, line, mark=True)
            at += 1
            if sign == "{" and words and words[0].endswith(_LUA):
                end = _program(text, at, f"{file}:{line}")
                line += text.count("\n", at, end)
                at = end
            words = []
        else:
            word, end = _quoted(text, at, f"{file}:{line}") if sign in "\"'" else _bare(text, at)
            words.append(word)
            yield _Token(word, line, mark=False)
            line += text.count("\n", at, end)
            at = end


def _bare(text: str, start: int) -> tuple[str, int]:
    at = start
    while at < len(text) and text[at] not in " \t\r\n;":
        if text[at] == "{" and (at == start or text[at - 1] != "$"):
            break
        at += 2 if text[at] == "\\" else 1
    return _unescaped(text[start:at]), min(at, len(text))


def _quoted(text: str, start: int, where: str) -> tuple[str, int]:
    at = start + 1
    while at < len(text) and text[at] != text[start]:
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise _refused(where, "a quote is not closed")
    if at + 1 < len(text) and text[at + 1] not in " \t\r\n;{)":
        raise _refused(where, f'unexpected "{text[at + 1]}" behind a quote')
    return _unescaped(text[start + 1 : at]), at + 1


def _unescaped(word: str) -> str:
    if "\\" not in word:
        return word
    out, at = [], 0
    while at < len(word):
        plain = word[at] != "\\" or at + 1 == len(word) or word[at + 1] not in _ESCAPES
        out.append(word[at] if plain else _ESCAPES[word[at + 1]])
        at += 1 if plain else 2
    return "".join(out)


def _program(text: str, start: int, where: str) -> int:
    """Where a Lua program ends: behind the brace that closes it. Braces in its strings are taken for braces."""
    deep, at = 1, start
    while deep:
        if at >= len(text):
            raise _refused(where, "a block of Lua is not closed")
        deep += (text[at] == "{") - (text[at] == "}")
        at += 1
    return at


def _refused(where: str, says: str) -> UnreadableFileError:
    return UnreadableFileError(f"{where}: {says}", advice="Run `nginx -t -c FILE`: it says the same, or more.")


def _found(text: str, what: str, start: int) -> int:
    at = text.find(what, start)
    return len(text) if at < 0 else at
