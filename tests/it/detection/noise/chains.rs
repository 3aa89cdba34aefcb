//! Addresses on blockchains.

use super::{quiet, reported};

#[test]
fn addresses_of_ethereum_are_quiet() {
    quiet(&[
        "address public immutable rewardToken = 0x{hex:40};\n",
        "    bytes32 public constant KEY_HASH = 0x{hex:64};\n",
        "    bytes32 internal constant TRANSFER_TOKEN = 0x{hex:64};\n",
        "const addresses = { token: \"0x{HEX:40}\", stakingToken: \"0x{hex:40}\" };\n",
        "{\"token\": \"0x{hex:40}\", \"secret\": \"0x{hex:40}\", \"api_key\": \"0x{hex:40}\"}\n",
        "TOKEN_ADDRESS=0x{hex:40}\nREWARD_TOKEN=0x{hex:40}\nKEY_HASH=0x{hex:64}\n",
        "tokenAddress: \"0x{hex:64}\",\n",
    ]);
}

#[test]
fn addresses_of_other_chains_are_quiet() {
    quiet(&[
        "const TOKEN_MINT = new PublicKey(\"{base58:44}\");\n",
        "const tokenMint = \"{base58:44}\";\n",
        "let token = new web3.PublicKey('{base58:43}');\n",
        "pub const TOKEN_KEY: Pubkey = pubkey!(\"{base58:44}\");\n",
        "{\"tokenContract\": \"T{base58:33}\"}\n",
        "token: \"ibc/{HEX:64}\"\n",
        "token = \"cosmos1{bech32:38}\"\n",
        "\"tokenContract\": \"juno1{bech32:58}\",\n",
        "TOKEN=bc1q{bech32:38}\n",
    ]);
}

#[test]
fn private_keys_are_reported() {
    reported(&[
        "PRIVATE_KEY=0x{hex:64}\n",
        "const privateKey = \"0x{hex:64}\";\n",
        "secret_key: \"nsec1{bech32:58}\"\n",
        "const SECRET_KEY = \"{base58:44}\";\n",
    ]);
}
