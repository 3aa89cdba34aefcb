//! Identifiers in code, and labels in files of translations.

use super::{low, quiet, reported};

#[test]
fn identifiers_in_minified_code_are_quiet() {
    quiet(&[
        "r.token={name:6};r.password={name:7};",
        "!function(e){this.apiKey={name:6},e.secret={name:7};if(n.token==={name:9})t.x=1}(window);",
        "var token={name:6},password={name:7};",
        "let secret={name:8};o.api_key={name:8}[{name:6}],u.clientSecret={name:6}?1:{name:7};",
        "x({token:{name:8},password:{name:6},secret:{name:6}})",
        "return toObject(privateKey, formats.{name:8}Pkcs8)\n",
        "  this->token = {name:8};\n",
        "  self.password = {name:8};\n",
    ]);
}

#[test]
fn labels_of_other_languages_are_not_reported() {
    low(&[
        "    \"client_secret\": \"ASIAKASSALAISUUS\",\n    \"token\": \"KLANTGEHEIM\",\n",
        "    \"password\": \"TITKOSKULCS\",\n    \"api_key\": \"ZUGANGSSCHLUESSEL\",\n",
        "    \"password\": \"Contrase&ntilde;a\",\n    \"token\": \"Mot de passe oubli&eacute;\",\n",
        "    \"psk\": \"De sleutel moet in het formaat [RFC4279] zijn: 32, 64 of 128 tekens\",\n",
        "    \"password\": \"&#1055;&#1072;&#1088;&#1086;&#1083;&#1100;\",\n",
    ]);
}

#[test]
fn values_in_configuration_files_are_reported() {
    reported(&[
        "password={alnum:14}\n",
        "spring.datasource.password={alnum:14}\n",
        "db.token={alnum:20}\n",
        "  password: {alnum:14}\n",
        "helm install x --set auth.password={alnum:16},image.tag=7\n",
        "r.token=\"{alnum:20}\";\n",
        "cache.acme.test:6379,password={alnum:20},ssl=True\n",
    ]);
}
