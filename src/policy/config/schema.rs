//! The JSON Schema of the file, for editors.

use schemars::schema_for;
use serde_json::Value;

use super::syntax::ConfigSyntax;

/// The schema, indented. TOML has no null: an optional setting is either omitted or of its type.
pub fn schema() -> serde_json::Result<String> {
    let mut schema = serde_json::to_value(schema_for!(ConfigSyntax))?;
    remove_nulls(&mut schema);
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

fn remove_nulls(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.retain(|name, value| name != "default" || !value.is_null());
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|one| one != "null");
                if let [only] = &types[..] {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(any)) = fields.get_mut("anyOf") {
                any.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
            }
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(values) => values.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}
