"""What git does not hold is built out of the packages that were checked, or not at all."""

import gettext
import io
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from salesapp import assets, places

SVG = "{http://www.w3.org/2000/svg}"


def zipped(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.svg", text)
    return held.getvalue()


def test_the_parts_are_built(tmp_path: Path) -> None:
    assets.build(tmp_path)
    assert {file.name for file in (tmp_path / "built").iterdir()} == {"htmx.min.js", "icons.svg", "LICENSES.txt"}
    assert 'version:"2.0.' in (tmp_path / "built" / "htmx.min.js").read_text()
    written = (tmp_path / "built" / "LICENSES.txt").read_text()
    assert "0BSD" in written
    assert "Lucide Contributors" in written


def test_every_icon_is_a_symbol_that_takes_its_colour_from_the_page() -> None:
    drawn = ET.fromstring(assets.sprite(assets.part(assets.LUCIDE, assets.LUCIDE_SHA256), assets.ICONS))  # noqa: S314
    symbols = drawn.findall(f"{SVG}symbol")
    assert {symbol.get("id") for symbol in symbols} == {f"i-{name}" for name in assets.ICONS}
    assert all(symbol.get("viewBox") == "0 0 24 24" and len(symbol) for symbol in symbols)
    assert {shape.get("fill") for symbol in symbols for shape in symbol} <= {None, "currentColor"}
    assert not [shape for symbol in symbols for shape in symbol if shape.get("stroke") or shape.get("style")]


def test_another_file_than_the_checked_one_is_refused_in_one_sentence() -> None:
    with pytest.raises(assets.BadPart, match=r"^.*htmx-2\.min\.js in package django-htmx is not the file .*\.$"):
        assets.part(assets.HTMX, "0" * 64)


def test_nothing_is_written_when_a_part_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "LUCIDE_SHA256", "0" * 64)
    with pytest.raises(assets.BadPart):
        assets.build(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named() -> None:
    with pytest.raises(assets.BadPart, match="of package no-such-part is missing"):
        assets.part(("no-such-part", "x.js"), "0" * 64)


def test_an_unknown_icon_is_named() -> None:
    with pytest.raises(assets.BadPart, match="no icon named unicorn"):
        assets.sprite(zipped(house='<svg xmlns="http://www.w3.org/2000/svg"/>'), ["house", "unicorn"])


def test_catalogues_are_compiled_with_their_plurals(tmp_path: Path) -> None:
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid "%(num)s deal"\nmsgid_plural "%(num)s deals"\n'
        'msgstr[0] "%(num)s сделка"\nmsgstr[1] "%(num)s сделки"\nmsgstr[2] "%(num)s сделок"\n',
        encoding="utf-8",
    )
    assert assets.compile_catalogues(tmp_path) == ["ru"]
    read = gettext.translation("messages", tmp_path, ["ru"])
    said = [read.ngettext("%(num)s deal", "%(num)s deals", n) for n in (1, 3, 5, 21)]
    assert said == ["%(num)s сделка", "%(num)s сделки", "%(num)s сделок", "%(num)s сделка"]


def test_no_catalogues_is_no_error(tmp_path: Path) -> None:
    assert assets.compile_catalogues(tmp_path / "nowhere") == []


def test_the_parts_of_a_checkout_lie_at_its_top() -> None:
    assert not places.INSTALLED
    assert [each.parent for each in (places.TEMPLATES, places.STATIC, places.PLUGINS)] == [places.CHECKOUT] * 3


@pytest.mark.parametrize("named", ["", "  "])
def test_the_instance_of_a_checkout_lies_in_it(named: str) -> None:
    assert places.default_instance({"SALESAPP_INSTANCE": named}) == places.CHECKOUT / "instance"


def test_the_instance_can_lie_elsewhere(tmp_path: Path) -> None:
    assert places.default_instance({"SALESAPP_INSTANCE": str(tmp_path)}) == tmp_path


def test_an_installed_wheel_keeps_its_instance_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "INSTALLED", True)
    monkeypatch.chdir(tmp_path)
    assert places.default_instance({}) == tmp_path / "instance"
