//! Lock files, manifests and lists of digests.

use super::{quiet, reported};

#[test]
fn lock_files_of_javascript_are_quiet() {
    quiet(&[
        "      '@firebase/auth-compat': {version}_{hex:32}\n",
        "      '@firebase/auth-types': {version}_{lower:26}\n",
        "      js-tokens: {version}_{lower:26}\n",
        "      '@nestjs/passport': {version}(@nestjs/common@{version})(react@{version})\n",
        "      js-tokens: https://codeload.github.com/acme/js-tokens/tar.gz/{hex:40}\n",
        "  resolved \"https://registry.yarnpkg.com/js-tokens/-/js-tokens-{version}.tgz#{hex:40}\"\n",
        "    path-key: \"npm:^{version}\"\n    js-tokens: \"patch:js-tokens@npm%3A{version}#~/.yarn/patches/{hex:10}.patch\"\n",
        "  checksum: 10c0/{hex:128}\n",
        "        \"@octokit/auth-token\": \"git+ssh://git@github.com/acme/x.git#{hex:40}\",\n",
        "        \"js-tokens\": \"github:acme/js-tokens#{hex:40}\"\n",
        "    \"js-tokens\": [\"js-tokens@{version}\", \"\", {}, \"sha512-{base64:64}\"],\n",
        "    \"https://deno.land/x/oauth2_client@v{version}/src/token.ts\": \"{hex:64}\",\n",
    ]);
}

#[test]
fn lock_files_of_other_languages_are_quiet() {
    quiet(&[
        "golang.org/x/oauth2 v0.0.0-20190226205417-{hex:12} h1:{base64:32}\n",
        "\tgithub.com/acme/token v0.0.0-20190226205417-{hex:12}\n",
        "\"checksum auth-git2 {version} (registry+https://github.com/rust-lang/crates.io-index)\" = \"{hex:64}\"\n",
        " \"oauth2 {version} (git+https://github.com/x/oauth2?rev={hex:7}#{hex:40})\",\n",
        "keyring = [\n    {file = \"keyring-{version}.tar.gz\", hash = \"sha256:{hex:64}\"},\n]\n",
        "django-oauth-toolkit = [\"{hex:64}\", \"{hex:64}\"]\n",
        "google-auth=={version} \\\n    --hash=sha256:{hex:64}\n",
        "    simple_token_authentication ({version})\n  oauth2 ({version}) sha256={hex:64}\n",
        "                \"url\": \"https://api.github.com/repos/tymon/jwt-auth/zipball/{hex:40}\",\n",
        "  Firebase: {hex:40}\n  FirebaseAuth: {hex:40}\n  gRPC-Core: {hex:40}\n  nanopb: {hex:40}\n",
        "  \"joken_token\": {:git, \"https://github.com/x/joken_token.git\", \"{hex:40}\", []},\n",
        "  \"ueberauth\": {:hex, :ueberauth, \"{version}\", \"{hex:64}\", [:mix], [], \"hexpm\", \"{hex:64}\"},\n",
        "  firebase_auth:\n    description:\n      name: firebase_auth\n      sha256: \"{hex:64}\"\n",
        "         <trusted-key id=\"{hex:40}\" group=\"com.auth0\"/>\n         <pgp value=\"{hex:40}\"/>\n",
        "    \"com.google.auth:google-auth-library-credentials:jar\": \"{hex:64}\",\n",
        "    \"com.google.auth:google-auth-library-credentials\": \"{hex:64}\",\n",
        "          \"Microsoft.IdentityModel.Tokens\": \"{version}-preview.7.{lower:8}\"\n",
        "x/auth.py,sha256={alnum:43},7471\n",
    ]);
}

#[test]
fn a_digest_beside_a_path_is_quiet() {
    quiet(&[
        " /etc/cron.daily/passwd {hex:32}\n /etc/pam.d/chpasswd {hex:32} obsolete\n",
        "{hex:32}  etc/cron.daily/passwd\n{hex:32}  usr/share/doc/token\n",
        "{hex:64} *htpasswd\n{hex:64}  token\n{hex:64}  api_key\n",
        "SHA256 (passwd) = {hex:64}\nMD5 (etc/api_key) = {hex:32}\nSHA1 (secret) = {hex:40}\n",
        "    \"src/auth.js\": \"{hex:32}\",\n    \"token.py\": \"{hex:64}\",\n    \"password.ts\": \"{hex:40}\",\n",
        "100644 blob {hex:40}\tsecrets/token\n",
    ]);
}

#[test]
fn revisions_of_packages_are_quiet() {
    quiet(&[
        "  - uses: google-github-actions/auth@{hex:40}\n",
        "  auth-service: registry.acme.test/auth:{hex:40}\n",
        "  auth-image: \"acme/auth@sha256:{hex:64}\"\n",
        "wantKey: \"fanal::artifact::sha256:{hex:64}\",\n",
        "  oauth2-proxy: quay.test/oauth2-proxy/oauth2-proxy:v{version}-{hex:8}\n",
        "  auth_commit: {hex:40}\n",
        "\"cpe\": \"cpe:2.3:a:auth0:jsonwebtoken:{version}:*:*:*:*:node.js:*:*\",\n",
        "\"purl\": \"pkg:npm/js-tokens@{version}\",\n\"id\": \"SNYK-JS-JSONWEBTOKEN-{digits:7}\",\n",
        "db_password: demo.{lower:12}.us-east-1.rds.acme.com:5432\n",
        "src/MaskPass.js:0:0:0:{alnum:12}:x\n",
        "assert.equal(security.hmac('password'), '{hex:64}')\n",
    ]);
}

#[test]
fn secrets_in_the_same_places_are_reported() {
    reported(&[
        "  api_token: {hex:40}\n",
        "  auth: {alnum:40}\n",
        "API_TOKEN={hex:64}\n",
        "//registry.npmjs.org/:_auth={base64:30}\n",
        "Authorization: Bearer {alnum:40}\n",
        "  password: {alnum:20}\n  FirebaseToken: {hex:40}\n",
        "api_keys = [\"{hex:40}\", \"{hex:40}\"]\n",
    ]);
}
