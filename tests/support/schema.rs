//! Checks a JSON report against `docs/report.schema.json`, with the keywords of JSON Schema that
//! the file uses and no others.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// The schema of the JSON report.
pub fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json")
}

/// Fails unless the report is as the schema requires and has no field that is missing from the
/// schema.
#[track_caller]
pub fn assert_valid(report: &Value) {
    let schema: Value = serde_json::from_slice(&fs::read(file()).unwrap()).unwrap();
    let mut errors = Vec::new();
    Validator { root: &schema }.check(report, &schema, "$", &mut errors);
    assert!(errors.is_empty(), "{}\n{report:#}", errors.join("\n"));
}

struct Validator<'s> {
    root: &'s Value,
}

impl Validator<'_> {
    /// Adds what is wrong with the value at that path.
    fn check(&self, value: &Value, schema: &Value, path: &str, errors: &mut Vec<String>) {
        let schema = schema.as_object().unwrap_or_else(|| panic!("{path}: {schema}"));
        for (keyword, rule) in schema {
            let is_met = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "format" | "required" => true,
                "$ref" => {
                    let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                    self.check(value, self.root.pointer(pointer).unwrap(), path, errors);
                    true
                }
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|name| is_of(value, name)),
                    name => is_of(value, name),
                },
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => !value.is_number() || value.as_f64() >= rule.as_f64(),
                "pattern" => {
                    let pattern = regex::Regex::new(rule.as_str().unwrap()).unwrap();
                    value.as_str().is_none_or(|text| pattern.is_match(text))
                }
                "anyOf" | "oneOf" => rule.as_array().unwrap().iter().any(|one| {
                    let mut errors = Vec::new();
                    self.check(value, one, path, &mut errors);
                    errors.is_empty()
                }),
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(item, rule, &format!("{path}[{index}]"), errors);
                    }
                    true
                }
                "properties" => {
                    if let Some(fields) = value.as_object() {
                        self.check_fields(fields, schema, path, errors);
                    }
                    true
                }
                unknown => panic!("{path}: the schema uses `{unknown}`, which is not checked here"),
            };
            if !is_met {
                errors.push(format!("{path}: {value} is not {keyword} {rule}"));
            }
        }
    }

    fn check_fields(
        &self,
        fields: &Map<String, Value>,
        schema: &Map<String, Value>,
        path: &str,
        errors: &mut Vec<String>,
    ) {
        let properties = schema["properties"].as_object().unwrap();
        for (name, value) in fields {
            match properties.get(name) {
                Some(rule) => self.check(value, rule, &format!("{path}.{name}"), errors),
                None => errors.push(format!("{path}.{name} is not in the schema")),
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                errors.push(format!("{path}.{name} is missing"));
            }
        }
    }
}

/// Whether a value is of a type of JSON Schema.
fn is_of(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type {other}"),
    }
}
