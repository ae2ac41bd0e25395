//! "Did you mean": the nearest of some names.

/// The candidate that is most probably meant by `word`; `None` when nothing is near enough.
///
/// ```
/// use redgrease_core::suggest::nearest;
///
/// assert_eq!(nearest("agregate", ["aggregate", "map"]), Some("aggregate"));
/// assert_eq!(nearest("f", ["n", "id"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length < 2 {
        return None;
    }
    let limit = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == word || candidate.chars().count() < 2 {
            continue;
        }
        let same_letters = squeeze(candidate) == squeeze(word);
        let distance = if same_letters {
            0
        } else {
            distance(word, candidate)
        };
        if distance <= limit && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Letters without case and underscores: `group_by` and `groupBy` are `groupby`.
fn squeeze(name: &str) -> String {
    name.chars()
        .filter(|c| *c != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

/// Edits between two words; swapping two neighbours counts once.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > 8 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substituted = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = substituted.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let operations = ["map", "flatmap", "filter", "groupby", "aggregate"];
        assert_eq!(nearest("mapp", operations), Some("map"));
        assert_eq!(nearest("flat_map", operations), Some("flatmap"));
        assert_eq!(nearest("fliter", operations), Some("filter"));
        assert_eq!(nearest("groupBy", operations), Some("groupby"));
        assert_eq!(nearest("reduce", operations), None);
        assert_eq!(nearest("x", operations), None);
    }
}
