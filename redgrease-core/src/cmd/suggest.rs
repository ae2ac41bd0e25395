//! "Did you mean": the nearest of some names.

/// Shorter names are near to too many others to guess.
const SHORTEST: usize = 3;

/// The nearest of `names`, if one is so near that it was probably meant.
pub(super) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(name);
    if wanted.len() < SHORTEST {
        return None;
    }
    let allowed = if wanted.len() < 6 { 1 } else { 2 };
    names
        .into_iter()
        .map(|candidate| (distance(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Case and underscores are what people get wrong without noticing.
fn plain(name: &str) -> Vec<char> {
    name.chars()
        .filter(|letter| *letter != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The edit distance, with a swap of neighbours counted as one edit.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_a_swap_as_one_edit() {
        assert_eq!(distance(&plain("gte"), &plain("get")), 1);
        assert_eq!(distance(&plain("hgetal"), &plain("hgetall")), 1);
        assert_eq!(distance(&plain("zadd"), &plain("sadd")), 1);
        assert_eq!(distance(&plain(""), &plain("get")), 3);
    }

    #[test]
    fn guesses_only_near_names_of_some_length() {
        let names = ["get", "set", "hgetall", "scan_iter"];
        assert_eq!(nearest("hgetal", names), Some("hgetall"));
        assert_eq!(nearest("hGetAll", names), Some("hgetall"));
        assert_eq!(nearest("scaniter", names), Some("scan_iter"));
        assert_eq!(nearest("ge", names), None);
        assert_eq!(nearest("subscribe", names), None);
    }
}
