//! Templates and manifests: a block below the name, or several members between name and value.

use super::{Camel, Case, Pascal, Snake, Upper, assert_found, assert_quiet};

const BLOCKS: [(Case, &str); 17] = [
    (Pascal, "Parameters:\n  NAME:\n    Type: String\n    Default: VALUE\n"),
    (
        Pascal,
        "Parameters:\n  NAME:\n    NoEcho: true\n    Type: String\n    \
         Description: The account of the database, with all rights\n    MinLength: 8\n    \
         Default: \"VALUE\"\n",
    ),
    (Pascal, "{\"Parameters\": {\"NAME\": {\"Type\": \"String\", \"Default\": \"VALUE\"}}}"),
    (
        Pascal,
        "\"NAME\": {\n  \"Description\": \"The account\",\n  \"AllowedPattern\": \"[a-z]*\",\n  \
         \"Default\": \"VALUE\"\n}",
    ),
    (Snake, "variable \"NAME\" {\n  type    = string\n  default = \"VALUE\"\n}"),
    (Snake, "variable \"NAME\" {\n  default = \"VALUE\"\n  description = \"x\"\n}"),
    (
        Snake,
        "variable \"NAME\" {\n  # rotated by hand\n  description = \"of {main}\"\n  validation {\n    \
         condition = length(var.x) > 7\n  }\n\n  default = \"VALUE\"\n}",
    ),
    (Snake, "variable NAME {\n  default = \"VALUE\"\n}"),
    (
        Camel,
        "\"NAME\": {\n  \"type\": \"securestring\",\n  \"metadata\": {\n    \"description\": \
         \"For the VM\"\n  },\n  \"defaultValue\": \"VALUE\"\n}",
    ),
    (Camel, "\"NAME\": {\n  \"value\": \"VALUE\"\n}"),
    (Upper, "\"NAME\": {\"description\": \"A, b\", \"required\": true, \"value\": \"VALUE\"}"),
    (Snake, "  NAME:\n    type: string\n    format: password\n    default: VALUE\n"),
    (
        Snake,
        "inputs:\n  NAME:\n    description: Of the service\n    required: false\n    default: VALUE\n",
    ),
    (Upper, "variables:\n  NAME:\n    description: \"For it: ask\"\n    value: \"VALUE\"\n"),
    (Camel, "config:\n  app:NAME:\n    value: VALUE\n"),
    (Snake, "\"NAME\": {\"type\": \"string\", \"maxLength\": 99, \"default\": \"VALUE\"}"),
    (Snake, "NAME: # of the service\n  VALUE\n"),
];

const PAIRS: [(Case, &str); 16] = [
    (Upper, "env:\n  - name: NAME\n    value: VALUE\n"),
    (Upper, "env:\n  - {name: NAME, value: VALUE}\n"),
    (Upper, "env: [{name: \"NAME\", value: \"VALUE\"}]\n"),
    (Upper, "env:\n  - name: NAME # rotate this\n    # every month\n    value: VALUE\n"),
    (Upper, "env:\n  - value: \"VALUE\"\n    name: NAME\n"),
    (Camel, "parameters:\n- name: NAME\n  displayName: To use\n  type: string\n  default: VALUE\n"),
    (
        Snake,
        "vars_prompt:\n  - name: NAME\n    prompt: \"What is it?\"\n    private: yes\n    \
         default: \"VALUE\"\n",
    ),
    (Camel, "{\"key\": \"NAME\", \"type\": \"string\", \"enabled\": true, \"value\": \"VALUE\"}"),
    (Upper, "- option_name: NAME\n  value: VALUE\n"),
    (Pascal, "[{\"ParameterKey\": \"NAME\", \"ParameterValue\": \"VALUE\"}]"),
    (Upper, "environment = [\n  { name = \"NAME\", value = \"VALUE\" },\n]"),
    (
        Upper,
        "environment_variable {\n  name  = \"NAME\"\n  type  = \"PLAINTEXT\"\n  value = \"VALUE\"\n}",
    ),
    (Upper, "{\"name\": \"NAME\", \"secureValue\": \"VALUE\"}"),
    (Upper, "services:\n  a:\n    environment:\n      - \"NAME=VALUE\"\n"),
    (Upper, "services:\n  a:\n    environment: { NAME: \"VALUE\", A: b }\n"),
    (Upper, "[env]\n  NAME = \"VALUE\"\n"),
];

#[test]
fn values_of_a_block_below_the_name_are_found() {
    assert_found(&BLOCKS);
}

#[test]
fn values_of_pairs_are_found() {
    assert_found(&PAIRS);
}

#[test]
fn other_members_of_blocks_and_pairs_are_quiet() {
    assert_quiet(&[
        "  DBPassword:\n    Type: AWS::SSM::Parameter::Value<String>\n    Default: /prod/db/k9x2\n",
        "password:\n  type: string\n  default: null\n",
        // A sibling of the name's block, and a member one level deeper.
        "password:\n  from: env\nother:\n  default: q7Rz0P<>k3LmX9vTn2WbYs\n",
        "api_token:\n  schema:\n    default: q7Rz0P<>k3LmX9vTn2WbYs\n",
        "variable \"api_token\" {\n  type = string\n}\nvariable \"image\" {\n  default = \"q7Rz0P<>k3LmX9vTn2WbYs\"\n}",
        "- name: API_TOKEN\n  valueFrom:\n    secretKeyRef:\n      name: q7Rz0P<>k3LmX9vTn2WbYs\n",
        "- name: API_TOKEN\n- name: IMAGE\n  value: q7Rz0P<>k3LmX9vTn2WbYs\n",
        "[{\"name\": \"IMAGE\", \"value\": \"q7Rz0P<>k3LmX9vTn2WbYs\"}, {\"name\": \"API_TOKEN\"}]",
        "password: { type: String, required: true, default: '' },",
        "interface ApiKey { value: string2Value }",
        "adminPassword: { value: '@Microsoft.KeyVault(SecretUri=https://acme.test/k9x2)' }",
    ]);
}
