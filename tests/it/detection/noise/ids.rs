//! Ids, keys by which something is looked up, and addresses of devices.

use super::{low, quiet, reported};

#[test]
fn ids_are_quiet() {
    quiet(&[
        "{\"tokenUuid\": \"{uuid}\", \"secretVersionId\": \"{uuid}\"}\n",
        "secret_version_id: {alnum:32}\napi_key_uuid = \"{hex:32}\"\n",
        "- key: GHSA-{lower:4}-{lower:4}-{lower:4}\n",
        "secret: LA_kwDO{alnum:12}\n",
        "The node is\nidentified by {uuid} in the list.\n",
        "PASS: AVD-XYZ-{digits:4} (MEDIUM): a check\n",
        "\"key\": \"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE{base64:64}\",\n",
        "\"PWD\": \"/srv/{lower:10}/project\",\npassword = \"/run/secrets/{lower:12}\"\n",
        "sonar.projectKey=acme_shop_{uuid}\n",
        "auth: \"https://id.acme.test/realms/{lower:20}\"\n",
        "ssh_host_key_ed25519: \"AAAAC3NzaC1lZDI1NTE5AAAAI{alnum:43}\"\n",
    ]);
}

#[test]
fn keys_of_what_is_stored_are_quiet() {
    quiet(&[
        "{\"storageKey\": \"{uuid}\", \"fileKey\": \"{hex:32}\", \"objectKey\": \"{alnum:24}\"}\n",
        "asset_key = \"{alnum:20}\"\nblobKey: {hex:40}\n",
        "s3Key: \"{uuid}\"\nqueryKey = \"{alnum:32}\"\n",
    ]);
}

#[test]
fn addresses_of_devices_are_quiet() {
    quiet(&[
        "\"deviceToken\": \"{uuid}\",\n\"device_token\": \"{hex:64}\",\n",
        "\"apnsToken\": \"{HEX:64}\",\n\"fcmToken\": \"{alnum:22}:APA91b{alnum:134}\",\n",
        "registrationToken = \"{alnum:22}:APA91b{alnum:134}\"\npush_token = \"{hex:64}\"\n",
        "\"pushToken\": \"ExponentPushToken[{alnum:22}]\"\n",
    ]);
    low(&["\"deviceToken\": \"{alnum:32}\",\n", "AccessKey: {upper:20}\n"]);
}

#[test]
fn secrets_of_similar_names_are_reported() {
    reported(&[
        "AZURE_STORAGE_KEY={base64:64}\n",
        "s3_secret_key = \"{alnum:40}\"\n",
        "image_api_key: {alnum:32}\n",
        "\"fileEncryptionKey\": \"{base64:32}\",\n",
        "NPM_PUSH_TOKEN={alnum:36}\n",
        "SECRET_ACCESS_KEY={upper:20}\n",
        "CREATE USER a IDENTIFIED BY '{alnum:16}';\n",
    ]);
}
