//! Notations for assigning a value to a name, in programs, configurations and commands.

/// A notation: what it is called, and the text for a name and a value.
pub struct Notation {
    pub name: &'static str,
    write: fn(&Name, &str) -> String,
}

impl Notation {
    pub fn write(&self, name: &str, value: &str) -> String {
        (self.write)(&Name::new(name), value)
    }
}

/// A name in the spellings that languages require.
pub struct Name {
    words: Vec<String>,
}

impl Name {
    pub fn new(name: &str) -> Self {
        let words = name.split(['_', '-', '.']).map(str::to_ascii_lowercase).collect();
        Name { words }
    }
    pub fn upper(&self) -> String {
        self.words.join("_").to_ascii_uppercase()
    }
    pub fn snake(&self) -> String {
        self.words.join("_")
    }
    pub fn kebab(&self) -> String {
        self.words.join("-")
    }
    pub fn dotted(&self) -> String {
        self.words.join(".")
    }
    pub fn pascal(&self) -> String {
        self.words.iter().map(|word| capital(word)).collect()
    }
    pub fn camel(&self) -> String {
        let pascal = self.pascal();
        pascal[..1].to_ascii_lowercase() + &pascal[1..]
    }
    pub fn header(&self) -> String {
        self.words.iter().map(|word| capital(word)).collect::<Vec<_>>().join("-")
    }
}

fn capital(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}

