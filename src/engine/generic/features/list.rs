// The model's features in the vector's order, a sentence for each. Compiled twice: into
// `features.rs`, which makes the enum of it, and into `build.rs`, which compares the names with
// those in `model/generic.txt`.

features! {
    /// The kind of name, one of seven.
    kind_password, kind_secret, kind_token, kind_key, kind_auth, kind_credential, kind_salt,
    /// Words of the name in front of the telling one, and behind it.
    words_before, words_behind,
    /// A word behind says that the value is no secret (`password_length`).
    about,
    /// `password_hash`.
    digest,
    /// `api_key`, `encryption_key`: words that make a key one to keep.
    qualifiers,
    /// `public_key`, `cache_key`.
    public,
    /// The name is written in capitals, or begins with one.
    name_upper, name_capital,
    /// A word stands in front of the name, a blank between them, as in prose.
    name_in_prose,
    /// The name is the whole telling word and stands alone.
    name_alone,
    /// A word of the name says that it is made up (`test`, `example`, `fake`).
    name_made_up,
    /// Right before the name: a quote, `$`, `.`, `-`, `<`, `@`.
    before_quote, before_sign,
    /// Between name and value: `=`, `:`, `==` or `!=`, `,` or `(`, `>`, nothing but blanks, a line end.
    gap_equals, gap_colon, gap_compare, gap_call, gap_element, gap_blank, gap_line,
    /// Bytes between name and value.
    gap_length,
    /// Quotes round the value: none, `'`, `"`, another.
    bare, single, double, other_quote,
    /// What follows the value or its quote: the line's end, `,` or `;`, `)`, an operator.
    then_end, then_comma, then_close, then_operator,
    /// The value's length, and how many different characters it has.
    length, distinct,
    /// Shares of digits, upper case, lower case, other characters.
    digits, uppers, lowers, specials,
    /// How many of these four kinds it has.
    kinds,
    /// Shannon's entropy, and its share of the most that the length allows.
    entropy, entropy_share,
    /// Changes between kinds of characters, a character.
    changes,
    /// Longest stretch of letters, and of digits.
    longest_letters, longest_digits,
    /// How much the succession of letters is one of words (bits a pair).
    likeness,
    /// Share of the letters that words of the dictionary cover.
    covered,
    /// Letters that no word covers.
    uncovered,
    /// The same share where digits and signs are read as the letters they resemble (`p4$$w0rd`).
    disguised,
    /// Share of the bytes that neither words cover nor digits and signs at the end are.
    remainder,
    /// Base64 of readable text, and the share of that text's letters that words cover.
    decodes, decoded_covered,
    /// All of one alphabet: digits, hexadecimal digits, base64, identifiers' characters.
    all_digits, all_hex, all_base64, all_word,
    /// Hexadecimal digits as long as a digest; a UUID.
    hex_digest, uuid,
    /// Blanks, dots, slashes, dashes and underscores, colons, `@` in the value.
    blanks, dots, slashes, dashes, underscores, colons, ats,
    /// Bytes beyond ASCII and control characters.
    not_ascii,
    /// Marks of templates, calls and paths: `$ { } < > % ( ) [ ] * ?` and how it begins.
    marks, begins_variable, begins_path, has_scheme,
    /// The general checks: a placeholder, made of the words of names, names its own digest.
    placeholder, made_of_words, integrity,
    /// Words that say a value is made up: `test`, `example`, `password`, `secret` in it.
    says_made_up, says_kind,
    /// The value is the name's telling word or holds it, or the name holds the value.
    like_name,
    /// Longest stretch of one character, of neighbours on the keyboard or in the alphabet.
    repeat, walk,
    /// It is an identifier: `camelCase`, `snake_case`, `UPPER_CASE`, `dotted.name`, `kebab-case`.
    camel, snake, screaming, dotted, kebab,
    /// A capital begins it and lower case follows, as in a word of prose.
    capitalised,
    /// Ends with a digit or a sign, as passwords do that must hold one.
    ends_digit, ends_special,
    /// Ends with `=`; its length is a multiple of four and of eight.
    padded, times_four, times_eight,
    /// The line is a comment, compares, asserts, documents.
    comment, condition, asserts,
    /// The text round it says it is made up: `example`, `dummy`, `fake`, `test`.
    near_made_up,
    /// The text round it holds names of what secrets stand beside: user, host, port, client id.
    near_login,
    /// The text round it tests something: `assert`, `expect`, `mock`.
    near_test,
    /// On the same line, in front of it, a user's name or an account is given.
    beside_user,
    /// Neighbouring lines of the same shape.
    same_shape,
    /// The same value stands a second time in reach.
    twice,
    /// Signs in the value that passwords hold and names, paths and numbers do not: `! @ # & …`.
    signs,
    /// It is one text several times over: `abcabcabc`.
    repeats,
    /// Share of it that goes along the alphabet, the digits or the keyboard.
    walked,
    /// In disguise it says which kind of secret it is: `p4ssw0rd`.
    disguised_kind,
    /// What the name is given if nothing else is: `getenv("NAME") or "v"`, `|| "v"`, `:-v`.
    gap_fallback,
    /// Letters between name and value, as where a type or a call stands there.
    gap_letters,
    /// Non-blank characters on the line in front of the name, and behind the value.
    line_before, line_behind,
}
