//! Addresses on blockchains, where a token is a contract: everybody may know them.

use super::super::contains::contains_part;
use super::Place;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Digits of an address of Ethereum; a private key has 64.
const ETHEREUM: usize = 40;

/// Characters of an address in base58, such as one of Solana.
const BASE58: std::ops::RangeInclusive<usize> = 32..=44;

/// Characters after the `1` of an address in bech32 (BIP 173): 20 or 32 bytes and a checksum, in
/// Bitcoin with a version before them; in Cardano 29 or 57 bytes.
const BECH32: [usize; 6] = [38, 39, 53, 58, 59, 98];

/// Longest human-readable part of an address in bech32.
const LONGEST_BECH32_PREFIX: usize = 12;

/// Bytes before a value in which the call that takes an address is.
const CALL: usize = 40;

/// Whether the value is the address of a contract, an account or a token.
pub fn is_address(place: &Place) -> bool {
    let text = place.text;
    is_ethereum(text)
        || is_bech32(place.lexicon(), text)
        || (is_hex_word(text) || is_base58(text)) && says_address(place)
        || is_hex_word(text) && is_solidity_constant(place)
}

/// `0x` and exactly 40 hexadecimal digits.
fn is_ethereum(text: &[u8]) -> bool {
    text.strip_prefix(b"0x")
        .is_some_and(|digits| digits.len() == ETHEREUM && digits.iter().all(u8::is_ascii_hexdigit))
}

/// `0x` and up to 64 hexadecimal digits: an address of Aptos, Sui or Starknet, or a private key.
fn is_hex_word(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"0x").unwrap_or_default();
    (ETHEREUM..=64).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit)
}

fn is_base58(text: &[u8]) -> bool {
    BASE58.contains(&text.len())
        && text.iter().all(|b| b.is_ascii_alphanumeric() && !b"0OIl".contains(b))
}

/// `cosmos1…`, `bc1q…`; not a private key such as `nsec1…`.
fn is_bech32(lexicon: &Lexicon, text: &[u8]) -> bool {
    let Some(one) = text.iter().take(LONGEST_BECH32_PREFIX + 1).position(|&b| b == b'1') else {
        return false;
    };
    let (prefix, data) = (&text[..one], &text[one + 1..]);
    BECH32.contains(&data.len())
        && !prefix.is_empty()
        && prefix.iter().all(u8::is_ascii_lowercase)
        && data.iter().all(|b| b"qpzry9x8gf2tvdw0s3jn54khce6mua7l".contains(b))
        && !lexicon.any(WordList::PrivatePrefixParts, |part| contains_part(prefix, part.as_bytes()))
}

/// Whether a word of the name or the call around the value says that it is an address.
fn says_address(place: &Place) -> bool {
    let Place { bytes, name, value, .. } = place;
    let first = value.start.saturating_sub(CALL).max(name.span.start).min(value.start);
    let call = &bytes[first..value.start];
    let called =
        place.lexicon().any(WordList::AddressCalls, |it| contains_part(call, it.as_bytes()));
    called || name.has_word(bytes, WordList::AddressWords)
}

/// `bytes32 public constant KEY = 0x…`: what a contract contains, everybody can read.
fn is_solidity_constant(place: &Place) -> bool {
    contains_part(place.line_before(), b"bytes32 ") && !place.is_quoted()
}
