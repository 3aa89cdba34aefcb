//! A name and its value as configuration files and programs write them.

/// The name and the value in 24 notations; one may be a part of a value's own syntax, such as
/// quotes, so a value must contain no quotes and no blanks.
pub fn written(name: &str, value: &str) -> Vec<String> {
    [
        "PORT=80\n{n}={v}\nHOST=x\n",
        "{n}=\"{v}\"\nHOST=x\n",
        "export {n}='{v}'\n",
        "app:\n  {n}: {v}\n  host: x\n",
        "app:\n  {n}: \"{v}\"\n  host: x\n",
        "app:\n  {n}: '{v}'\n  host: x\n",
        "{\n  \"host\": \"x\",\n  \"{n}\": \"{v}\",\n  \"port\": 1\n}\n",
        "{\"{n}\": \"{v}\"}\n",
        "<config>\n  <{n}>{v}</{n}>\n</config>\n",
        "<add key=\"{n}\" value=\"{v}\" />\n",
        "<property name=\"{n}\" value=\"{v}\"/>\n",
        "app.{n}={v}\n",
        "{n} = \"{v}\"\n",
        "const {n} = '{v}';\n",
        "const c = { {n}: \"{v}\" };\n",
        "client = Client({n}=\"{v}\", timeout=3)\n",
        "String {n} = \"{v}\";\n",
        "os.Setenv(\"{n}\", \"{v}\")\n",
        "define('{n}', '{v}');\n",
        "  {n} = \"{v}\"\n",
        "let {n}: &str = \"{v}\";\n",
        "[app]\n{n} = {v}\n",
        "ENV {n}={v}\n",
        "  - name: {n}\n    value: \"{v}\"\n",
    ]
    .into_iter()
    .map(|notation| notation.replace("{n}", name).replace("{v}", value))
    .collect()
}
