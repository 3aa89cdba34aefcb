//! Characters that must not reach a terminal or a reader as they are: they would move the cursor,
//! reverse the text or be invisible.

/// Whether a character is a control character or has no visible form of its own: the general
/// categories Cc, Cf, Zl and Zp of Unicode 16, fillers, variation selectors outside the Basic
/// Multilingual Plane, and noncharacters.
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || !character.is_ascii()
            && matches!(character,
                '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
                | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
                | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
                | '\u{fffe}'..='\u{ffff}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_are_unprintable() {
        for character in
            "\u{0}\n\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{202e}\u{2028}\u{200b}\u{e0041}".chars()
        {
            assert!(is_unprintable(character), "{:x}", u32::from(character));
        }
        assert!(!"aé漢字 ~…·😀".contains(is_unprintable));
    }
}
