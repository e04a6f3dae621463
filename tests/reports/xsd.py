"""A reader of XML Schema, as far as the vendored schema needs it: anything else in a schema is an error, not a pass."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

XS = "{http://www.w3.org/2001/XMLSchema}"
UNBOUNDED = {"unbounded": ""}


class Schema:
    """Declared elements and types; `problems` says what of a document is not as declared."""

    def __init__(self, path: Path) -> None:
        self.root = ET.parse(path).getroot()  # noqa: S314  the vendored file
        self.elements = {each.attrib["name"]: each for each in self.root.findall(f"{XS}element")}
        self.types = {
            each.attrib["name"]: each for each in self.root if each.tag in {f"{XS}complexType", f"{XS}simpleType"}
        }
        assert {each.tag for each in self.root} <= {f"{XS}element", f"{XS}complexType", f"{XS}simpleType"}

    def problems(self, text: str) -> list[str]:
        root = ET.fromstring(text)  # noqa: S314  our own rendering
        return self._element(root, self.elements[root.tag]) if root.tag in self.elements else [f"no root {root.tag}"]

    def _element(self, element: ET.Element, declared: ET.Element) -> list[str]:
        kind = declared.get("type", "")
        if kind == "xs:string":
            return [f"{element.tag} holds elements"] if len(element) or element.attrib else []
        type_ = self.types[kind] if kind else declared.find(f"{XS}complexType")
        assert type_ is not None
        return [*self._attributes(element, type_), *self._content(element, type_)]

    def _attributes(self, element: ET.Element, type_: ET.Element) -> list[str]:
        declared = {each.attrib["name"]: each for each in type_.findall(f"{XS}attribute")}
        wrong = [f"{element.tag}@{name} is not declared" for name in element.attrib if name not in declared]
        for name, each in declared.items():
            if each.get("use") == "required" and name not in element.attrib:
                wrong.append(f"{element.tag}@{name} is required")
            pattern = self._pattern(each.attrib["type"])
            if name in element.attrib and not re.fullmatch(pattern, element.attrib[name], re.DOTALL):
                wrong.append(f"{element.tag}@{name} is {element.attrib[name]!r}")
        return wrong

    def _pattern(self, type_: str) -> str:
        if type_ == "xs:string":
            return ".*"
        (restriction,) = self.types[type_]
        assert restriction.get("base") == "xs:string"
        (pattern,) = restriction
        assert pattern.tag == f"{XS}pattern"
        return pattern.attrib["value"]

    def _content(self, element: ET.Element, type_: ET.Element) -> list[str]:
        local: dict[str, ET.Element] = {}
        models = [each for each in type_ if each.tag != f"{XS}attribute"]
        model = "".join(self._model(each, local) for each in models)
        wrong = []
        children = "".join(f"<{child.tag}>" for child in element)
        if not re.fullmatch(model, children):
            wrong.append(f"{element.tag} holds {children or 'nothing'}")
        words = "".join([element.text or "", *(child.tail or "" for child in element)])
        if words.strip() and type_.get("mixed") != "true":
            wrong.append(f"{element.tag} holds text")
        known = self.elements | local
        return [
            *wrong,
            *(each for child in element if child.tag in known for each in self._element(child, known[child.tag])),
        ]

    def _model(self, particle: ET.Element, local: dict[str, ET.Element]) -> str:
        """Give a content model as a regular expression over the children's tags."""
        if particle.tag == f"{XS}element":
            name = particle.get("ref") or particle.attrib["name"]
            if "name" in particle.attrib:
                local[name] = particle
            one = f"<{re.escape(name)}>"
        else:
            join = {f"{XS}sequence": "", f"{XS}choice": "|"}[particle.tag]
            one = join.join(self._model(each, local) for each in particle)
        least, most = particle.get("minOccurs", "1"), particle.get("maxOccurs", "1")
        return f"(?:{one}){{{least},{UNBOUNDED.get(most, most)}}}"
