"""Builds the files git does not hold: htmx and the icon sprite out of installed packages, and the compiled catalogues.

Run as `python -m salesapp.assets` in a checkout and by `hatch_build.py` for a wheel; never at run time.
Uses the standard library and Babel only, because a build has nothing else.
"""

import hashlib
import io
import sys
import xml.etree.ElementTree as ET
import zipfile
from importlib import metadata
from pathlib import Path

HTMX = ("django-htmx", "django_htmx/static/django_htmx/htmx-2.min.js")
HTMX_SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"  # htmx 2.0.10
LUCIDE = ("lucide", "lucide/lucide.zip")
LUCIDE_SHA256 = "522230c8b53f88517710e3e1693ffc03ffe68f2e839893909f1d9e0305a6eadf"  # of lucide 1.1.4

ICONS = """
    archive archive-restore arrow-down arrow-right arrow-up arrow-up-right bell bookmark briefcase building-2 cake
    calendar camera chart-column check chevron-down chevron-left chevron-right chevron-up circle circle-alert
    circle-check clock columns-3 copy download ellipsis file-text flag funnel hand history house inbox info key-round
    link list-checks lock log-out mail map-pin menu message-square monitor-smartphone paperclip pencil phone plus
    route search settings share-2 sparkles sun tag trophy undo-2 upload user users waves x
""".split()
"""The icons templates may use, as `<use href="…/built/icons.svg#i-NAME">`."""

RENAMED = {"waves": "waves-horizontal"}
"""Our name → Lucide's, where Lucide renamed one."""

LICENSES = """\
htmx.min.js is htmx 2.0.10, under the Zero-Clause BSD licence (0BSD):

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.

icons.svg holds icons of Lucide, under the ISC licence; portions come from Feather, under the MIT licence.
Both texts, as the package that carries them states them:

"""


class BadPart(Exception):
    """A part is missing or is not the one this version was checked with; the message says which, and what to do."""


def part(name: tuple[str, str], sha256: str) -> bytes:
    """A file out of an installed package, when it is exactly the one expected."""
    package, path = name
    content = _read(package, path)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise BadPart(
            f"{path} in package {package} is not the file SalesApp was checked with "
            f"(SHA-256 {found}, expected {sha256}): install the version in requirements.txt."
        )
    return content


def _read(package: str, path: str) -> bytes:
    # By file, not by import: importing the carrier would ask for Django.
    try:
        return Path(str(metadata.distribution(package).locate_file(path))).read_bytes()
    except (metadata.PackageNotFoundError, OSError):
        raise BadPart(f"{path} of package {package} is missing: install requirements.txt first.") from None


def sprite(lucide_zip: bytes, names: list[str]) -> str:
    """One SVG with a `<symbol id="i-NAME">` per icon; stroke and fill come from the page's CSS."""
    with zipfile.ZipFile(io.BytesIO(lucide_zip)) as archive:
        known = set(archive.namelist())
        lost = [name for name in names if f"{RENAMED.get(name, name)}.svg" not in known]
        if lost:
            raise BadPart(f"The lucide package has no icon named {', '.join(lost)}: correct ICONS in assets.py.")
        symbols = [_symbol(name, archive.read(f"{RENAMED.get(name, name)}.svg")) for name in sorted(names)]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "".join(symbols) + "</svg>\n"


def _symbol(name: str, svg: bytes) -> str:
    shapes = ET.fromstring(svg)  # noqa: S314 -- of a file whose hash was checked
    inner = "".join(f"<{_tag(shape)}{_attributes(shape)}/>" for shape in shapes)
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{inner}</symbol>\n'


def _tag(shape: ET.Element) -> str:
    return shape.tag.rpartition("}")[2]


def _attributes(shape: ET.Element) -> str:
    return "".join(f' {key}="{value}"' for key, value in shape.attrib.items())


def licences() -> str:
    """The licence texts that travel with the built files."""
    return LICENSES + (metadata.distribution("lucide").read_text("licenses/LICENSE") or "")


def compile_catalogues(translations: Path) -> list[str]:
    """Every `LANG/LC_MESSAGES/*.po` to its `.mo`; the languages done."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    done = []
    for po in sorted(translations.glob("*/LC_MESSAGES/*.po")):
        language = po.parent.parent.name
        with po.open("rb") as source:
            catalogue = read_po(source, locale=language)
        with po.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue)
        done.append(language)
    return done


def build(static: Path) -> None:
    """Fill `static/built`: htmx, the icons and their licences."""
    htmx, lucide = part(HTMX, HTMX_SHA256), part(LUCIDE, LUCIDE_SHA256)
    built = static / "built"
    built.mkdir(parents=True, exist_ok=True)
    (built / "htmx.min.js").write_bytes(htmx)
    (built / "icons.svg").write_text(sprite(lucide, ICONS), encoding="utf-8")
    (built / "LICENSES.txt").write_text(licences(), encoding="utf-8")


def build_all(root: Path) -> None:
    """Everything a checkout (or an unpacked source package) at `root` needs before it can serve or be packed."""
    build(root / "static")
    for translations in (root / "salesapp" / "translations", *sorted(root.glob("plugins/*/translations"))):
        compile_catalogues(translations)


def main() -> int:
    """`python -m salesapp.assets`."""
    try:
        build_all(Path(__file__).resolve().parent.parent)
    except BadPart as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