/// As in the parameter of a query.
pub fn in_query(value: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    value
        .bytes()
        .map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

macro_rules! notations {
    ($($notation:literal: |$name:ident, $value:ident| $text:expr;)+) => {
        /// All of them. Failures are reported by these names.
        pub const NOTATIONS: &[Notation] = &[$(Notation { name: $notation, write: |$name, $value| $text }),+];
    };
}

notations! {
    "dotenv": |n, v| format!("DEBUG=1\n{}={v}\nPORT=80\n", n.upper());
    "export": |n, v| format!("#!/bin/sh\nexport {}=\"{v}\"\n", n.upper());
    "export, single quotes": |n, v| format!("export {}='{v}'\n", n.upper());
    "setx": |n, v| format!("setx {} \"{v}\"\n", n.upper());
    "setx, bare, for the machine": |n, v| format!("setx {} {v} /M\r\n", n.upper());
    "PowerShell": |n, v| format!("$env:{} = \"{v}\"\r\n", n.upper());
    "PowerShell, .NET": |n, v| format!("[System.Environment]::SetEnvironmentVariable('{}', '{v}', 'Machine')\r\n", n.upper());
    "cmd": |n, v| format!("@echo off\r\nset {}={v}\r\n", n.upper());
    "fish": |n, v| format!("set -gx {} {v}\n", n.upper());
    "YAML": |n, v| format!("app:\n  {}: {v}\n  port: 80\n", n.snake());
    "YAML, quoted": |n, v| format!("env:\n  {}: \"{v}\"\n", n.upper());
    "YAML, pair": |n, v| format!("env:\n  - name: {}\n    value: \"{v}\"\n", n.upper());
    "YAML, bare pair": |n, v| format!("        - name: {}\n          value: {v}\n", n.upper());
    "YAML, list of assignments": |n, v| format!("environment:\n  - {}={v}\n", n.upper());
    "YAML, folded": |n, v| format!("{}: >-\n  {v}\n", n.snake());
    "JSON": |n, v| format!("{{\n  \"{}\": \"{v}\",\n  \"port\": 80\n}}\n", n.camel());
    "JSON, one line": |n, v| format!("{{\"{}\":\"{v}\",\"port\":80}}", n.snake());
    "JSON, pair": |n, v| format!("[{{\"name\": \"{}\", \"value\": \"{v}\"}}]", n.upper());
    "JSON, key and value": |n, v| format!("[{{\"key\": \"{}\", \"value\": \"{v}\"}}]", n.upper());
    "JSON in a string": |n, v| format!("body = \"{{\\\"{}\\\": \\\"{v}\\\"}}\"\n", n.snake());
    "TOML": |n, v| format!("[app]\n{} = \"{v}\"\n", n.snake());
    "TOML, inline table": |n, v| format!("app = {{ {} = \"{v}\", port = 80 }}\n", n.snake());
    "INI": |n, v| format!("[app]\n{} = {v}\nport = 80\n", n.snake());
    "XML attributes": |n, v| format!("<add key=\"{}\" value=\"{v}\" />\n", n.pascal());
    "XML attribute": |n, v| format!("<client {}=\"{v}\"/>\n", n.camel());
    "XML element": |n, v| format!("<{0}>{v}</{0}>\n", n.camel());
    "XML, named element": |n, v| format!("<string name=\"{}\">{v}</string>\n", n.snake());
    "property list": |n, v| format!("<key>{}</key>\n\t<string>{v}</string>\n", n.pascal());
    "properties": |n, v| format!("# app\n{}={v}\n", n.dotted());
    "properties, blanks": |n, v| format!("{} = {v}\n", n.dotted());
    "PHP define": |n, v| format!("<?php\ndefine('{}', '{v}');\n", n.upper());
    "wp-config": |n, v| format!("define( '{}', \"{v}\" );\n", n.upper());
    "PHP variable": |n, v| format!("<?php ${} = '{v}';\n", n.snake());
    "PHP array": |n, v| format!("return [\n    '{}' => '{v}',\n];\n", n.snake());
    "Laravel": |n, v| format!("'key' => env('{}', '{v}'),\n", n.upper());
    "Python": |n, v| format!("{} = \"{v}\"\n", n.upper());
    "Python, bytes and annotation": |n, v| format!("{}: bytes = b'{v}'\n", n.upper());
    "Python, keyword argument": |n, v| format!("client = Client(region=\"a\", {}=\"{v}\")\n", n.snake());
    "Python, environment": |n, v| format!("os.environ[\"{}\"] = \"{v}\"\n", n.upper());
    "Python, default": |n, v| format!("k = os.environ.get(\"{}\", \"{v}\")\n", n.upper());
    "Python, dictionary": |n, v| format!("config = {{'{}': '{v}'}}\n", n.snake());
    "Django": |n, v| format!("{} = env.str('{0}', default='{v}')\n", n.upper());
    "JavaScript": |n, v| format!("const {} = '{v}';\n", n.camel());
    "JavaScript, object": |n, v| format!("module.exports = {{ {}: `{v}`, port: 80 }};\n", n.camel());
    "JavaScript, environment": |n, v| format!("process.env.{} = \"{v}\";\n", n.upper());
    "JavaScript, default": |n, v| format!("const k = process.env.{} || '{v}';\n", n.upper());
    "TypeScript": |n, v| format!("  private readonly {}: string = '{v}';\n", n.camel());
    "TypeScript, nullish": |n, v| format!("const k = process.env['{}'] ?? \"{v}\";\n", n.upper());
    "Ruby": |n, v| format!("{} = '{v}'\n", n.upper());
    "Ruby, environment": |n, v| format!("ENV['{}'] ||= \"{v}\"\n", n.upper());
    "Ruby, fetch": |n, v| format!("k = ENV.fetch('{}', '{v}')\n", n.upper());
    "Ruby, hash": |n, v| format!("config = {{ :{} => '{v}' }}\n", n.snake());
    "Ruby, keyword argument": |n, v| format!("Client.new({}: '{v}')\n", n.snake());
    "Rails": |n, v| format!("Rails.application.config.{} = '{v}'\n", n.snake());
    "Go": |n, v| format!("\t{} := \"{v}\"\n", n.camel());
    "Go, constant": |n, v| format!("const {} string = `{v}`\n", n.pascal());
    "Go, structure": |n, v| format!("cfg := Config{{\n\t{}: \"{v}\",\n}}\n", n.pascal());
    "Go, environment": |n, v| format!("os.Setenv(\"{}\", \"{v}\")\n", n.upper());
    "Java": |n, v| format!("private static final String {} = \"{v}\";\n", n.upper());
    "Java, builder": |n, v| format!("Client.builder().{}(\"{v}\").build();\n", n.camel());
    "Java, setter": |n, v| format!("client.set{}(\"{v}\");\n", n.pascal());
    "Java, property": |n, v| format!("System.setProperty(\"{}\", \"{v}\");\n", n.dotted());
    "Java, map": |n, v| format!("env.put(\"{}\", \"{v}\");\n", n.upper());
    "Testcontainers": |n, v| format!("container.withEnv(\"{}\", \"{v}\");\n", n.upper());
    "Spring": |n, v| format!("@Value(\"${{{}:{v}}}\")\n", n.dotted());
    "C#": |n, v| format!("public const string {} = \"{v}\";\n", n.pascal());
    "C#, property": |n, v| format!("public string {} {{ get; set; }} = \"{v}\";\n", n.pascal());
    "C#, initialiser": |n, v| format!("new Options {{ {} = @\"{v}\" }};\n", n.pascal());
    "C#, named argument": |n, v| format!("new Client({}: \"{v}\");\n", n.camel());
    "C#, index": |n, v| format!("config[\"App:{}\"] = \"{v}\";\n", n.pascal());
    "Kotlin": |n, v| format!("private val {}: String = \"{v}\"\n", n.camel());
    "Kotlin, constant": |n, v| format!("const val {} = \"\"\"{v}\"\"\"\n", n.upper());
    "Gradle": |n, v| format!("buildConfigField(\"String\", \"{}\", \"\\\"{v}\\\"\")\n", n.upper());
    "Gradle, extra": |n, v| format!("ext.{} = '{v}'\n", n.camel());
    "Swift": |n, v| format!("static let {} = \"{v}\"\n", n.camel());
    "Swift, argument": |n, v| format!("Client({}: \"{v}\")\n", n.camel());
    "Objective-C": |n, v| format!("NSString *const {} = @\"{v}\";\n", n.pascal());
    "Rust": |n, v| format!("const {}: &str = \"{v}\";\n", n.upper());
    "Rust, field": |n, v| format!("Config {{ {}: \"{v}\".to_string() }}\n", n.snake());
    "Rust, environment": |n, v| format!("std::env::set_var(\"{}\", \"{v}\");\n", n.upper());
    "Rust, raw string": |n, v| format!("let {} = String::from(r#\"{v}\"#);\n", n.snake());
    "Scala": |n, v| format!("val {}: String = \"{v}\"\n", n.camel());
    "Scala, map": |n, v| format!("Map(\"{}\" -> \"{v}\")\n", n.snake());
    "Perl": |n, v| format!("my ${} = '{v}';\n", n.snake());
    "Perl, environment": |n, v| format!("$ENV{{{}}} = '{v}';\n", n.upper());
    "Perl, hash": |n, v| format!("my %c = ({} => q{{{v}}});\n", n.snake());
    "C": |n, v| format!("#define {} \"{v}\"\n", n.upper());
    "C, array": |n, v| format!("static const char {}[] = \"{v}\";\n", n.snake());
    "Dart": |n, v| format!("static const String {} = '{v}';\n", n.camel());
    "Elixir": |n, v| format!("config :app, {}: \"{v}\"\n", n.snake());
    "Lua": |n, v| format!("local {} = \"{v}\"\n", n.snake());
    "R": |n, v| format!("{} <- \"{v}\"\n", n.snake());
    "R, environment": |n, v| format!("Sys.setenv({} = \"{v}\")\n", n.upper());
    "HTTP header": |n, v| format!("GET / HTTP/1.1\r\nHost: a.test\r\nX-{}: {v}\r\n\r\n", n.header());
    "HTTP header in code": |n, v| format!("req.Header.Set(\"X-{}\", \"{v}\")\n", n.header());
    "HTTP header in an object": |n, v| format!("headers: {{ 'x-{}': '{v}' }}\n", n.kebab());
    "curl -H": |n, v| format!("curl -s -H \"X-{}: {v}\" https://a.test/v1/x\n", n.header());
    "curl -d": |n, v| format!("curl -d '{{\"{}\":\"{v}\"}}' https://a.test/v1/x\n", n.snake());
    "query": |n, v| format!("https://a.test/v1/x?{}={}&page=2\n", n.snake(), in_query(v));
    "query, second": |n, v| format!("fetch(\"https://a.test/?p=2&{}={}\")\n", n.camel(), in_query(v));
    "SQL, insert": |n, v| format!("INSERT INTO settings (name, value) VALUES ('{}', '{v}');\n", n.snake());
    "SQL, update": |n, v| format!("UPDATE app SET {} = '{v}' WHERE id = 1;\n", n.snake());
    "Terraform": |n, v| format!("provider \"app\" {{\n  {} = \"{v}\"\n}}\n", n.snake());
    "Terraform, variable": |n, v| format!("variable \"{}\" {{\n  type    = string\n  default = \"{v}\"\n}}\n", n.snake());
    "Dockerfile": |n, v| format!("FROM a\nENV {}={v}\n", n.upper());
    "Dockerfile, old": |n, v| format!("FROM a\nENV {} {v}\nRUN a\n", n.upper());
    "Dockerfile, argument": |n, v| format!("ARG {}=\"{v}\"\n", n.upper());
    "docker run": |n, v| format!("docker run --rm -e {}={v} -p 80:80 a\n", n.upper());
    "heredoc": |n, v| format!("cat <<EOF > .env\n{}={v}\nEOF\n", n.upper());
    "option": |n, v| format!("app --{} {v} --port 80\n", n.kebab());
    "option, equals": |n, v| format!("app --{}={v} --port 80\n", n.kebab());
    "Makefile": |n, v| format!("{} ?= {v}\n", n.upper());
    "shell default": |n, v| format!("K=${{{}:-{v}}}\n", n.upper());
    "Helm --set": |n, v| format!("helm install a ./a --set app.{}={v}\n", n.camel());
    "Jenkinsfile": |n, v| format!("environment {{\n    {} = '{v}'\n}}\n", n.upper());
    "netlify and systemd": |n, v| format!("[Service]\nEnvironment=\"{}={v}\"\n", n.upper());
    "comment": |n, v| format!("// {}: {v}\n", n.camel());
    "Markdown": |n, v| format!("| `{}` | `{v}` |\n", n.upper());
    "words": |n, v| format!("{}: {v}\n", n.words.join(" "));
}

/// The name of a context, and the text with a value in it.
pub type Context = (&'static str, fn(&str) -> String);

/// Contexts of a token that is not the value of a named variable.
pub const CONTEXTS: &[Context] = &[
    ("bare", |v| format!("{v}\n")),
    ("bearer", |v| format!("Authorization: Bearer {v}\r\n")),
    ("bearer in code", |v| format!("headers = {{\"Authorization\": \"Bearer {v}\"}}\n")),
    ("curl -H", |v| format!("curl -H 'Authorization: token {v}' https://a.test/\n")),
    ("curl -u, user", |v| format!("curl -u {v}: https://a.test/\n")),
    ("curl -u, password", |v| format!("curl -u \"me:{v}\" https://a.test/\n")),
    (".npmrc", |v| format!("//npm.a.test/:_authToken={v}\n")),
    (".netrc", |v| format!("machine a.test login me password {v}\n")),
    (".pypirc", |v| format!("[a]\nusername = __token__\npassword = {v}\n")),
    (".git-credentials", |v| format!("https://me:{}@git.a.test\n", in_query(v))),
    ("clone", |v| format!("git clone https://{}@git.a.test/a/b.git\n", in_query(v))),
    ("kubeconfig", |v| format!("users:\n- name: me\n  user:\n    token: {v}\n")),
    ("Maven", |v| format!("<server><id>a</id><password>{v}</password></server>\n")),
    ("Composer", |v| {
        format!(
            "{{\"http-basic\": {{\"a.test\": {{\"username\": \"me\", \"password\": \"{v}\"}}}}}}\n"
        )
    }),
    ("constructor", |v| format!("client = new Client('{v}');\n")),
    ("sentence", |v| format!("The token is {v}, do not share it.\n")),
];
