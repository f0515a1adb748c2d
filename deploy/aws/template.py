"""The template: read, and translated here, so that every engine gets the same resources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3  # noqa: TID251 - no function: the SAM translator wants a boto3 session
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.public.translator import Translator

TEMPLATE = Path(__file__).parent / "template.yaml"

Document = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions into their long ones."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> Document:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)


def read_template() -> Document:
    """Return the template as it is written."""
    found: Document = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    return found


def translated(region: str, edge_code: Mapping[str, str]) -> Document:
    """Return the template in plain CloudFormation, with the code for CloudFront in it."""
    # As JSON: what the file says once and means twice becomes two.
    template = json.loads(json.dumps(read_template()))
    for name, code in edge_code.items():
        template["Resources"][name]["Properties"]["FunctionCode"] = code
    # No managed policy is named, so none is looked up; the session only tells the region.
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    done: Document = translator.translate(template, parameter_values={})
    return done


def template_body(document: Document) -> bytes:
    """Return the bytes of a template: equal templates give equal bytes."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def template_key(body: bytes) -> str:
    return f"templates/{hashlib.sha256(body).hexdigest()}.json"
