//! `scenarios/scenario.schema.json` is generated from the tables of keys; this test fails when it is stale.
//! `SOFIA_WRITE_SCHEMA=1 cargo test --test all schema` writes it anew.

use serde_json::Value;
use sofia_engine::scenario::schema::schema;
use std::path::Path;

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/scenario.schema.json")
}

#[test]
fn schema_is_fresh() {
    let text = format!("{:#}\n", schema());
    if std::env::var_os("SOFIA_WRITE_SCHEMA").is_some() {
        std::fs::write(path(), &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path()).unwrap_or_default(), text, "run SOFIA_WRITE_SCHEMA=1 cargo test --test all schema");
}

/// What an editor would underline: enough of the standard for our schema.
fn faults(schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = |s: &Value| {
            let mut inner = Vec::new();
            faults(s, value, at, &mut inner);
            inner.is_empty()
        };
        if !any.iter().any(fits) {
            out.push(format!("{at}: none of {any:?}"));
        }
    }
    let is = match value {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        _ => "integer",
    };
    if schema["type"].as_str().is_some_and(|t| t != is) {
        out.push(format!("{at}: {is} is not {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        out.push(format!("{at}: {value} is not among {}", schema["enum"]));
    }
    for key in schema["required"].as_array().into_iter().flatten() {
        if value.is_object() && value.get(key.as_str().unwrap()).is_none() {
            out.push(format!("{at}: {key} is missing"));
        }
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        match (schema["properties"].get(key), schema.get("additionalProperties")) {
            (Some(known), _) => faults(known, inner, &format!("{at}.{key}"), out),
            (None, Some(Value::Bool(false))) => out.push(format!("{at}: {key} is unknown")),
            (None, Some(rest)) => faults(rest, inner, &format!("{at}.{key}"), out),
            (None, None) => {}
        }
    }
    for (n, inner) in value.as_array().into_iter().flatten().enumerate() {
        faults(&schema["items"], inner, &format!("{at}[{n}]"), out);
    }
}

fn found(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    faults(&schema(), &toml::from_str(text).unwrap(), "scenario", &mut out);
    out
}

#[test]
fn shipped_scenarios_are_fine_for_the_schema_and_a_slip_is_not() {
    for folder in super::tidy::shipped() {
        let text = std::fs::read_to_string(folder.join("scenario.toml")).unwrap();
        assert_eq!(found(&text), Vec::<String>::new(), "{}", folder.display());
        let slipped = text.replacen("absent = ", "assent = ", 1);
        assert_eq!(found(&slipped), ["scenario.people: \"absent\" is missing", "scenario.people: assent is unknown"], "{}", folder.display());
    }
}
