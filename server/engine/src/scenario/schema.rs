//! `scenario.toml` as a JSON Schema, from the same tables of keys as the checks: for editors that know schemas.

use serde_json::{Map, Value, json};

use super::check::sections::{self, Need, SECTIONS, Shape, top_kinds};
use super::limits;

/// JSON Schema, draft 2020-12. Grammar inside a text (rules, expressions) is left to `check`.
#[must_use]
pub fn schema() -> Value {
    let head = sections::keys("scenario").unwrap_or_default();
    let mut properties = keys("scenario");
    for kind in top_kinds() {
        // `[people]` stands once and has no id.
        let one = if kind == "people" { thing(kind) } else { things(kind) };
        properties.insert(kind.into(), one);
    }
    let required: Vec<&str> = head.iter().filter(|k| matches!(k.need, Need::Required)).map(|k| k.name).chain(["people"]).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "scenario.toml",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A table of things of one kind, by id.
fn things(kind: &str) -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": format!("^[a-z][a-z0-9_]{{0,{}}}$", limits::ID_SIGNS - 1) },
        "additionalProperties": thing(kind),
    })
}

fn thing(kind: &str) -> Value {
    let mut properties = keys(kind);
    if let Some(inner) = SECTIONS.iter().find(|s| s.inside == Some(kind)) {
        properties.insert(inner.kind.into(), things(inner.kind));
    }
    let always = sections::keys(kind).unwrap_or_default().iter().filter(|k| matches!(k.need, Need::Required));
    let required: Vec<&str> = always.map(|k| k.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn keys(kind: &str) -> Map<String, Value> {
    let keys = sections::keys(kind).unwrap_or_default();
    keys.iter()
        .map(|key| {
            let mut shapes: Vec<Value> = key.shapes.iter().map(|s| shape(*s)).collect();
            let mut value = if shapes.len() == 1 { shapes.remove(0) } else { json!({ "anyOf": shapes }) };
            if !key.example.is_empty() {
                value["description"] = key.example.into();
            }
            (key.name.to_string(), value)
        })
        .collect()
}

fn shape(shape: Shape) -> Value {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": text });
    match shape {
        Shape::Text => text,
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Texts => texts,
        Shape::Words(words) => json!({ "type": "array", "items": { "enum": words } }),
        Shape::Int { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Range => json!({ "type": "array", "items": { "type": "integer" }, "minItems": 2, "maxItems": 2 }),
        Shape::Ints => json!({ "type": "array", "items": { "type": "integer" } }),
        Shape::Map => json!({ "type": "object" }),
        Shape::TextMap => json!({ "type": "object", "additionalProperties": text }),
        Shape::Inputs => json!({
            "type": "object",
            "additionalProperties": { "anyOf": [text, { "type": "object", "properties": { "is": text }, "required": ["is"] }] },
        }),
        Shape::TextLists => json!({ "type": "array", "items": texts }),
        Shape::Maps => json!({ "type": "array", "items": { "type": "object" } }),
        Shape::Anything => json!({}),
    }
}
