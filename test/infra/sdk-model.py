"""Says what AWS's own model of its API has against some calls: types, required members, lengths, patterns, closed sets.

Reads one JSON object from standard input, {"service": ..., "operation": ..., "parameters": {...}}; prints a JSON list.
"""

import json
import re
import sys

import botocore.session
import botocore.validate


# Python's expressions know the classes of characters by other names than Java's.
CLASSES = {r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s"}


def in_python(pattern):
    for name, own in CLASSES.items():
        pattern = pattern.replace(name, own)
    return pattern


def faults(shape, value, path):
    kind = shape.type_name
    if kind == "structure":
        for name, member in value.items():
            yield from faults(shape.members[name], member, f"{path}.{name}")
    elif kind == "list":
        for at, member in enumerate(value):
            yield from faults(shape.member, member, f"{path}[{at}]")
    elif kind == "map":
        for name, member in value.items():
            yield from faults(shape.key, name, f"{path}.{name}")
            yield from faults(shape.value, member, f"{path}.{name}")
    elif kind == "string":
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(in_python(pattern), value):
            yield f"{path} is {value}, not {pattern}"
        if shape.enum and value not in shape.enum:
            yield f"{path} is {value}, none of those there are"
        if not shape.metadata.get("min", 0) <= len(value) <= shape.metadata.get("max", 1e9):
            yield f"{path} has {len(value)} characters"


call = json.load(sys.stdin)
model = botocore.session.get_session().get_service_model(call["service"])
shape = model.operation_model(call["operation"]).input_shape
report = botocore.validate.ParamValidator().validate(call["parameters"], shape)
print(json.dumps([report.generate_report()] if report.has_errors() else list(faults(shape, call["parameters"], "$"))))
