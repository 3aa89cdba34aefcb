// The model's features in the order of the vector, with a sentence for each. Compiled twice: into
// `features.rs`, which declares the enum, and into `build.rs`, which compares the names with those
// in `model/generic.txt`.

features! {
    /// The kind of name, one of seven.
    kind_password, kind_secret, kind_token, kind_key, kind_auth, kind_credential, kind_salt,
    /// Words of the name before the keyword, and after it.
    words_before, words_after,
    /// A word after the keyword makes the value one about the credential (`password_length`).
    about,
    /// `password_hash`.
    digest,
    /// `api_key`, `encryption_key`: words that make a key a secret one.
    qualifiers,
    /// `public_key`, `cache_key`.
    public,
    /// The name is in upper case, or begins with a capital.
    name_upper, name_capital,
    /// A word and a blank are before the name, as in prose.
    name_in_prose,
    /// The name is the keyword alone.
    name_alone,
    /// A word of the name indicates a fake value (`test`, `example`, `fake`).
    name_fake,
    /// Right before the name: a quote; `$`, `.`, `-`, `<` or `@`.
    before_quote, before_operator,
    /// Between name and value: `=`, `:`, `==` or `!=`, `,` or `(`, `>`, only blanks, a line end.
    gap_equals, gap_colon, gap_compare, gap_call, gap_element, gap_blank, gap_line,
    /// Bytes between name and value.
    gap_length,
    /// Quotes around the value: none, `'`, `"`, another.
    bare, single, double, other_quote,
    /// What follows the value or its quote: the line end, `,` or `;`, `)`, an operator.
    then_end, then_comma, then_close, then_operator,
    /// The length of the value, and its number of distinct characters.
    length, distinct,
    /// Shares of digits, upper case, lower case, other characters.
    digits, uppers, lowers, specials,
    /// How many of these four kinds the value contains.
    kinds,
    /// Shannon entropy, and its share of the maximum for the length.
    entropy, entropy_share,
    /// Changes between kinds of characters, per character.
    changes,
    /// Longest sequence of letters, and of digits.
    longest_letters, longest_digits,
    /// How English the pairs of letters are, in bits per pair.
    english_score,
    /// Share of the letters that words of the dictionary cover.
    covered,
    /// Letters that no word covers.
    uncovered,
    /// The same share, with digits and punctuation read as the letters they resemble (`p4$$w0rd`).
    disguised,
    /// Share of the bytes that are neither covered by words nor at the end and not letters.
    remainder,
    /// Base64 of readable text, and the share of its letters that words cover.
    decodes, decoded_covered,
    /// All of one alphabet: digits, hexadecimal digits, base64, characters of identifiers.
    all_digits, all_hex, all_base64, all_word,
    /// Hexadecimal digits as long as a digest; a UUID.
    hex_digest, uuid,
    /// Blanks, dots, slashes, dashes, underscores, colons and `@` in the value.
    blanks, dots, slashes, dashes, underscores, colons, ats,
    /// Bytes beyond ASCII and control characters.
    not_ascii,
    /// Characters of templates, calls and patterns, `$ { } < > % ( ) [ ] * ?`; how it begins.
    template_chars, begins_variable, begins_path, has_scheme,
    /// The general checks: a placeholder; made of the words of names; names its own digest.
    placeholder, made_of_words, integrity,
    /// It contains a word that indicates a fake value, or one for a kind of secret.
    contains_fake_word, contains_secret_kind,
    /// The value contains the keyword of the name, or the name contains the value.
    like_name,
    /// Longest repetition of one character; longest sequence along the alphabet or the keyboard.
    repeat, sequence,
    /// It is an identifier: `camelCase`, `snake_case`, `UPPER_CASE`, `dotted.name`, `kebab-case`.
    camel, snake, screaming, dotted, kebab,
    /// A capital and then lower case, like a word of prose.
    capitalised,
    /// Ends with a digit or with punctuation, as passwords do that must contain one.
    ends_digit, ends_special,
    /// Ends with `=`; its length is a multiple of four; of eight.
    padded, times_four, times_eight,
    /// The line is a comment; compares or branches; asserts something.
    comment, condition, asserts,
    /// The text nearby contains a word for a fake value: `example`, `dummy`, `fake`, `test`.
    near_fake_word,
    /// The text nearby contains what credentials are used with: user, host, port, client id.
    near_login,
    /// The text nearby tests something: `assert`, `expect`, `mock`.
    near_test,
    /// A user or an account is given before it on the same line.
    after_user,
    /// How many adjacent lines have the same shape.
    same_shape,
    /// The value appears a second time within reach.
    twice,
    /// Characters found in passwords and not in names, paths and numbers: `! @ # & …`.
    password_chars,
    /// It is one text repeated: `abcabcabc`.
    repeats,
    /// Share of it that follows the alphabet, the digits or the keyboard.
    sequence_share,
    /// In disguise it contains a word for a kind of secret: `p4ssw0rd`.
    disguised_secret_kind,
    /// The value is a fallback: `getenv("NAME") or "v"`, `|| "v"`, `:-v`.
    gap_fallback,
    /// Letters between name and value, such as those of a type or a call.
    gap_letters,
    /// Non-blank characters on the line before the name, and after the value.
    line_before, line_after,
}
