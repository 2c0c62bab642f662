"""JSON Schema of the design files, made from the same models, for completion and checking in editors."""

from typing import Any

from photonics.errors import InputError, nearest
from photonics.quantity import DIMENSIONS, Dimension
from photonics.spec.base import Spec, slots_of
from photonics.spec.load import MODELS
from photonics.spec.scalar import CONFIDENCES

_NUMBER = r"^\s*[+-]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*"


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a design file of that kind: "link", "cable", "switch" or "cluster".

    Only `schema` is required, because a part or a base may supply the rest; what is truly missing is told
    when the file is read.
    """
    if kind not in MODELS:
        raise InputError.of("", "kind", f"'{kind}'", ", ".join(MODELS), nearest(kind, MODELS))
    model = MODELS[kind]
    schema = model.model_json_schema(mode="validation")
    definitions = schema.pop("$defs", {})
    used: set[str] = set()
    for name, inner in {kind: schema, **definitions}.items():
        owner = model if name == kind else _model_named(model, name)
        _open_up(inner, owner, used)
    for name in sorted(used):
        definitions[f"scalar-{name}"] = _scalar_schema(DIMENSIONS[name])
    properties = {"schema": {"const": f"photonics/{kind}/1", "description": "What this file describes."}}
    properties |= schema.pop("properties")
    if kind == "link":
        properties["fibre"] = {
            "$ref": "#/$defs/PathElement",
            "description": "Keys put over every fibre of the path.",
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"photonics/{kind}/1",
        **schema,
        "properties": properties,
        "required": ["schema"],
        "$defs": definitions,
    }


def _model_named(model: type[Spec], name: str) -> type[Spec] | None:
    for slot in slots_of(model).fields.values():
        if slot.model is not None:
            if slot.model.__name__ == name:
                return slot.model
            found = _model_named(slot.model, name)
            if found is not None:
                return found
    return None


def _open_up(schema: dict[str, Any], owner: type[Spec] | None, used: set[str]) -> None:
    """Replace scalar markers by references, drop `required`, allow units in keys."""
    _refer(schema, used)
    schema.pop("required", None)
    if owner is None:
        return
    patterns = {}
    for name, slot in slots_of(owner).fields.items():
        if slot.scalar is not None and slot.scalar.dimension.suffixes:
            endings = "|".join(sorted(slot.scalar.dimension.suffixes))
            patterns[f"^{name}_({endings})$"] = {"$ref": f"#/$defs/scalar-{slot.scalar.name}"}
    if patterns:
        schema["patternProperties"] = patterns


def _refer(node: Any, used: set[str]) -> None:
    if isinstance(node, dict):
        name = node.pop("x-dimension", None)
        if name is not None:
            node.pop("$comment", None)
            node["$ref"] = f"#/$defs/scalar-{name}"
            used.add(name)
        if node.get("default", 0) is None:
            del node["default"]
        if "anyOf" in node and {"type": "null"} in node["anyOf"]:
            # TOML has no null: an optional key is absent.
            rest = [item for item in node.pop("anyOf") if item != {"type": "null"}]
            node.update(rest[0] if len(rest) == 1 else {"anyOf": rest})
            _refer(node, used)
            return
        for value in node.values():
            _refer(value, used)
    elif isinstance(node, list):
        for value in node:
            _refer(value, used)


def _scalar_schema(dimension: Dimension) -> dict[str, Any]:
    units = [unit for unit in dimension.units if unit]
    escaped = "|".join("".join("\\" + c if c in "()^*+?.|$[]{}\\" else c for c in unit) for unit in units)
    optional = "?" if "" in dimension.units else ""
    number: dict[str, Any] = {"type": "integer" if dimension.whole else "number"}
    text = {"type": "string", "pattern": f"{_NUMBER}({escaped}){optional}\\s*$" if units else f"{_NUMBER}$"}
    value = {"anyOf": [text, number]}
    words = {"type": "string", "minLength": 1}
    parameters = (
        "value",
        "min",
        "typ",
        "max",
        "mean",
        "sigma",
        "low",
        "mode",
        "high",
        "median",
        "sigma_ratio",
    )
    table = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: value for name in parameters}
        | {"distribution": {"enum": ["normal", "uniform", "triangular", "lognormal"]}}
        | {"confidence": {"enum": list(CONFIDENCES)}}
        | {name: words for name in ("source", "note", "group")}
        | {"date": {"anyOf": [words, {"type": "integer"}]}},
        "anyOf": [
            {"required": ["value"]},
            {"required": ["min", "typ", "max"]},
            {"required": ["distribution"]},
        ],
    }
    return {
        "description": f"{dimension.allowed_text()}; {dimension.limits_text()}",
        "anyOf": [text, number, table],
    }
