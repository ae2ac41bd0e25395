//! Just enough of Python's `repr()` to compare two dictionaries without regard to the order of their fields.

/// Sort the fields of every dictionary in a text, but keep the order of a record's own fields (`event`, `key`, …), which is fixed.
pub(crate) fn sort_dicts(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        match dict_end(rest) {
            Some(end) => {
                let inner = sort_dicts(&rest[1..end]);
                out.push('{');
                out.push_str(&sorted(&inner));
                out.push('}');
                rest = &rest[end + 1..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The position of the brace that closes the one at the start of `text`.
fn dict_end(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in outside_quotes(text) {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn sorted(fields: &str) -> String {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut depth = 0_i32;
    for (at, c) in outside_quotes(fields) {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(fields[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(fields[start..].trim());
    let is_record = parts.iter().any(|p| p.starts_with("'key':"));
    let is_dict = parts
        .iter()
        .all(|p| outside_quotes(p).any(|(_, c)| c == ':'));
    if is_record || !is_dict {
        return fields.to_owned();
    }
    parts.sort_unstable();
    parts.join(", ")
}

/// The characters of a text that stand outside Python string literals.
fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut quote = None;
    let mut escaped = false;
    text.char_indices().filter(move |&(_, c)| {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None => return true,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::sort_dicts;

    #[test]
    fn fields_of_values_are_sorted_and_those_of_records_are_not() {
        assert_eq!(
            sort_dicts("{'f2': '2', 'f1': 'a, b}'}"),
            "{'f1': 'a, b}', 'f2': '2'}"
        );
        let record = "{'event': None, 'key': 'h', 'value': {'b': [1, 2], 'a': \"it's\"}}";
        assert_eq!(
            sort_dicts(record),
            "{'event': None, 'key': 'h', 'value': {'a': \"it's\", 'b': [1, 2]}}"
        );
        assert_eq!(
            sort_dicts("{'sessionName':'x', 'refCount': 1"),
            "{'sessionName':'x', 'refCount': 1"
        );
        assert_eq!(sort_dicts("{2, 1}"), "{2, 1}");
    }
}
