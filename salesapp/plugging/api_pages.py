"""The reference of the plugin API, made from the code: what a name is for is said once, where it is written.

The front door itself is handed in, as nothing in here may build on it.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any, Final, get_args

from salesapp.plugging import api_words, spec

HEAD: Final = """# The plugin API, name by name

This page is made from the code by `salesapp plugins docs --write`: change the docstrings, not the page. Everything
here is imported from `salesapp.plugin_api`, and nothing else of SalesApp is meant for plugins. In a `pack.toml` the
records have the same fields under the same names. What was added since you looked last: `git log` of this page.
"""
INTRODUCTIONS: Final = {
    "Records": "What `salesapp_records` returns: all that can be known before anything happens.",
    "Parts of records": "What records are made of, and the values they take.",
    "Hooks": (
        "Questions about one situation, each a function of the plugin marked with `@hookimpl`. It may take fewer "
        "arguments, by the same names. In tests and with `SALESAPP_DEBUG=1` what it raises is raised; otherwise the "
        "failure is contained as each one says, and after five in a row the hook is off until an administrator "
        "turns it on."
    ),
    "What plugins are given": "Frozen views of records, and the doors to read and to change.",
    "Functions": "What plugins call.",
    "Others": "Types of columns, and what is no record.",
}
_PARTS: Final = (
    "salesapp.domain.pack",
    "salesapp.domain.conditions",
    "salesapp.domain.follow_up",
    "salesapp.domain.followups",
    "salesapp.domain.partial_dates",
    "salesapp.domain.periods",
    "salesapp.domain.text",
)
_LABEL: Final = re.compile(r"^(When called|Answer|Failure|[a-z]+): ")


def page(door: ModuleType) -> str:
    """The whole reference."""
    parts = [HEAD]
    for title, names in groups(door).items():
        parts += [f"\n## {title}\n\n{textwrap.fill(INTRODUCTIONS[title], 118)}\n"]
        parts += [f"\n{entry(name, getattr(spec if title == 'Hooks' else door, name))}" for name in names]
    return "".join([*parts, *api_words.sections()])


def groups(door: ModuleType) -> dict[str, list[str]]:
    """Every public name and every hook, once."""
    records = [each.__name__ for each in record_kinds() if each.__name__ in door.__all__]
    rest = [name for name in sorted(door.__all__, key=str.lower) if name not in records]
    classes = [name for name in rest if inspect.isclass(getattr(door, name)) and is_explained(getattr(door, name))]
    parts = [name for name in classes if getattr(door, name).__module__.startswith(_PARTS)]
    functions = [name for name in rest if inspect.isroutine(getattr(door, name))]
    columns = [name for name in classes if getattr(door, name).__module__.startswith("salesapp.store")]
    given = [name for name in classes if name not in (*parts, *columns, "Manifest")]
    others = [name for name in rest if name not in (*parts, *given, *functions, "Manifest")]
    return {
        "Records": ["Manifest", *records],
        "Parts of records": parts,
        "Hooks": hook_names(),
        "What plugins are given": given,
        "Functions": functions,
        "Others": others,
    }


def record_kinds() -> list[type]:
    """What `salesapp_records` may return."""
    return list(get_args(spec.Record))


def hook_names() -> list[str]:
    """Every hook, in the order they are written."""
    return [name for name in vars(spec) if name.startswith("salesapp_")]


def is_explained(kind: type) -> bool:
    """Whether a class has a docstring of its own; a dataclass without one gets its signature as such."""
    text = kind.__dict__.get("__doc__") or ""
    return bool(text) and not text.startswith(f"{kind.__name__}(")


# --- one name ---


def entry(name: str, thing: Any) -> str:
    """What is said about one name."""
    if name in NAMED:
        value = f" = {thing!r}" if isinstance(thing, int | str) else ""
        return f"### {name}{value}\n\n{NAMED[name]}\n"
    if inspect.isclass(thing):
        return class_entry(name, thing)
    if inspect.isroutine(thing):
        marked = f"@hookimpl\ndef {name}" if name.startswith("salesapp_") else name
        said = (
            itemized(explained(thing), list(inspect.signature(thing).parameters))
            if name.startswith("salesapp_")
            else explained(thing)
        )
        return f"### {name}\n\n```python\n{marked}{signature(thing)}\n```\n\n{said}\n"
    return f"### {name}\n\n{explained(type(thing))}\n"


NAMED: Final = {
    "API": "The version of the API this house speaks; a manifest says for which it was written.",
    "hookimpl": "Marks a function of the plugin as a hook: `@hookimpl` above its `def`.",
    "gettext": "The words of a message in the language of whoever asks; it belongs into pages, never into records.",
    "SYSTEM": "The installation itself, as an `Actor`: for what nobody in particular does, such as a public form.",
    "Id": "The type of a column that holds the id of a record.",
    "Instant": "The type of a column that holds a moment: aware in UTC going in and coming out.",
    "Json": "The type of a column that holds JSON.",
    "ngettext": "The same for a number of things: `ngettext(one, many, n)`.",
}


def class_entry(name: str, kind: type) -> str:
    """A class: its fields in a table, then what can be asked of it."""
    own = [each for each in fields(kind) if each.init and not each.name.startswith("_")] if is_dataclass(kind) else []
    lines = [f"### {name}", "", explained(kind)]
    if own:
        notes = field_notes(kind)
        lines += ["", "Its fields are given by name."] if all(each.kw_only for each in own) else []
        lines += ["", "| field | what it is | unless said |", "| --- | --- | --- |"]
        lines += [f"| `{each.name}` | {type_words(each)}{notes.get(each.name, '')} | {unless(each)} |" for each in own]
    known = methods(kind, {each.name for each in own})
    lines += [""] * bool(known) + [member(each, inspect.getattr_static(kind, each)) for each in known]
    return "\n".join(lines) + "\n"


def methods(kind: type, known: set[str]) -> list[str]:
    """The public things of a class that are not its fields, in the order they are written."""
    ours = kind.__module__.startswith("salesapp.")
    return [
        each for each in vars(kind) if ours and not each.startswith("_") and each not in known and shown(kind, each)
    ]


def shown(kind: type, name: str) -> bool:
    """Whether something of a class can be called or read by an author."""
    thing = inspect.getattr_static(kind, name)
    return isinstance(thing, property) or inspect.isfunction(thing)


def member(name: str, thing: Any) -> str:
    """A method or property, on a line of its own."""
    if isinstance(thing, property):
        return f"- **`.{name}`** {joined(thing.__doc__)}"
    return f"- **`.{name}{signature(thing, types=False)}`** {joined(thing.__doc__)}"


def signature(thing: Any, *, types: bool = True) -> str:
    """How something is called, without the modules the types come from, and alike in every version of Python."""
    found = inspect.signature(thing)
    if not types:
        bare = [each.replace(annotation=inspect.Parameter.empty) for each in found.parameters.values()]
        found = found.replace(parameters=bare, return_annotation=inspect.Signature.empty)
    return re.sub(r"\(self(?:, )?", "(", tidy(str(found)))


def tidy(words: str) -> str:
    """Types as they are written in the code."""
    words = re.sub(r"(^|: |-> )'([^']*)'", r"\1\2", words)  # a name in quotes, as it is imported only to check types
    words = re.sub(r"\b(?:[a-z_]\w*\.)+(?=\w)", "", words).replace("NoneType", "None")
    words = re.sub(r"Optional\[(\w+)\]", r"\1 | None", words)
    return words.replace("<factory>", "…")


def type_words(each: "Field[Any]") -> str:
    """A field's type, as code; short where there is a list of words."""
    kind = each.type
    if getattr(kind, "__args__", None) and str(kind).startswith("typing.Literal"):
        return "one of " + ", ".join(f"`{word}`" for word in get_args(kind))
    words = kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)
    return "`" + tidy(words).replace("|", "or") + "`"


def unless(each: "Field[Any]") -> str:
    """What a field is when nothing is said."""
    if each.default is not MISSING:
        return f"`{each.default if isinstance(each.default, str) else tidy(repr(each.default))}`"
    return "needed" if each.default_factory is MISSING else "empty"


def field_notes(kind: type) -> dict[str, str]:
    """What is written below single fields of a class."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, SyntaxError):
        return {}
    body = tree.body[0].body  # type: ignore[attr-defined]
    return dict(notes_in(body))


def notes_in(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Each field that is followed by a text."""
    for one, following in pairwise(body):
        value = following.value if isinstance(following, ast.Expr) else None
        text = value.value if isinstance(value, ast.Constant) else None
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and isinstance(text, str):
            yield one.target.id, f": {joined(text)}"


# --- docstrings ---


def joined(text: str | None) -> str:
    """A docstring on one line."""
    return " ".join((text or "").split()).replace("|", "\\|")


def explained(thing: Any) -> str:
    """A docstring as it is; an indented block in it is one of Markdown, too."""
    return inspect.cleandoc(thing.__doc__ or "")


def itemized(text: str, arguments: list[str]) -> str:
    """The docstring of a hook with “When called: …”, “actor: …” as a list, each argument an item of its own."""
    lines: list[str] = []
    for line in re.sub(rf"(?<=\.) (?=(?:{'|'.join(arguments or ['-'])}): )", "\n", text).splitlines():
        labelled = _LABEL.match(line)
        if labelled:
            before = [""] if lines and lines[-1] and not lines[-1].startswith(("- ", "  ")) else []
            lines += [*before, f"- **{labelled[1]}**: {line[labelled.end() :]}"]
        else:
            lines.append(f"  {line}" if line and lines and lines[-1].startswith(("- ", "  ")) else line)
    return "\n".join(lines).strip()
